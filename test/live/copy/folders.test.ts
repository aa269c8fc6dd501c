/** Folder names from one Dovecot account to another: as they are, as they were chosen, and as Exchange would take them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  connectRawImap,
  quoteName,
  type RawImapClient,
} from '../../support/compare/raw-imap-client.ts';
import { type DovecotServer, startDovecot } from '../../support/dovecot/start-dovecot.ts';
import { describeWith } from '../../support/witness.ts';
import { type MainResult, runMain } from './run-main.ts';

/** On the wire of a server that separates levels by a dot: a slash is a letter there. */
const NAMES = [
  'A/B',
  'Projects',
  'Projects.50% *off*',
  'Projects.a/b',
  'Ünïcode & Co',
  'Files',
  'files',
];

describeWith('dovecot', 'folder names of a copy', () => {
  let dovecot: DovecotServer;
  let dataDir: string;
  const clients: RawImapClient[] = [];
  beforeAll(async () => {
    dovecot = await startDovecot({ separator: '.', fsync: false, folders: { Gesendet: '\\Sent' } });
    dataDir = await mkdtemp(path.join(tmpdir(), 'skybridge-folders-'));
    const from = await client('from');
    for (const name of NAMES) {
      await from.must(`CREATE ${quoteName(name)}`);
    }
    const bytes = Buffer.from('Message-ID: <1@example.org>\r\nSubject: x\r\n\r\nBody\r\n');
    const internalDate = new Date('2021-03-04T05:06:07Z');
    await from.append(NAMES.map((folder) => ({ folder, bytes, flags: [], internalDate })));
  });
  afterAll(async () => {
    clients.forEach((one) => one.close());
    await dovecot.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function client(user: string): Promise<RawImapClient> {
    const { host, port, password } = dovecot;
    const made = await connectRawImap({ host, port, user, password });
    clients.push(made);
    return made;
  }
  async function namesOf(user: string): Promise<readonly string[]> {
    return (await (await client(user)).folderNames()).map(({ name }) => name).toSorted();
  }
  const copy = (user: string, ...more: readonly string[]): Promise<MainResult> =>
    runMain(
      [
        `--source=imap://from@127.0.0.1:${dovecot.port}`,
        `--target=imap://${user}@127.0.0.1:${dovecot.port}`,
        ...more,
      ],
      {
        DATA_DIR: dataDir,
        SOURCE_PASSWORD: dovecot.password,
        TARGET_PASSWORD: dovecot.password,
        NODE_EXTRA_CA_CERTS: dovecot.caFile,
      },
    );

  test('are byte-exact to any other server, a slash among them', async () => {
    expect(await copy('exact')).toMatchObject({ exitCode: 0, errors: '' });
    expect(await namesOf('exact')).toEqual(await namesOf('from'));
  });

  test('go where --folder says, with what lies below, and no more once they were copied', async () => {
    const first = await copy('chosen', '--folder=Projects=Old/Work', '--folder=Files=Papers');
    expect(first).toMatchObject({ exitCode: 0, errors: '' });
    const names = await namesOf('chosen');
    expect(names).toEqual(
      expect.arrayContaining(['Old.Work', 'Old.Work.a/b', 'Old.Work.50% *off*', 'Papers', 'files']),
    );
    expect(names.filter((name) => /^(?:Projects|Files)/.test(name))).toEqual([]);
    const late = await copy('chosen', '--folder=Files=Elsewhere', '--folder=None=x');
    expect(late.exitCode).toBe(64);
    expect(late.errors).toContain("'None' cannot go to 'x': there is no folder of this name");
    expect(late.errors).toContain(
      "'Files' cannot go to 'Elsewhere': some of its mail is in Outlook",
    );
  });

  test('are left out where --skip-folder says, and copied by a later run without it', async () => {
    const skip = ['--skip-folder=Projects', '--skip-folder=files'];
    const first = await copy('skipped', ...skip);
    expect(first).toMatchObject({ exitCode: 0, errors: '' });
    expect(first.output).toContain(
      '7 messages = 3 copied + 0 already there + 4 skipped + 0 failed',
    );
    expect(first.output).toContain('Projects: 1 not copied: left out by your rule (a folder');
    const old = await copy('skipped', '--skip-before=2021-03-05');
    expect(old.output).toContain('= 3 copied + 0 already there + 4 skipped');
    expect(old.output).toContain('left out by your rule (received before 2021-03-05)');
    const later = await copy('skipped');
    expect(later).toMatchObject({ exitCode: 0, errors: '' });
    expect(later.output).toContain('7 messages = 7 copied');
    const slip = await copy('skipped', '--skip-folder=Project');
    expect(slip).toMatchObject({ exitCode: 64 });
    expect(slip.errors).toContain('the source has no folder Project');
    expect((await copy('skipped', '--skip-before=1.1.2019')).exitCode).toBe(64);
  });

  test('are proposed for Exchange with a reason each, before anything is copied', async () => {
    const exchange = '--target-profile=exchange-online';
    const dry = await copy('dry', '--dry-run', exchange);
    expect(dry).toMatchObject({ exitCode: 0, errors: '' });
    expect(dry.output.trim().split('\n').toSorted()).toEqual(
      [
        'INBOX → INBOX: 0 messages',
        'Gesendet → Gesendet: 0 messages',
        'A\u2215B → A-B: 1 messages (in Exchange a slash always begins a folder inside another)',
        'Projects → Projects: 1 messages',
        'Projects/50% *off* → Projects/50_ _off_: 1 messages (Exchange cannot store this name)',
        'Projects/a\u2215b → Projects/a-b: 1 messages (in Exchange a slash always begins a folder inside another)',
        'Ünïcode & Co → Ünïcode & Co: 1 messages',
        'Files → Files (iCloud): 1 messages (Exchange keeps this name for itself)',
        'files → files (iCloud) (2): 1 messages (Exchange keeps this name for itself)',
      ].toSorted(),
    );
    expect(await namesOf('dry')).toEqual(['Gesendet', 'INBOX']);
    const copied = await copy('dry', exchange, '--json', '--folder=files=Papers');
    expect(copied.exitCode).toBe(0);
    expect(copied.events().at(-1)).toMatchObject({ folderClass: 'not checked' });
    expect(await namesOf('dry')).toEqual(
      [
        'A-B',
        'Files (iCloud)',
        'Gesendet',
        'INBOX',
        'Papers',
        'Projects',
        'Projects.50_ _off_',
        'Projects.a-b',
        'Ünïcode & Co',
      ].toSorted(),
    );
  });
});
