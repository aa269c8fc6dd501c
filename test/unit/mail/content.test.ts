import { expect, test } from 'vitest';
import { describeContent } from '../../../src/mail/content.ts';
import { UnreadableContentError } from '../../../src/mail/parse-mime.ts';

const csv = 'Name,Größe\r\nÄpfel,3\r\n';
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 13, 10, 0, 1, 2, 3]);

function bytesOf(...lines: string[]): Buffer {
  return Buffer.from(lines.join('\r\n'), 'utf8');
}

const original = bytesOf(
  'Subject: Gr=?',
  'From: a@b',
  'Content-Type: multipart/mixed; boundary=one',
  '',
  'preamble',
  '--one',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
  '',
  'Grüße   aus',
  'Köln',
  '--one',
  'Content-Type: text/csv; charset=utf-8; name="Übersicht.csv"',
  'Content-Disposition: attachment',
  'Content-Transfer-Encoding: 8bit',
  '',
  `${csv}--one`,
  'Content-Type: image/png',
  'Content-Disposition: inline; filename="bild.png"',
  'Content-Transfer-Encoding: base64',
  '',
  png.toString('base64'),
  '--one',
  'Content-Type: message/rfc822; name="weiter.eml"',
  '',
  'Subject: =?iso-8859-1?Q?inn=FCn?=',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'innerer Text',
  '--one--',
  '',
);

const rebuilt = bytesOf(
  'From: <a@b>',
  'Subject: Gr=?',
  'X-MS-Has-Attach: yes',
  'Content-Type: multipart/mixed;',
  '\tboundary="_004_two_"',
  '',
  '--_004_two_',
  'Content-Type: message/rfc822',
  '',
  'Content-Type: text/plain; charset="utf-8"',
  'Content-Transfer-Encoding: base64',
  'Subject: =?utf-8?B?aW5uw7xu?=',
  '',
  Buffer.from('innerer Text\r\n').toString('base64'),
  '--_004_two_',
  'Content-Type: text/plain; charset="iso-8859-1"',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Gr=FC=DFe aus K=F6ln=',
  '',
  '--_004_two_',
  'Content-Type: image/png; name="bild.png"',
  'Content-Disposition: inline; filename="bild.png"; size=11',
  'Content-Transfer-Encoding: base64',
  '',
  png.toString('base64'),
  '--_004_two_',
  'Content-Type: text/csv; name="=?utf-8?Q?U=CC=88bersicht.csv?="',
  "Content-Disposition: attachment; filename*=utf-8''U%CC%88bersicht.csv",
  'Content-Transfer-Encoding: base64',
  '',
  Buffer.from(csv).toString('base64'),
  '--_004_two_--',
  '',
);

test('a message and its rebuilt form describe alike', async () => {
  const content = await describeContent(original);
  expect(content).toMatchObject({
    subject: 'Gr=?',
    text: 'Grüße aus Köln',
    attachments: [
      { name: '', sizeBytes: 12 },
      { name: 'bild.png', sizeBytes: png.length },
      { name: 'Übersicht.csv', sizeBytes: Buffer.byteLength(csv.replaceAll('\r\n', '\n').trim()) },
    ],
  });
  expect(await describeContent(rebuilt)).toEqual(content);
});

test.for([
  [
    'an octet of a picture',
    png.toString('base64'),
    Buffer.from(png)
      .fill(9, png.length - 1)
      .toString('base64'),
  ],
  [
    'a line end inside a picture',
    png.toString('base64'),
    Buffer.from([...png].filter((o) => o !== 13)).toString('base64'),
  ],
  ['a name', 'bild.png', 'bild2.png'],
  ['a word of the text', 'Köln', 'Bonn'],
  ['a digit of a table', 'Äpfel,3', 'Äpfel,4'],
  ['a word of the nested message', 'innerer', 'anderer'],
  ['the nested subject', 'inn=FCn', 'auss=FCn'],
  ['a part', '--one\r\nContent-Type: message/rfc822', '--other\r\nContent-Type: message/rfc822'],
] as const)('a change of %s is seen', async ([, from, to]) => {
  const changed = Buffer.from(original.toString('utf8').replace(from, to), 'utf8');
  expect(changed.equals(original)).toBe(false);
  expect(await describeContent(changed)).not.toEqual(await describeContent(original));
});

test('mail that is HTML alone has text', async () => {
  const html = bytesOf('Content-Type: text/html', '', '<p>Hello <b>world</b></p>');
  expect((await describeContent(html)).text).toBe('Hello world');
});

test('raw latin1 in the subject reads as the person saw it', async () => {
  const bytes = Buffer.from('Subject: caf\xe9\r\n\r\n', 'latin1');
  expect((await describeContent(bytes)).subject).toBe('café');
});

test('nesting beyond any honest message is a typed error', async () => {
  const deep = Array.from(
    { length: 400 },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
  );
  await expect(describeContent(Buffer.from(deep.join('')))).rejects.toThrow(UnreadableContentError);
});

test('text that lost its NULs on the way is the same to a person', async () => {
  const whole = await describeContent(Buffer.from('Subject: a\r\n\r\nends in NUL\r\n\0\0'));
  expect(whole).toEqual(await describeContent(Buffer.from('Subject: a\r\n\r\nends in NUL\r\n')));
});
