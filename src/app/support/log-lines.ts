import { code, instant, message, number, uuid } from './allowed.ts';

const LINES_KEPT = 5000;

/** The newest lines of a log, of each only what may leave; lines that are not ours are counted alone. */
export function selectLogLines(text: string): {
  readonly lines: readonly object[];
  readonly others: number;
} {
  const parsed = text
    .split('\n')
    .filter((line) => line !== '')
    .slice(-LINES_KEPT)
    .map(parseLine);
  const lines = parsed.filter((line) => line !== null);
  return { lines, others: parsed.length - lines.length };
}

function parseLine(line: string): object | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const fields: Readonly<Record<string, unknown>> = Object(value);
  if (fields['service'] !== 'skybridge') {
    return null;
  }
  const selected = {
    time: instant(fields['time']),
    level: number(fields['level']),
    msg: message(fields['msg']),
    code: code(fields['code']),
    migration: uuid(fields['migration']),
    batch: uuid(fields['batch']),
    slice: uuid(fields['slice']),
    job: message(fields['job']),
    attempt: number(fields['attempt']),
    status: number(fields['status']),
  };
  return Object.fromEntries(Object.entries(selected).filter(([, shown]) => shown !== null));
}
