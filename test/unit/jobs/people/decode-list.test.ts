import { expect, test } from 'vitest';
import { decodeList } from '../../../../src/jobs/people/decode-list.ts';
import { readMoveList } from '../../../../src/jobs/people/move-list.ts';
import { parseCsv } from '../../../../src/jobs/people/parse-csv.ts';

const TEXT = 'EmailAddress;UserName;Büro\r\nrené@contoso.example;rené;Köln – 1\r\n';

const utf16 = (text: string, isBig: boolean): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};
const mark = (...octets: readonly number[]): Buffer => Buffer.from(octets);
/** The signs of TEXT that Windows-1252 has elsewhere than Unicode. */
const windows1252 = (text: string): Buffer => Buffer.from(text.replaceAll('–', '\u0096'), 'latin1');

test.for([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.concat([mark(0xef, 0xbb, 0xbf), Buffer.from(TEXT)])],
  ['UTF-16, as Excel calls Unicode text', Buffer.concat([mark(0xff, 0xfe), utf16(TEXT, false)])],
  ['UTF-16 the other way round', Buffer.concat([mark(0xfe, 0xff), utf16(TEXT, true)])],
  ['UTF-16 without a mark', utf16(TEXT, false)],
  ['UTF-16 the other way round without a mark', utf16(TEXT, true)],
  ['Windows-1252', windows1252(TEXT)],
] as const)('%s: the same list', ([, bytes]) => {
  const decoded = decodeList(bytes);
  const table = decoded.kind === 'text' ? parseCsv(decoded.text) : null;
  expect(readMoveList(table ?? [])).toMatchObject({
    kind: 'read',
    lines: [{ line: 2, targetAddress: 'rené@contoso.example', sourceAccount: 'rené' }],
    ignoredColumns: ['Büro'],
  });
});

test.for([
  ['a workbook', Buffer.from('PK\u0003\u0004 [Content_Types].xml', 'latin1'), 'workbook'],
  ['an old workbook', mark(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1), 'workbook'],
  ['a page', Buffer.from('\n<!DOCTYPE html><html><title>Sign in</title>'), 'web-page'],
  ['a page with a mark', Buffer.from('\uFEFF<html lang="en">'), 'web-page'],
  ['a PDF', Buffer.from('%PDF-1.7'), 'no-text'],
  ['a compressed file', mark(0x1f, 0x8b, 8, 0), 'no-text'],
  ['zeroes', Buffer.alloc(100), 'no-text'],
  ['zeroes further down', Buffer.concat([Buffer.from('a,b\n1,'), Buffer.alloc(3)]), 'no-text'],
] as const)('%s is no list', ([, bytes, is]) => {
  expect(decodeList(bytes)).toEqual({ kind: 'other', is });
});

test('nothing is nothing', () => {
  expect(decodeList(new Uint8Array())).toEqual({ kind: 'text', text: '' });
});
