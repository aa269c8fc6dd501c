/** What separates cells: Excel takes a semicolon where the comma is the decimal sign. */
const SEPARATORS = [',', ';', '\t'];

/** A first line by which Excel is told the separator, and which is no line of the table. */
const SAID_SEPARATOR = /^sep=([,;\t])\r?\n/i;

/** One row of cells. */
export interface CsvRow {
  /** On which it begins, as an editor counts. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * A CSV text as rows of cells (RFC 4180), with the separator that it names or that its first line has most
 * of. Null for a text in which a quote is not closed. Pure.
 */
export function parseCsv(text: string): readonly CsvRow[] | null {
  const [said = '', named] = SAID_SEPARATOR.exec(text) ?? [];
  const separator = named ?? separatorOf(text);
  // A cell with quotes, or one without; then what ends it.
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"[ \\t]*|([^"${separator}\\r\\n][^${separator}\\r\\n]*)?)(${separator}|\\r?\\n|$)`,
    'y',
  );
  cell.lastIndex = said.length;
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = said.split('\n').length;
  let nextLine = line;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) {
      return null;
    }
    const [whole, quoted, plain = '', end] = match;
    nextLine += whole.split('\n').length - 1;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== separator) {
      rows.push({ line, cells });
      cells = [];
      line = nextLine;
    }
    if (end === '') {
      break;
    }
  }
  return cells.length > 0 ? [...rows, { line, cells: [...cells, ''] }] : rows;
}

function separatorOf(text: string): string {
  const [header = ''] = text.split(/\r?\n/, 1);
  const count = (sign: string): number => header.split(sign).length;
  return SEPARATORS.toSorted((left, right) => count(right) - count(left))[0] ?? ',';
}
