import { headerFields, splitMessage } from './headers.ts';

/** Names, on each message written to Exchange, the ledger row that it came from. */
export const STAMP_HEADER = 'X-Skybridge-Id';

const EXISTING = /^x-skybridge-id[ \t]*:/im;

/**
 * Puts one header line before all others. A line of that name in the mail itself is hostile, or from
 * an older move: it is kept as X-Original-Skybridge-Id, so that only our own is ever read back.
 */
export function stampMessage(bytes: Buffer, rowId: number): Buffer {
  const stamp = Buffer.from(`${STAMP_HEADER}: ${rowId}\r\n`, 'latin1');
  const { header, body } = splitMessage(bytes);
  if (!EXISTING.test(header.toString('latin1'))) {
    // Memory of its own, so that it can be given back (message-bytes.ts): a concatenation may lie in a shared one.
    const stamped = Buffer.allocUnsafeSlow(stamp.length + bytes.length);
    stamp.copy(stamped);
    bytes.copy(stamped, stamp.length);
    return stamped;
  }
  return Buffer.concat([stamp, ...withoutStamps(header), body]);
}

/** The row id of a stamped header block; null without a stamp, or with several that disagree. */
export function readStamp(header: Buffer): string | null {
  const found = new Set<string>();
  for (const field of headerFields(header)) {
    if (field.name.toLowerCase() === STAMP_HEADER.toLowerCase()) {
      found.add(field.value);
    }
  }
  const [value = ''] = found;
  return found.size === 1 && /^\d{1,16}$/.test(value) ? value : null;
}

function withoutStamps(header: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const field of headerFields(header)) {
    if (field.name.toLowerCase() === STAMP_HEADER.toLowerCase()) {
      const colon = header.indexOf(':', field.start);
      pieces.push(header.subarray(at, field.start), Buffer.from('X-Original-Skybridge-Id'));
      at = colon;
    }
  }
  pieces.push(header.subarray(at));
  return pieces;
}
