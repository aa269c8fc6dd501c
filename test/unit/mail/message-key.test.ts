import fc from 'fast-check';
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

const word = fc.stringMatching(/^[a-zA-Z0-9.=_-]{1,20}$/);
const mail = fc.record({
  id: word,
  seconds: fc.integer({ min: 0, max: 4_000_000_000 }),
  sender: word,
  subject: fc.array(word, { minLength: 1, maxLength: 12 }),
});
type Mail = typeof mail extends fc.Arbitrary<infer T> ? T : never;

const dateOf = ({ seconds }: Mail): string => new Date(seconds * 1000).toUTCString();

test('any mail keeps its key when headers are reordered, refolded and joined by others', () => {
  const rebuilt = fc.record({
    order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }),
    fold: fc.constantFrom(' ', '\r\n ', '\r\n\t', '  '),
    others: fc.array(word, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(mail, rebuilt, (one, { order, fold, others }) => {
      const { id: number, sender, subject: words } = one;
      const plain = [
        `Message-ID: <${number}@example.com>`,
        `Date: ${dateOf(one)}`,
        `From: <${sender}@example.com>`,
        `Subject: ${words.join(' ')}`,
      ];
      const moved = [
        `MESSAGE-ID:${fold}<${number}@example.com>`,
        `Date: ${dateOf(one).replace('GMT', '+0000')}`,
        `from: "Somebody" ${fold}<${sender.toUpperCase()}@EXAMPLE.com>`,
        `Subject: ${words.join(fold)}`,
      ];
      const shuffled = order.map((at) => moved[at] ?? '');
      const added = others.map((name) => `X-${name.replaceAll(/[.=_]/g, '-')}: 1`);
      expect(keyOf(...added, ...shuffled)).toEqual(keyOf(...plain));
    }),
  );
});

test('any two mails that differ in what tells them have two keys', () => {
  const linesOf = (one: Mail): string[] => [
    `Message-ID: <${one.id}@example.com>`,
    `Date: ${dateOf(one)}`,
    `From: <${one.sender}@example.com>`,
    `Subject: ${one.subject.join(' ')}`,
  ];
  const told = ({ id: number, seconds, sender, subject: words }: Mail): string =>
    JSON.stringify([number, seconds, sender.toLowerCase(), words.join('').slice(0, 128)]);
  fc.assert(
    fc.property(mail, mail, (one, other) => {
      const isSame = keyOf(...linesOf(one)).key === keyOf(...linesOf(other)).key;
      expect(isSame).toBe(told(one) === told(other));
    }),
  );
  // Two that were drawn apart seldom agree in anything: from one to the next a single field changes.
  fc.assert(
    fc.property(
      mail,
      mail,
      fc.constantFrom('id', 'seconds', 'sender', 'subject'),
      (one, other, field) => {
        const changed = { ...one, [field]: other[field] };
        const isSame = keyOf(...linesOf(one)).key === keyOf(...linesOf(changed)).key;
        expect(isSame).toBe(told(one) === told(changed));
      },
    ),
  );
});
