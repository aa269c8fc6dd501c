import { expect, test } from 'vitest';
import { messageKey } from '../../../src/mail/message-key.ts';

function keyOf(...lines: string[]): ReturnType<typeof messageKey> {
  return messageKey(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
}

const id = 'Message-ID: <Abc.1@example.com>';
const date = 'Date: Mon, 2 Mar 2015 10:20:30 +0100';
const from = 'From: =?utf-8?Q?J=C3=B6rg_Wei=C3=9F?= <joerg@example.com>';
const subject = 'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=';
const base = keyOf(id, date, from, subject);

test.for([
  ['order', [subject, from, date, id]],
  ['name case', [id.replace('Message-ID', 'message-id'), date, from, subject]],
  ['id folded, brackets kept', ['Message-ID:\r\n <Abc.1@example.com>', date, from, subject]],
  ['id without brackets', ['Message-ID: Abc.1@example.com', date, from, subject]],
  ['another zone, same instant', [id, 'Date: 02 Mar 2015 09:20:30 GMT', from, subject]],
  ['obsolete zone and comment', [id, 'Date: Mon, 2 Mar 15 04:20:30 EST (summer)', from, subject]],
  ['name re-encoded', [id, date, 'From: "=?iso-8859-1?B?Suly?=" <Joerg@Example.com>', subject]],
  ['no name', [id, date, 'From: joerg@example.com', subject]],
  ['subject as base64', [id, date, from, 'Subject: =?UTF-8?B?R3LDvMOfZSBhdXMgS8O2bG4=?=']],
  [
    'subject in two words, cut inside a character',
    [id, date, from, 'Subject: =?utf-8?Q?Gr=C3=BC=C3?=\r\n =?utf-8?Q?=9Fe_aus_K=C3=B6ln?='],
  ],
  [
    'subject in another charset',
    [id, date, from, 'Subject: =?iso-8859-1?Q?Gr=FC=DFe_aus_K=F6ln?='],
  ],
  ['subject raw UTF-8', [id, date, from, 'Subject: Gr\xc3\xbc\xc3\x9fe aus K\xc3\xb6ln']],
  ['subject raw latin1', [id, date, from, 'Subject: Gr\xfc\xdfe aus K\xf6ln']],
  [
    'subject folded',
    [id, date, from, 'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus\r\n\t=?utf-8?Q?K=C3=B6ln?='],
  ],
  ['other headers', ['X-MS-Has-Attach: yes', id, date, from, 'To: x@y', subject]],
] as const)('is the same after a rebuild: %s', ([, lines]) => {
  expect(keyOf(...lines)).toEqual(base);
});

test.for([
  ['id in another case', [id.toLowerCase().replace('<abc', '<abd'), date, from, subject]],
  ['id case', ['Message-ID: <abc.1@example.com>', date, from, subject]],
  ['a second later', [id, 'Date: Mon, 2 Mar 2015 10:20:31 +0100', from, subject]],
  ['another sender', [id, date, 'From: anna@example.com', subject]],
  ['another subject', [id, date, from, 'Subject: Hello']],
] as const)('differs by %s', ([, lines]) => {
  expect(keyOf(...lines).key).not.toBe(base.key);
});

test('is weak without a Message-ID that says anything', () => {
  expect(base.weak).toBe(false);
  expect(keyOf(date, from, subject).weak).toBe(true);
  expect(keyOf('Message-ID: <>', date, from, subject).weak).toBe(true);
  expect(keyOf('Message-ID:   ', date, from, subject).weak).toBe(true);
  expect(keyOf('Message-ID: <spaces in id @x y>', date).weak).toBe(false);
});

test('a sender in a quoted display name is not the address', () => {
  expect(keyOf(id, 'From: "ceo@corp.example" <a@b.example>').key).toBe(
    keyOf(id, 'From: a@b.example').key,
  );
});

test('without From the Sender counts; the first of two fields counts', () => {
  expect(keyOf(id, 'Sender: a@b').key).toBe(keyOf(id, 'From: a@b').key);
  expect(keyOf(id, date, from, subject, 'Subject: second')).toEqual(base);
});

test('hostile headers take no time', () => {
  const long = '<'.repeat(200_000);
  expect(
    keyOf(`Message-ID: ${long}`, `From: ${long}@`, `Subject: ${'=?'.repeat(200_000)}`).weak,
  ).toBe(true);
  const quotes = '"\\'.repeat(100_000);
  expect(keyOf(id, `From: ${quotes}`, `Date: ${'('.repeat(200_000)}`).weak).toBe(false);
});
