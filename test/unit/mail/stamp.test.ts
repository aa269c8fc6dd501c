import { expect, test } from 'vitest';
import { splitMessage } from '../../../src/mail/headers.ts';
import { readStamp, STAMP_HEADER, stampMessage } from '../../../src/mail/stamp.ts';

function stampOf(message: Buffer | string): string | null {
  return readStamp(splitMessage(Buffer.from(message)).header);
}

test('a stamp is one line before all others and is read back', () => {
  const stamped = stampMessage(Buffer.from('Subject: x\r\n\r\nbody'), 4711);
  expect(stamped.toString()).toBe('X-Skybridge-Id: 4711\r\nSubject: x\r\n\r\nbody');
  expect(stampOf(stamped)).toBe('4711');
  expect(STAMP_HEADER).toBe('X-Skybridge-Id');
});

test('stamps in the mail itself are renamed, their text stays', () => {
  const hostile = 'A: 1\r\nx-skybridge-id : 7\r\nX-SKYBRIDGE-ID:\r\n 8\r\n\r\nX-Skybridge-Id: 9';
  const stamped = stampMessage(Buffer.from(hostile), 4711);
  expect(stamped.toString()).toBe(
    'X-Skybridge-Id: 4711\r\nA: 1\r\nX-Original-Skybridge-Id: 7\r\nX-Original-Skybridge-Id:\r\n 8\r\n\r\nX-Skybridge-Id: 9',
  );
  expect(stampOf(stamped)).toBe('4711');
});

test('stamping twice keeps the last', () => {
  expect(stampOf(stampMessage(stampMessage(Buffer.from('A: 1\r\n\r\n'), 1), 2))).toBe('2');
});

test('no stamp, no number, or two that disagree read as null', () => {
  expect(stampOf('A: 1\r\n\r\nX-Skybridge-Id: 1')).toBeNull();
  expect(stampOf('X-Skybridge-Id: abc\r\n\r\n')).toBeNull();
  expect(stampOf('X-Skybridge-Id: 1\r\nX-Skybridge-Id: 2\r\n\r\n')).toBeNull();
  expect(stampOf('A: 1\r\nx-skybridge-id: 1\r\n\r\n')).toBe('1');
});

test('a message that begins with its blank line, and an empty one, can be stamped', () => {
  expect(stampMessage(Buffer.from('\r\nbody'), 5).toString()).toBe('X-Skybridge-Id: 5\r\n\r\nbody');
  expect(stampOf(stampMessage(Buffer.alloc(0), 5))).toBe('5');
});
