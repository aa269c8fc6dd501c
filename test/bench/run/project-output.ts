import { readFile } from 'node:fs/promises';

/** What `copy --json` says at its end. */
export interface FinishedTotal {
  /** Messages that it names as skipped or failed. */
  readonly named: number;
}

function sumOf(reasons: unknown): number {
  return typeof reasons === 'object' && reasons !== null
    ? Object.values(reasons).reduce((sum: number, count: unknown) => sum + Number(count), 0)
    : 0;
}

/** Reads the last `finished` event of a log; null where there is none. */
export async function readFinishedTotal(logFile: string): Promise<FinishedTotal | null> {
  const lines = (await readFile(logFile, 'utf8')).split('\n');
  const line = lines.findLast((text) => text.includes('"event":"finished"'));
  if (line === undefined) {
    return null;
  }
  const event: { readonly total: { readonly skipped: unknown; readonly failed: unknown } } =
    JSON.parse(line);
  return { named: sumOf(event.total.skipped) + sumOf(event.total.failed) };
}
