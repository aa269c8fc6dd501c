import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { searchForLeaks, secretForms } from '../../support/leak-search.ts';

const PASSWORD = 'qzjx-wvkp-bmtd-hfrl';
const LETTERS = PASSWORD.replaceAll('-', '');
const TOKEN = 'aB3_-x"9~/+é secret & more';
let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-leaks-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const secrets = [
  { name: 'password', text: PASSWORD },
  { name: 'token', text: TOKEN },
];

test('every form is found in a file of any depth, at its offset', async () => {
  const below = path.join(dir, 'a', 'b');
  await mkdir(below, { recursive: true });
  for (const secret of secrets) {
    for (const [number, { form, bytes }] of secretForms(secret.text).entries()) {
      const file = path.join(below, `${number}.bin`);
      await writeFile(file, Buffer.concat([Buffer.alloc(37, '#'), bytes, Buffer.from('##')]));
      const { leaks } = await searchForLeaks({ roots: [dir], secrets: [secret] });
      expect(leaks).toContainEqual({ what: secret.name, form, where: file, offset: 37 });
      await rm(file);
    }
  }
});

test.each([
  ['SASL PLAIN', Buffer.from(`\0alex@icloud.com\0${LETTERS}`).toString('base64')],
  ['SASL PLAIN with authzid', Buffer.from(`a@b.c\0a@b.c\0${LETTERS}`).toString('base64')],
  ['LOGIN', `A1 LOGIN "alex@icloud.com" "${LETTERS}"`],
  ['capitals and spaces', `it is ${PASSWORD.toUpperCase().replaceAll('-', ' ')}.`],
  ['a form', new URLSearchParams({ appPassword: PASSWORD }).toString()],
  ['JSON in JSON', JSON.stringify({ body: JSON.stringify({ appPassword: PASSWORD }) })],
  ['hex of a buffer', Buffer.from(`x${LETTERS}`).toString('hex')],
])('a password as %s is found', async (_name, text) => {
  const { leaks } = await searchForLeaks({ roots: [], texts: [{ name: 'log', text }], secrets });
  expect(leaks.map(({ what, where }) => `${what} in ${where}`)).toContain('password in log');
});

test.each([0, 1, 2])('a token in an XOAUTH2 response, %i octets further on', async (shift) => {
  const user = `user=${'u'.repeat(shift)}@contoso.example`;
  const text = Buffer.from(`${user}\u0001auth=Bearer ${TOKEN}\u0001\u0001`).toString('base64');
  const { leaks } = await searchForLeaks({ roots: [], texts: [{ name: 'log', text }], secrets });
  expect(leaks.length).toBeGreaterThan(0);
});

test('subjects are found in clear and in JSON; what holds neither is clean', async () => {
  const file = path.join(dir, 'log');
  const subjects = ['Das "große" Angebot', 'Minutes of Monday'];
  await writeFile(file, `${JSON.stringify({ subject: subjects[0] })}\n`);
  const input = { roots: [file], secrets, subjects };
  expect((await searchForLeaks(input)).leaks).toMatchObject([
    { what: subjects[0], form: 'JSON-escaped', where: file, offset: 12 },
  ]);
  await writeFile(file, 'Minutes of Sunday; qzjx-wvkp-bmtd-hfrm\n');
  expect(await searchForLeaks(input)).toMatchObject({ leaks: [], files: 1 });
});

test('a password that runs over a page of the write-ahead log is found', async () => {
  const wal = path.join(dir, 'pg_wal');
  await mkdir(wal);
  const file = path.join(wal, '000000010000000000000001');
  const [before, after] = [Buffer.alloc(8192, '#'), Buffer.alloc(8192, '#')];
  before.write(LETTERS.slice(0, 7), 8192 - 7);
  after.write(LETTERS.slice(7), 24);
  await writeFile(file, Buffer.concat([before, after]));
  const { leaks } = await searchForLeaks({ roots: [dir], secrets });
  expect(leaks.map(({ where }) => where)).toEqual([`${file}, pages joined`]);
});

test('a root that is not there is an error: nothing searched is nothing shown', async () => {
  await expect(searchForLeaks({ roots: [path.join(dir, 'gone')], secrets })).rejects.toThrow(
    'ENOENT',
  );
});
