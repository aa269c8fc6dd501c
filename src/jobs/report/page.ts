/** The report's page: one file, no scripts, nothing loaded; the policy in its head forbids both. */
import { createHash } from 'node:crypto';
import { type Html, html, joinHtml, NO_HTML } from './html.ts';
import type { ReportInput } from './input.ts';
import { folderTable } from './page-folders.ts';
import { formatInstant, formatSeconds } from './page-format.ts';
import { notCopied, repaired } from './page-items.ts';
import { verification } from './page-verification.ts';
import { STYLE } from './style.ts';
import { addendsOf, type ReportSums } from './sums.ts';

/** The whole page. */
export function formatPage(input: ReportInput, sums: ReportSums): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const who = input.person?.displayName ?? input.sourceAddress;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${`Mail migration report: ${who}`}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<header>
<div class="brand">Skybridge · mail migration report</div>
<h1>${who}</h1>
<p class="soft">${input.sourceAddress} at ${sourceName(input)} → ${input.targetMailbox}${input.person === null ? '' : ' in Microsoft 365'}</p>
</header>
${verdict(input, sums)}
${summary(input, sums)}
${folderTable(input, sums)}
${notCopied(input, sums)}
${repaired(input, sums)}
${verification(input, sums)}
<footer class="soft small">
<p>Written ${formatInstant(input.finishedAt)}. All times are UTC. The same numbers are in mailbox.csv, folders.csv and not-copied.csv. Subjects and addresses of messages are left out on purpose.</p>
</footer>
</main>
</body>
</html>
`;
  return page.html;
}

function sourceName(input: ReportInput): string {
  return input.sourceHost === 'imap.mail.me.com' ? 'iCloud' : input.sourceHost;
}

interface Verdict {
  readonly tone: 'ok' | 'warn' | 'bad';
  readonly mark: string;
  readonly headline: string;
}

function verdict(input: ReportInput, sums: ReportSums): Html {
  const { tone, mark, headline } = decideVerdict(input, sums);
  return html`<section class="verdict ${tone}"><div class="mark" aria-hidden="true">${mark}</div><div>
<h2>${headline}</h2>
<p>${verdictDetail(input, sums)}</p>
</div></section>`;
}

function decideVerdict(input: ReportInput, sums: ReportSums): Verdict {
  const count = input.words.count;
  const missing = sums.verified?.missing ?? 0;
  if (!sums.balanced) {
    return {
      tone: 'bad',
      mark: '✗',
      headline: 'The sums do not add up. Do not rely on this copy.',
    };
  }
  if (sums.total.open > 0) {
    return {
      tone: 'bad',
      mark: '✗',
      headline: `${count(sums.total.open)} of ${count(sums.total.source)} messages are not finished.`,
    };
  }
  if (missing > 0) {
    return {
      tone: 'bad',
      mark: '✗',
      headline: `${messages(input, missing)} not found at the target.`,
    };
  }
  const all = `Every one of ${messages(input, sums.total.source)} is accounted for`;
  return needsALook(input, sums)
    ? { tone: 'warn', mark: '!', headline: `${all}, and some need a look.` }
    : { tone: 'ok', mark: '✓', headline: `${all}.` };
}

/** Marks alone differ as soon as the person works in the new mailbox: those need nobody. */
function needsALook(input: ReportInput, sums: ReportSums): boolean {
  const differs = input.verification?.differences.some((one) => one.kind !== 'flags') ?? false;
  return differs || sums.failed + sums.closedFolders + sums.total.arrivedLater > 0;
}

function verdictDetail(input: ReportInput, sums: ReportSums): string {
  const count = input.words.count;
  const parts = addendsOf(sums.total)
    .filter((addend) => addend.count > 0)
    .map((addend) => `${count(addend.count)} ${addend.label}`);
  const closed =
    sums.closedFolders > 0
      ? [
          `${count(sums.closedFolders)} ${sums.closedFolders === 1 ? 'folder' : 'folders'} could not be opened`,
        ]
      : [];
  const checked = sums.verified === null ? ['not verified'] : [];
  const sentence = [...parts, ...closed, ...checked].join(', ');
  return `${sentence === '' ? 'Nothing was there to copy' : sentence}.`;
}

function messages(input: ReportInput, count: number): string {
  return `${input.words.count(count)} ${count === 1 ? 'message' : 'messages'}`;
}

function summary(input: ReportInput, sums: ReportSums): Html {
  const addends = addendsOf(sums.total);
  const terms = addends.map(
    (addend, i) =>
      html`<span class="pair"><span class="sign">${i === 0 ? '=' : '+'}</span><span class="term"><b>${input.words.count(addend.count)}</b>${addend.label}</span></span>`,
  );
  return html`<section>
<h2>The sum</h2>
<div class="sum"><span class="term"><b>${input.words.count(sums.total.source)}</b>at the source</span>${joinHtml(terms)}</div>
${bar(sums)}
<dl>
<div><dt>Started</dt><dd>${formatInstant(input.startedAt)}</dd></div>
<div><dt>Ended</dt><dd>${formatInstant(input.finishedAt)}</dd></div>
<div><dt>Took</dt><dd>${formatSeconds(sums.durationSeconds)}</dd></div>
<div><dt>Size</dt><dd>${input.words.bytes(sums.bytes.settled)} of ${input.words.bytes(sums.bytes.total)}</dd></div>
<div><dt>Folders</dt><dd>${input.words.count(input.folders.length)}</dd></div>
<div><dt>Grade</dt><dd>${sums.consistency}</dd></div>
<div><dt>Run</dt><dd><code>${input.runId}</code></dd></div>
${input.person === null ? NO_HTML : html`<div><dt>Account</dt><dd>${input.person.userPrincipalName}</dd></div>`}
</dl>
</section>`;
}

/** Shares of the whole; anything that is not nothing stays visible. */
function bar(sums: ReportSums): Html {
  const addends = addendsOf(sums.total).filter((addend) => addend.count > 0);
  const weights = addends.map((addend) =>
    Math.max(addend.count / Math.max(1, sums.total.source), 0.006),
  );
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let x = 0;
  const parts = addends.map((addend, i) => {
    const width = ((weights[i] ?? 0) / whole) * 1000;
    const part = html`<rect class="${addend.key}" x="${x.toFixed(2)}" width="${width.toFixed(2)}" height="10"/>`;
    x += width;
    return part;
  });
  return parts.length === 0
    ? NO_HTML
    : html`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${joinHtml(parts)}</svg>`;
}
