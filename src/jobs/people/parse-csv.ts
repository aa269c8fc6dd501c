/** What separates cells: Excel takes a semicolon where the comma is the decimal sign. */
const SEPARATORS = [',', ';', '\t'];

/**
 * A CSV text as rows of cells (RFC 4180), with the separator that its first line has most of. Null for a
 * text in which a quote is not closed. Pure.
 */
export function parseCsv(text: string): readonly (readonly string[])[] | null {
  const separator = separatorOf(text.split(/\r?\n/, 1)[0] ?? '');
  // A cell with quotes, or one without; then what ends it.
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"[ \\t]*|([^"${separator}\\r\\n][^${separator}\\r\\n]*)?)(${separator}|\\r?\\n|$)`,
    'y',
  );
  const rows: string[][] = [];
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) {
      return null;
    }
    const [, quoted, plain, end] = match;
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end !== separator) {
      rows.push(row);
      row = [];
    }
    if (end === '') {
      break;
    }
  }
  return row.length > 0 ? [...rows, [...row, '']] : rows;
}

function separatorOf(header: string): string {
  const count = (sign: string): number => header.split(sign).length;
  return SEPARATORS.toSorted((left, right) => count(right) - count(left))[0] ?? ',';
}
