/** What was not copied, and what was changed on the way. */
import { type Html, html, joinHtml, NO_HTML } from './html.ts';
import type { ReportInput, ReportItem } from './input.ts';
import { formatInstant } from './page-format.ts';
import { countOf, type ReportSums } from './sums.ts';

/** A page stays readable up to here; the table has them all. */
const SHOWN_ITEMS = 500;

/** Reasons with their counts, then the messages, failed ones first. */
export function notCopied(input: ReportInput, sums: ReportSums): Html {
  if (sums.skipped + sums.failed === 0) {
    return NO_HTML;
  }
  const items = input.items.toSorted((a, b) => rank(a) - rank(b));
  const more = items.length - SHOWN_ITEMS;
  return html`<section>
<h2>Not copied: ${input.words.count(sums.failed)} failed, ${input.words.count(sums.skipped)} skipped</h2>
<ul>${reasonList(input, sums.total.failed, 'failed')}${reasonList(input, sums.total.skipped, 'skipped')}</ul>
${items.length === 0 ? NO_HTML : itemTable(input, items.slice(0, SHOWN_ITEMS))}
${more > 0 ? html`<p class="soft small">And ${input.words.count(more)} more: not-copied.csv lists them all.</p>` : NO_HTML}
</section>`;
}

function rank(item: ReportItem): number {
  return item.outcome === 'failed' ? 0 : 1;
}

function reasonList(
  input: ReportInput,
  byReason: Readonly<Record<string, number>>,
  outcome: string,
): Html {
  return joinHtml(
    Object.entries(byReason)
      .toSorted(([, a], [, b]) => b - a)
      .map(
        ([code, count]) =>
          html`<li>${input.words.count(count)} ${outcome}: ${input.words.reason(code)} <code class="soft">${code}</code></li>`,
      ),
  );
}

function itemTable(input: ReportInput, items: readonly ReportItem[]): Html {
  const rows = items.map(
    (item) => html`<tr><td class="title">${item.folder}</td>
<td data-label="Received">${item.receivedAt === null ? 'unknown' : formatInstant(item.receivedAt)}</td>
<td class="number" data-label="Size">${input.words.bytes(item.sizeBytes)}</td>
<td data-label="Outcome" class="${item.outcome === 'failed' ? 'bad-text' : ''}">${item.outcome}</td>
<td data-label="Reason">${input.words.reason(item.reason)}</td></tr>
`,
  );
  return html`<table class="plain">
<thead><tr><th>Folder</th><th>Received</th><th class="number">Size</th><th>Outcome</th><th>Reason</th></tr></thead>
<tbody>${joinHtml(rows)}</tbody>
</table>`;
}

/** Messages that were changed so that Exchange takes them; their content reads the same. */
export function repaired(input: ReportInput, sums: ReportSums): Html {
  if (countOf(sums.repaired) === 0) {
    return NO_HTML;
  }
  const lines = Object.entries(sums.repaired)
    .toSorted(([, a], [, b]) => b - a)
    .map(
      ([code, count]) =>
        html`<li>${input.words.count(count)} ${count === 1 ? 'message' : 'messages'}: ${input.words.reason(code)} <code class="soft">${code}</code></li>`,
    );
  return html`<section>
<h2>Changed so that Exchange takes them</h2>
<ul>${joinHtml(lines)}</ul>
<p class="soft small">Text and attachments read the same as before. A message can be in more than one line.</p>
</section>`;
}
