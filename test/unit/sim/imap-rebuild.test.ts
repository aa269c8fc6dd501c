import PostalMime, { type Email } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { rebuildMime } from '../../sim/imap/mime/rebuild.ts';

const NESTED = Buffer.from(
  [
    'Received: from a',
    'From: Ada =?utf-8?Q?L=C3=B6velace?= <ada@example.com>',
    'X-Skybridge-Id: 42',
    'Received: from b',
    `Subject: ${'a rather long subject that is folded '.repeat(5)}end`,
    'Message-ID: <nested@example.com>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed;\r\n boundary="outer"',
    '',
    'preamble that goes',
    '--outer',
    'Content-Type: multipart/alternative; boundary=inner',
    '',
    '--inner',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'Grüße aus dem Süden = 100 %  ',
    '--inner',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from('<p>日本語の本文です</p>').toString('base64'),
    '--inner--',
    '--outer',
    'Content-Type: application/pdf; name="a.pdf"',
    'Content-Disposition: attachment; filename="a.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from([0, 1, 2, 253, 254, 255]).toString('base64'),
    '--outer--',
    'epilogue that goes',
  ].join('\r\n'),
);

function contentOf({ subject, from, messageId, text, html, attachments, headers }: Email): object {
  const texts = [text, html].map((body) => (body ?? '').replace(/\s+/gu, ' ').trim());
  const files = attachments.map(({ filename, mimeType, content }) => ({
    filename,
    mimeType,
    content: content instanceof ArrayBuffer ? Buffer.from(content).toString('hex') : content,
  }));
  const stamp = headers.find(({ key }) => key === 'x-skybridge-id')?.value;
  return { subject, from, messageId, texts, files, stamp };
}

describe('rebuildMime', () => {
  it('changes the octets and keeps the content', async () => {
    const rebuilt = rebuildMime(NESTED);
    const text = rebuilt.toString('latin1');
    expect(contentOf(await PostalMime.parse(rebuilt))).toEqual(
      contentOf(await PostalMime.parse(NESTED)),
    );
    expect(text).not.toMatch(/preamble|epilogue|outer|inner/u);
    expect(text).toMatch(/^X-MS-Exchange-Organization-/u);
    expect(text).toContain('quoted-printable');
    expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
  });

  it('gives the same octets each time', () => {
    expect(rebuildMime(NESTED).equals(rebuildMime(NESTED))).toBe(true);
  });

  it.each(['multipart/signed; boundary=outer', 'application/pkcs7-mime; smime-type=signed-data'])(
    'leaves the body of %s as it came',
    (type) => {
      const body = '--outer\r\nContent-Type: text/plain\r\n\r\nsigned  \r\n--outer--\r\n';
      const rebuilt = rebuildMime(
        Buffer.from(`Subject: s\r\nContent-Type: ${type}\r\n\r\n${body}`),
      );
      expect(rebuilt.toString('latin1').endsWith(`\r\n\r\n${body}`)).toBe(true);
    },
  );

  it.each([
    ['no header at all', 'just text'],
    ['a boundary that never comes', 'Content-Type: multipart/mixed; boundary=x\r\n\r\nhello'],
    ['broken base64', 'Content-Transfer-Encoding: base64\r\n\r\n!!!'],
    ['an unknown encoding', 'Content-Transfer-Encoding: x-strange\r\n\r\nabc'],
  ])('keeps %s', (_what, message) => {
    const lastLine = message.split('\r\n').at(-1) ?? '';
    expect(rebuildMime(Buffer.from(message)).toString('latin1')).toContain(lastLine);
  });
});
