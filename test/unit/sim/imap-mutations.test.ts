import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startIcloudServer } from '../../sim/imap/icloud.ts';
import { decodeMailboxName, encodeMailboxName } from '../../sim/imap/mailbox-name.ts';
import type { ImapServer } from '../../sim/imap/server.ts';
import { connectRawImap } from '../../support/compare/raw-imap-client.ts';
import { decodeName, encodeName } from '../../support/compare/wire-names.ts';

const USER = 'ada@icloud.example';

let server: ImapServer;
beforeAll(async () => {
  server = await startIcloudServer({ forbidUnsafe: false });
  server.store.addAccount(USER, { password: 'secret' });
  server.store.addMessage(USER, 'INBOX', { bytes: Buffer.from('Subject: a\r\n\r\nb\r\n') });
});
afterAll(() => server.close());

const COMMANDS = [
  'UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)]<0.10>)',
  'LIST "" "*"',
  'STATUS INBOX (MESSAGES UIDNEXT)',
  'UID STORE 1 +FLAGS.SILENT (\\Seen Blue)',
  'UID SEARCH NOT SEEN HEADER Subject "a"',
  'CREATE "a/b &- c"',
  'ID ("name" "x")',
] as const;

const mutated = fc
  .record({
    command: fc.constantFrom(...COMMANDS),
    at: fc.nat(60),
    cut: fc.nat(3),
    put: fc.string({
      unit: fc.constantFrom(
        '(',
        ')',
        '"',
        '\\',
        '*',
        '%',
        ' ',
        '[',
        ']',
        '<',
        ':',
        ',',
        'a',
        '9',
        '&',
        '-',
        '\u00e4',
      ),
      maxLength: 3,
    }),
  })
  .map(({ command, at, cut, put }) => command.slice(0, at) + put + command.slice(at + cut));

it('answers every mutated command once, by its tag, and stays whole', async () => {
  const client = await connectRawImap({
    host: server.host,
    port: server.port,
    user: USER,
    password: 'secret',
  });
  await fc.assert(
    fc.asyncProperty(mutated, async (command) => {
      await client.command('EXAMINE INBOX');
      const { status } = await client.command(command);
      expect(['OK', 'NO', 'BAD']).toContain(status);
    }),
    { numRuns: 500, seed: 20_261_122 },
  );
  client.close();
  expect(server.violations.filter((text) => text.includes('server failed'))).toEqual([]);
  expect(server.store.folder(USER, 'INBOX')?.messages).toHaveLength(1);
});

it('agrees with the checker on every folder name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => {
      const wire = encodeMailboxName(name);
      expect(decodeMailboxName(wire)).toBe(name);
      expect(encodeName(name)).toBe(wire);
      expect(decodeName(wire)).toBe(name);
    }),
    { seed: 20_261_122 },
  );
});
