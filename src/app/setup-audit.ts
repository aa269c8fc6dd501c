/**
 * Setup runs before there is a database: its audit is a file, one JSON row a line, chained like the
 * audit of the service. Each row carries the hash of the row before it and its own, over all that it says.
 * Lines of before there was a chain are held by the first that came after them.
 */
import { createHash } from 'node:crypto';
import type { AuditRow } from '../graph/setup/record.ts';
import type { ChainFault, ChainHead } from '../jobs/db/audit-chain.ts';

interface Link {
  /** Null for a line of before there was a chain, or one that cannot be read. */
  readonly previous: string | null;
  /** What the line says of itself; null where it says nothing. */
  readonly said: string | null;
  /** What it should say. */
  readonly hash: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The line for `row` behind the text of the file so far. Pure. */
export function formatAuditLine(row: AuditRow, text: string): string {
  const chained = { ...row, previous: endOf(linesOf(text).map(parseLink).at(-1)) };
  const line = JSON.stringify({ ...chained, hash: sha256(JSON.stringify(chained)) });
  // A row that a power cut left without its end stays a line of its own, and is seen.
  return `${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
}

/** What is wrong with the chain, line by line; positions are line numbers. Pure. */
export function verifyAuditFile(text: string): {
  readonly head: ChainHead;
  readonly faults: readonly ChainFault[];
} {
  const faults: ChainFault[] = [];
  let head: ChainHead = { position: 0, hash: '' };
  let chained = false;
  for (const link of linesOf(text).map(parseLink)) {
    const position = head.position + 1;
    const kind = faultOf(link, head, chained);
    if (kind !== null) {
      faults.push({ kind, position, id: null });
    }
    chained ||= link.said !== null;
    head = { position, hash: endOf(link) };
  }
  return { head, faults };
}

function faultOf(link: Link, before: ChainHead, chained: boolean): ChainFault['kind'] | null {
  if (link.said === null) {
    return chained ? 'inserted' : null;
  }
  if (link.said !== link.hash) {
    return 'changed';
  }
  return link.previous === before.hash ? null : 'relinked';
}

/** What the next line has to name; empty where this would be the first. */
function endOf(link: Link | undefined): string {
  return link?.said ?? link?.hash ?? '';
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function parseLink(line: string): Link {
  const row = parseObject(line);
  const { hash, ...rest } = row ?? {};
  return row !== null && typeof hash === 'string'
    ? { previous: String(rest['previous']), said: hash, hash: sha256(JSON.stringify(rest)) }
    : { previous: null, said: null, hash: sha256(line) };
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
