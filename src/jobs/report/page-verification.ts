/** What was compared after the copy, and what was not. */

import type { Verification, VerifiedDifference } from '../verify/verify-mailbox.ts';
import { type Html, html, joinHtml, NO_HTML } from './html.ts';
import type { ReportInput } from './input.ts';
import { formatInstant } from './page-format.ts';
import type { ReportSums, VerificationSums } from './sums.ts';

const SHOWN_DIFFERENCES = 200;

/** Says plainly when nothing was verified. */
export function verification(input: ReportInput, sums: ReportSums): Html {
  if (input.verification === null || sums.verified === null) {
    return html`<section><h2>Verification</h2><p>Nothing was compared after the copy. The sums above rest on the answers of the target server.</p></section>`;
  }
  const rows = checks(input.verification, sums.verified).map((check) => checkRow(input, check));
  return html`<section>
<h2>Verification: headers and attachments</h2>
<p class="soft">Both mailboxes were read again and compared message by message, ${formatInstant(input.verification.finishedAt)}.</p>
<table class="plain">
<thead><tr><th>Compared</th><th class="number">Messages</th><th class="number">Different</th><th>Result</th></tr></thead>
<tbody>${joinHtml(rows)}</tbody>
</table>
${differences(input, input.verification.differences)}
<p class="soft small">Not compared: sizes, raw bytes, the order and folding of headers, and colour keywords. Exchange takes messages apart and builds them again, so these differ for every message. ${input.words.count(sums.verified.others)} other messages in these folders are not from this move and were left alone.</p>
</section>`;
}

interface Check {
  readonly what: string;
  readonly compared: number;
  readonly different: number;
}

function checks(all: Verification, sums: VerificationSums): Check[] {
  const { content, source, differences: found } = all;
  const add = (pick: (one: Verification['source'][number]) => number): number =>
    source.reduce((sum, one) => sum + pick(one), 0);
  const misplaced = found.filter(({ kind }) => kind === 'elsewhere' || kind === 'twice');
  return [
    {
      what: 'The source, listed again',
      compared: add((one) => one.showsNow ?? 0),
      different: add((one) => one.arrivedLater + one.unexplained),
    },
    {
      what: 'Present at the target, once, in its folder',
      compared: sums.expected,
      different: sums.missing + misplaced.length,
    },
    { what: 'Received date, to the second', ...sums.dates },
    { what: 'Read, answered, flagged, draft', ...sums.flags },
    { what: 'Opened on both sides: subject and text', ...content },
    { what: 'Their attachments, by size and hash', ...content.attachments },
    { what: 'Invitations in sent mail', ...content.invitations },
  ];
}

function checkRow(input: ReportInput, check: Check): Html {
  const result =
    check.different === 0
      ? html`<td data-label="Result" class="ok-text">✓ ${check.compared === 0 ? 'nothing to compare' : 'agrees'}</td>`
      : html`<td data-label="Result" class="warn-text">! differs, see below</td>`;
  return html`<tr><td class="title">${check.what}</td><td class="number" data-label="Messages">${input.words.count(check.compared)}</td><td class="number" data-label="Different">${input.words.count(check.different)}</td>${result}</tr>
`;
}

function wordsOf({ words }: ReportInput, { kind, foundIn }: VerifiedDifference): string {
  const what = words.reason(`verify.${kind}`);
  return foundIn === null ? what : `${what}: ${foundIn}`;
}

function differences(input: ReportInput, found: readonly VerifiedDifference[]): Html {
  if (found.length === 0) {
    return NO_HTML;
  }
  const lines = found.slice(0, SHOWN_DIFFERENCES).map((one) => {
    const received = one.receivedAt === null ? 'date unknown' : formatInstant(one.receivedAt);
    return html`<li>${one.folder}, received ${received}, ${input.words.bytes(one.sizeBytes)}: ${wordsOf(input, one)}</li>`;
  });
  const more = found.length - lines.length;
  return html`<h3>What differs</h3><ul>${joinHtml(lines)}${more > 0 ? html`<li>and ${input.words.count(more)} more</li>` : NO_HTML}</ul>`;
}
