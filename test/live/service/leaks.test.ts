/** After a whole move no secret and no subject is found anywhere; first the search finds what is planted. */
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSupport, SupportError } from '../../../src/app/support-command.ts';
import { parseConfig } from '../../../src/config.ts';
import { silentLogger } from '../../../src/log.ts';
import { BEARER } from '../../sim/teams/connector.ts';
import { startWholeWorld, type WholeWorld } from '../../sim/whole-world.ts';
import { type NamedText, searchForLeaks, secretForms } from '../../support/leak-search.ts';
import { createPlay, sampleMover } from '../../support/play.ts';
import { withServiceDatabase } from '../../support/service-database.ts';

/** Planted, never given to the service by anybody. */
const CANARY = 'vbqz-jkwx-mtpl-gdhr';
const CANARY_SUBJECT = 'Canary: the quarterly "figures" of Zürich';
/** Mistyped, of the right form. */
const REFUSED_PASSWORD = 'zkqw-xvbn-plmt-hrgd';
const FALSE_PASSWORD = 'ordinary-Password-1!';
const SHORTEST_SUBJECT = 12;

let dir = '';
let world: WholeWorld;
/** Whatever the bot said, older versions of updated cards included. */
const said: string[] = [];
/** Tokens that Teams showed to the bot. */
const shown: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-leaks-'));
  world = await startWholeWorld({ dir, provisioningMs: 2000 });
  world.teams.transcript.subscribe(({ entry }) => {
    if (entry.from === 'bot') {
      said.push(JSON.stringify(entry));
    }
  });
  const { signing } = world.teams;
  const sign = signing.token.bind(signing);
  signing.token = async (...words) => {
    const token = await sign(...words);
    shown.push(token);
    return token;
  };
}, 120_000);
afterAll(async () => {
  await world?.close();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

/** Rows as text too: a long value is stored compressed, so that its page shows little of it. */
async function readDatabase(): Promise<readonly NamedText[]> {
  return await withServiceDatabase(world.dataDir, async (client) => {
    await client.query('checkpoint');
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const texts: NamedText[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      texts.push({ name: `table ${name}`, text: rows.map(({ row }) => row).join('\n') });
    }
    return texts;
  });
}

const roots = (): readonly string[] => [world.dataDir, world.logFile];

/** A token leaks in parts as well; its first part says nothing. */
function tokenSecrets(name: string, tokens: readonly string[]): readonly NamedText[] {
  return [...new Set(tokens)].flatMap((token, number) =>
    token
      .split('.')
      .slice(token.includes('.') ? 1 : 0)
      .map((part, index) => ({ name: `${name} ${number}, part ${index}`, text: part })),
  );
}

async function sampleSubjects(): Promise<readonly string[]> {
  const messages = world.sample.folders.flatMap((folder) => folder.messages);
  const parsed = await Promise.all(
    messages
      .filter(({ bytes }) => bytes.length < 1_000_000)
      .map(async ({ bytes }) => (await PostalMime.parse(bytes)).subject?.trim() ?? ''),
  );
  return [...new Set(parsed)].filter((subject) => subject.length >= SHORTEST_SUBJECT);
}

test('the search finds what is planted: file, log, page, write-ahead log and compressed row', async () => {
  const forms = secretForms(CANARY);
  const file = path.join(world.dataDir, 'planted.bin');
  await writeFile(file, Buffer.concat(forms.flatMap(({ bytes }) => [bytes, Buffer.from('\n')])));
  await appendFile(world.logFile, `${JSON.stringify({ pass: CANARY, subject: CANARY_SUBJECT })}\n`);
  await withServiceDatabase(world.dataDir, async (client) => {
    await client.query('create table planted (form bytea, long text)');
    for (const { bytes } of forms) {
      await client.query('insert into planted (form) values ($1)', [bytes]);
    }
    const long = `${'many of the same words '.repeat(400)}${CANARY}`;
    await client.query('insert into planted (long) values ($1)', [long]);
  });
  const texts = await readDatabase();
  const { leaks } = await searchForLeaks({
    roots: roots(),
    texts,
    secrets: [{ name: 'canary', text: CANARY }],
    subjects: [CANARY_SUBJECT],
  });
  const formsIn = (place: RegExp): readonly string[] => [
    ...new Set(leaks.filter(({ where }) => place.test(where)).map(({ form }) => form)),
  ];
  const all = forms.map(({ form }) => form).toSorted();
  expect(formsIn(/planted\.bin$/).toSorted()).toEqual(all);
  expect(formsIn(/postgres\/data\/base\//).toSorted()).toEqual(all);
  expect(formsIn(/postgres\/data\/pg_wal\//).toSorted()).toEqual(all);
  expect(formsIn(/^table public\.planted$/)).toContain('with dashes, clear');
  expect(leaks).toContainEqual(
    expect.objectContaining({ what: CANARY_SUBJECT, where: world.logFile }),
  );
  await rm(file);
});

test('a whole move leaves no password, no token and no subject', async () => {
  const play = createPlay(world, sampleMover(world));
  await play.until('asked');
  await play.submit(FALSE_PASSWORD);
  await play.person.see(/letters/);
  await play.submit(REFUSED_PASSWORD);
  await play.person.see('Apple did not accept', 60_000);
  await play.until('done');

  const { journal } = world.m365;
  const subjects = await sampleSubjects();
  // Enough to be searched for, or the search shows nothing.
  expect(subjects.length).toBeGreaterThan(50);
  expect(journal.tokens.length).toBeGreaterThan(1);
  expect(shown.length).toBeGreaterThan(5);
  const result = await searchForLeaks({
    roots: roots(),
    texts: [...(await readDatabase()), { name: 'what the bot said', text: said.join('\n') }],
    secrets: [
      { name: 'app password', text: world.appPassword },
      { name: 'refused app password', text: REFUSED_PASSWORD },
      { name: 'ordinary password', text: FALSE_PASSWORD },
      { name: 'client secret', text: world.environment['CLIENT_SECRET'] ?? '' },
      { name: 'bot token', text: BEARER },
      ...tokenSecrets('access token', journal.tokens),
      ...tokenSecrets('token of Teams', shown),
    ],
    subjects,
  });
  expect(result.leaks).toEqual([]);
  expect(result.files).toBeGreaterThan(100);
  expect(world.violations()).toEqual([]);
});

/** Folders of the sample that no other word contains; one of them failed, so that the bundle tells of it. */
const FOLDERS = ['50% *off*', 'The "quoted"'];

/** The support bundle of the running service, with its log. */
async function supportBundle(): Promise<string> {
  const out = path.join(dir, 'bundle.json');
  const config = parseConfig({ ...world.environment, DATA_DIR: world.dataDir });
  const words = ['--out', out, '--log', world.logFile];
  const code = await runSupport(
    { config, logger: silentLogger, print: () => undefined },
    words,
    new AbortController().signal,
  );
  expect([code, (await stat(out)).mode & 0o777]).toEqual([0, 0o600]);
  const text = await readFile(out, 'utf8');
  await rm(out);
  return text;
}

test('the support bundle tells what happened, and of nobody whom it happened to', async () => {
  const { mover, helpdesk, admin, icloudAddress } = world;
  await withServiceDatabase(world.dataDir, async (client) => {
    await client.query(
      `update folders set problem = 'Canary says: ' || source_path where source_path = any($1)`,
      [FOLDERS],
    );
    await client.query(`update messages set reason = $1, state = 'failed' where id = 1`, [
      CANARY_SUBJECT,
    ]);
  });
  const text = await supportBundle();
  const bundle: Record<string, readonly Record<string, unknown>[]> = JSON.parse(text);
  const [move] = bundle['moves'] ?? [];
  expect(move).toMatchObject({
    state: expect.stringMatching(/^Completed/),
    person: expect.stringMatching(/^person-[\da-f]{12}$/),
    mailbox: expect.stringMatching(/^mailbox-[\da-f]{12}$/),
    account: expect.stringMatching(/^account-[\da-f]{12}$/),
  });
  expect(bundle['folders']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ move: move?.['id'], problem: '(left out)' }),
    ]),
  );
  expect(bundle['messages']?.find(({ reason }) => reason === '(left out)')).toMatchObject({
    state: 'failed',
    count: 1,
  });
  expect(bundle['settings']).toMatchObject({ BOT_PASSWORD: 'set', CLOUD: 'global' });
  expect(JSON.stringify(bundle['log'])).toContain('"msg":"listening"');
  const lines = [...(bundle['moves'] ?? []), ...(bundle['folders'] ?? [])].length;
  expect(lines).toBeGreaterThan(1);

  const places = [world.dataDir, dir, icloudAddress, mover, helpdesk, admin].flatMap((one) =>
    typeof one === 'string' ? [one] : [one.id, one.userPrincipalName, one.displayName],
  );
  const { leaks } = await searchForLeaks({
    roots: [],
    texts: [{ name: 'bundle', text }],
    secrets: [
      { name: 'canary', text: CANARY },
      { name: 'app password', text: world.appPassword },
      { name: 'client secret', text: world.environment['CLIENT_SECRET'] ?? '' },
    ],
    subjects: [...(await sampleSubjects()), CANARY_SUBJECT, ...places],
  });
  expect(leaks).toEqual([]);
  for (const word of [...FOLDERS, 'contoso', 'icloud.com', '127.0.0.1', '@', 'PRIVATE']) {
    expect(text).not.toContain(word);
  }

  // What is there is not written over.
  await writeFile(path.join(dir, 'bundle.json'), 'kept');
  await expect(supportBundle()).rejects.toThrow(SupportError);
  expect(await readFile(path.join(dir, 'bundle.json'), 'utf8')).toBe('kept');
  await rm(path.join(dir, 'bundle.json'));

  // Others each time: two bundles cannot be laid over each other.
  const next = JSON.parse(await supportBundle());
  expect(next.moves[0].id).toBe(move?.['id']);
  expect(next.moves[0].person).not.toBe(move?.['person']);
  const noted = await withServiceDatabase(world.dataDir, (client) =>
    client.query(`select after from audit where action = 'support-bundle' order by id`),
  );
  expect(noted.rows).toHaveLength(2);
  expect(noted.rows[0]).toEqual({
    after: `sha256:${createHash('sha256').update(text).digest('hex')}`,
  });
});
