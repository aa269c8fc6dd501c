import { headerEnd } from './header-fields.ts';
import type { Account, NewMessage } from './store.ts';

/** Stands for a virus in the sample; put together at run time, so that no scanner trips over a source file. */
export const VIRUS_MARKER: string = ['SKYBRIDGE', 'SIMULATED', 'VIRUS', 'TEST', 'FILE'].join('-');

const FIELD_LINE = /^[!-9;-~]+[ \t]*:/u;

function hasInvalidHeader(bytes: Buffer): boolean {
  const header = bytes.subarray(0, headerEnd(bytes)).toString('latin1');
  if (/[\x80-\xff]/u.test(header)) {
    return true;
  }
  const lines = header.split(/\r?\n/u).filter((line) => line !== '');
  return lines.some(
    (line, index) => !FIELD_LINE.test(line) && (index === 0 || !/^[ \t]/u.test(line)),
  );
}

function hasUnknownHeaderCharset(bytes: Buffer): boolean {
  return /=\?TELETEX\?/iu.test(bytes.subarray(0, headerEnd(bytes)).toString('latin1'));
}

function usedBytes(account: Account): number {
  let sumBytes = 0;
  for (const folder of account.folders) {
    for (const message of folder.messages) {
      sumBytes += message.bytes.length;
    }
  }
  return sumBytes;
}

function holdsVirus(bytes: Buffer): boolean {
  return (
    bytes.includes(VIRUS_MARKER) || bytes.includes(Buffer.from(VIRUS_MARKER).toString('base64'))
  );
}

/** Why Exchange Online does not store a message, in its words; null where it does. */
export function refuseMessage({ bytes }: NewMessage, account: Account): string | null {
  const isFinite = Number.isFinite(account.quotaBytes);
  if (isFinite && usedBytes(account) + bytes.length > account.quotaBytes) {
    return 'NO Server Unavailable. 15';
  }
  if (bytes.includes(0)) {
    return 'NO Message contains NUL characters';
  }
  if (hasInvalidHeader(bytes)) {
    return 'NO Message contains invalid header';
  }
  if (hasUnknownHeaderCharset(bytes)) {
    return 'BAD Command Argument Error. 11';
  }
  return holdsVirus(bytes) ? 'NO Message refused because it contains a virus' : null;
}
