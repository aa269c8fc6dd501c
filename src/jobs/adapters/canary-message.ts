/** The probe of the canary: a message with everything that may go wrong, and nobody's mail. */
import { stampMessage } from '../../mail/stamp.ts';

/** No ledger row bears it. */
const STAMP = 0;
export const CANARY_STAMP = String(STAMP);

export function canaryMessage(): Buffer {
  const encoded = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
  const lines = [
    'Received: from skybridge.invalid by skybridge.invalid; Sat, 29 Feb 2020 12:34:50 +0000',
    `From: ${encoded('Skybridge Prüfung')} <check@skybridge.invalid>`,
    `To: ${encoded('Größe & Söhne')} <to@skybridge.invalid>, second@skybridge.invalid`,
    'Cc: Third <third@skybridge.invalid>',
    'Reply-To: Fourth <fourth@skybridge.invalid>',
    `Subject: ${encoded('Re: Prüfung 日本語 🎉')}`,
    'Date: Sat, 29 Feb 2020 13:34:45 +0100',
    'Message-ID: <canary@skybridge.invalid>',
    'In-Reply-To: <before@skybridge.invalid>',
    'References: <first@skybridge.invalid> <before@skybridge.invalid>',
    'X-Priority: 1',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=outer',
    '',
    '--outer',
    'Content-Type: multipart/related; boundary=inner',
    '',
    '--inner',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    '<p>Prüfung <img src="cid:dot@skybridge.invalid"></p>',
    '--inner',
    'Content-Type: image/gif; name=dot.gif',
    'Content-ID: <dot@skybridge.invalid>',
    'Content-Disposition: inline; filename=dot.gif',
    'Content-Transfer-Encoding: base64',
    '',
    'R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=',
    '--inner--',
    '--outer',
    'Content-Type: text/csv; charset=utf-8',
    "Content-Disposition: attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.csv",
    'Content-Transfer-Encoding: base64',
    '',
    // Enough for more than one buffer of the stream.
    ...(Buffer.alloc(45_000, 'a,b;c\n')
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '--outer',
    'Content-Type: message/rfc822',
    '',
    'From: Inside <inside@skybridge.invalid>',
    'Subject: inside',
    'Date: Fri, 28 Feb 2020 10:00:00 +0000',
    '',
    'Text inside.',
    '--outer--',
    '',
  ];
  return stampMessage(Buffer.from(lines.join('\r\n')), STAMP);
}
