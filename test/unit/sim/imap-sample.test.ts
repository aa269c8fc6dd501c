import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { refuseMessage } from '../../sim/imap/exchange-refusals.ts';
import { createSampleMailbox } from '../../sim/sample/sample-mailbox.ts';

const mailbox = createSampleMailbox(7);
const messages = mailbox.folders.flatMap((folder) => folder.messages);
const digest = (parts: readonly Buffer[]): string => {
  const hash = createHash('sha256');
  parts.forEach((part) => hash.update(part));
  return hash.digest('hex');
};

it('is the mailbox that the demo promises', () => {
  expect(messages.length).toBeGreaterThanOrEqual(300);
  expect(mailbox.folders.length).toBeGreaterThanOrEqual(12);
  const years = messages.map(({ internalDate }) => internalDate.getUTCFullYear());
  expect(Math.max(...years) - Math.min(...years)).toBeGreaterThanOrEqual(14);
  expect(messages.some(({ bytes }) => Math.abs(bytes.length - 20 * 1024 * 1024) < 100_000)).toBe(
    true,
  );
  expect(mailbox.folders.some((folder) => folder.opens && folder.messages.length === 0)).toBe(true);
});

it('is the same for the same seed and another for another', () => {
  const bytesOf = (seed: number): Buffer[] =>
    createSampleMailbox(seed).folders.flatMap((folder) =>
      folder.messages.map(({ bytes }) => bytes),
    );
  expect(digest(bytesOf(7))).toBe(digest(messages.map(({ bytes }) => bytes)));
  expect(digest(bytesOf(8))).not.toBe(digest(bytesOf(7)));
});

it('holds exactly the messages that Exchange refuses as they are', () => {
  const account = {
    user: 'ada',
    password: null,
    quotaBytes: Number.POSITIVE_INFINITY,
    folders: [],
  };
  const refused = messages.flatMap(({ kind, bytes }) => {
    const reason = refuseMessage({ bytes }, account);
    return reason === null ? [] : [`${kind}: ${reason}`];
  });
  expect(refused.toSorted()).toEqual([
    '8-bit-header: NO Message contains invalid header',
    '8-bit-header: NO Message contains invalid header',
    'nul-at-the-end: NO Message contains NUL characters',
    'virus: NO Message refused because it contains a virus',
  ]);
});

it('has over-long lines in one message alone', () => {
  const long = messages.filter(({ bytes }) =>
    bytes
      .toString('latin1')
      .split(/\r?\n/u)
      .some((line) => line.length > 10_239),
  );
  expect(long.map(({ kind }) => kind)).toEqual(['long-line']);
});

it('shares Message-IDs, has twins and messages without one', () => {
  const kinds = messages.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'shared-message-id')).toHaveLength(3);
  expect(kinds.filter((kind) => kind === 'twin')).toHaveLength(3);
  const nameless = messages.filter(
    ({ bytes }) => !bytes.subarray(0, 4_096).includes('Message-ID:'),
  );
  expect(nameless.map(({ kind }) => kind)).toEqual(['no-message-id', 'no-message-id']);
});
