/** The table of folders: every row with its own sum. */

import { CLASS_UNKNOWN, isHiddenClass } from '../copy/folder-class.ts';
import { needsLook } from '../copy/folder-problem.ts';
import { type Html, html, joinHtml, NO_HTML } from './html.ts';
import type { ReportFolder, ReportInput, ReportTally } from './input.ts';
import { type Addend, addendsOf, isBalanced, type ReportSums } from './sums.ts';

/** One row a folder, and the total. */
export function folderTable(input: ReportInput, sums: ReportSums): Html {
  const columns = addendsOf(sums.total);
  const heads = columns.map((column) => html`<th class="number">${capital(column.label)}</th>`);
  const rows = input.folders.map((folder) => folderRow(input, folder, columns));
  return html`<section>
<h2>Folder by folder</h2>
<table>
<thead><tr><th>Folder</th><th class="number">Source</th>${joinHtml(heads)}<th class="number">Size</th></tr></thead>
<tbody>${joinHtml(rows)}</tbody>
<tfoot><tr><td class="title">All folders<div class="small soft">${equation(input, sums.total)}</div></td>${numbers(input, sums.total, columns)}<td class="number" data-label="Size">${input.words.bytes(sums.bytes.total)}</td></tr></tfoot>
</table>
${classNote(input)}
</section>`;
}

/** What was found of the folders' classes, in a sentence. */
function classNote(input: ReportInput): Html {
  const unread = input.folders.filter(
    ({ targetClass, problem }) =>
      problem === null && (targetClass === null || targetClass === CLASS_UNKNOWN),
  ).length;
  const opened = input.folders.filter(({ problem }) => problem === null).length;
  if (unread === 0) {
    return NO_HTML;
  }
  const some = unread === 1 ? '1 folder' : `${input.words.count(unread)} folders`;
  const which = unread === opened ? 'any folder' : some;
  return html`<p class="small soft">Class not checked for ${which}: look once in Outlook whether each of them is shown.</p>`;
}

function folderRow(input: ReportInput, folder: ReportFolder, columns: readonly Addend[]): Html {
  const moved =
    folder.targetPath === folder.sourcePath
      ? NO_HTML
      : html`<span class="soft"> → ${folder.targetPath}</span>`;
  const note =
    folder.problem === null
      ? html`<div class="small soft">${equation(input, folder.tally)}</div>`
      : html`<div class="small ${needsLook(folder.problem) ? 'bad-text' : 'soft'}">Not opened: ${input.words.reason(folder.problem)}</div>`;
  const hidden = isHiddenClass(folder.targetClass)
    ? html`<div class="small bad-text">Outlook may hide it: its class is ${folder.targetClass ?? ''}, that of a mail folder is IPF.Note.</div>`
    : NO_HTML;
  return html`<tr><td class="title">${folder.sourcePath}${moved}${note}${hidden}</td>${numbers(input, folder.tally, columns)}<td class="number" data-label="Size">${input.words.bytes(folder.bytes.total)}</td></tr>
`;
}

function numbers(input: ReportInput, tally: ReportTally, columns: readonly Addend[]): Html {
  const counts = new Map(addendsOf(tally).map((addend) => [addend.key, addend.count]));
  const cells = columns.map(({ key, label }) => {
    const count = counts.get(key) ?? 0;
    const isBad = (key === 'failed' || key === 'open' || key === 'later') && count > 0;
    const tone = isBad ? 'bad-text' : '';
    return html`<td class="number ${count === 0 ? 'zero' : tone}" data-label="${capital(label)}">${input.words.count(count)}</td>`;
  });
  return html`<td class="number" data-label="Source">${input.words.count(tally.source)}</td>${joinHtml(cells)}`;
}

/** "412 = 405 + 0 + 5 + 2", in the order of the columns. */
function equation(input: ReportInput, tally: ReportTally): Html {
  const sum = addendsOf(tally).map((addend) => input.words.count(addend.count));
  if (tally.source === 0 && isBalanced(tally)) {
    return html`empty`;
  }
  const text = `${input.words.count(tally.source)} = ${sum.join(' + ')}`;
  return isBalanced(tally)
    ? html`${text}`
    : html`<span class="bad-text">${`${text} does not add up`}</span>`;
}

function capital(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}
