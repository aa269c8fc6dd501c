/** What every target of mail must do. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { isAppError } from '../../../src/errors.ts';
import type { AppendOutcome, MailTarget, TargetMessage } from '../../../src/jobs/ports.ts';
import { splitMessage } from '../../../src/mail/headers.ts';
import { messageKey } from '../../../src/mail/message-key.ts';
import { stampMessage } from '../../../src/mail/stamp.ts';
import type { TargetWorld } from './target-world.ts';

const signal = (): AbortSignal => AbortSignal.timeout(60_000);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const RECEIVED = new Date('2019-05-04T03:02:01Z');

/** A message as the engine hands it over: stamped where the target gets stamps. */
function message(world: TargetWorld, number: number, sizeBytes = 100): Buffer {
  const bytes = Buffer.from(
    [
      `Message-ID: <contract.${number}@example.com>`,
      'Date: Sat, 04 May 2019 05:02:01 +0200',
      'From: =?utf-8?B?R3LDvMOfZQ==?= <alex@example.com>',
      'To: Megan <megan@example.com>',
      `Subject: =?utf-8?B?${Buffer.from(`Grüße ${number}`).toString('base64')}?=`,
      'Content-Type: text/plain; charset=utf-8',
      '',
      `text of ${number}`,
      'x'
        .repeat(70)
        .concat('\r\n')
        .repeat(Math.ceil(sizeBytes / 72)),
    ].join('\r\n'),
  );
  return world.traits.stamps ? stampMessage(bytes, number) : bytes;
}

/** How long the server asked to wait. */
const waitOf = (outcome: AppendOutcome): number =>
  outcome.kind === 'stored' ? 0 : (outcome.error.retryAfter?.getTime() ?? 0) - Date.now();

interface Appended {
  readonly number: number;
  readonly outcome: AppendOutcome;
}

/** What a server refuses now and then; what it never does cannot be tried. */
export interface Refusals {
  readonly sizeLimits: readonly number[];
  readonly pausesMs: readonly number[];
}

/** The contract, for one kind of server. */
export function testTarget(start: () => Promise<TargetWorld>, refusals: Refusals): void {
  let world: TargetWorld;
  let target: MailTarget;
  beforeAll(async () => {
    world = await start();
    target = await world.open();
    await target.listFolders(signal());
  });
  afterAll(async () => {
    await target.close();
    await world.close();
  });

  let folders = 0;
  const newFolder = async (): Promise<string> => {
    folders += 1;
    const path = `Folder ${folders}`;
    await target.ensureFolders([path], signal());
    return path;
  };
  const append = async (
    path: string,
    number: number,
    options: {
      readonly flags?: readonly string[];
      readonly sizeBytes?: number;
      readonly to?: MailTarget;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<Appended> => {
    const outgoing = {
      folderPath: path,
      bytes: message(world, number, options.sizeBytes),
      flags: options.flags ?? [],
      receivedAt: RECEIVED,
    };
    const outcome = await (options.to ?? target).append(outgoing, options.signal ?? signal());
    return { number, outcome };
  };
  const look = (path: string): Promise<readonly TargetMessage[]> => target.look(path, 1, signal());
  /** Those that are this message: by stamp, or by the hash of their octets. */
  const alike = async (path: string, number: number): Promise<readonly TargetMessage[]> => {
    const seen = await look(path);
    if (world.traits.stamps) {
      return seen.filter(({ stamp }) => stamp === String(number));
    }
    const uids = seen.map(({ uid }) => uid);
    const hashes = await target.hashBodies(path, uids, signal());
    return seen.filter(({ uid }) => hashes.get(uid) === sha256(message(world, number)));
  };
  const codeOf = ({ outcome }: Appended): string =>
    outcome.kind === 'stored' ? 'stored' : `${outcome.kind} ${outcome.error.disposition}`;

  test('a message is stored with its date, its flags and its folder, under the number it was told', async () => {
    const path = await newFolder();
    const flags = ['\\Seen', '\\Answered'];
    const { outcome } = await append(path, 1, { flags });
    const [seen, ...more] = await look(path);
    const { uidValidity } = await target.folderState(path, signal());
    expect(more).toEqual([]);
    expect(outcome).toEqual({ kind: 'stored', uidValidity, uid: seen?.uid });
    expect(seen?.receivedAt).toEqual(RECEIVED);
    expect(seen?.flags.filter((flag) => flag !== '\\Recent').toSorted()).toEqual(flags.toSorted());
    expect(seen?.sizeBytes).toBeGreaterThan(100);
    expect((await target.folderState(path, signal())).exists).toBe(1);
  });

  test('a draft stays a draft, and nothing else becomes one', async () => {
    const path = await newFolder();
    await append(path, 2, { flags: ['\\Draft'] });
    await append(path, 3);
    const seen = await look(path);
    const drafts = seen.filter(({ flags }) => flags.includes('\\Draft'));
    expect(seen).toHaveLength(2);
    expect(drafts).toHaveLength(1);
  });

  test('it is found by its key, and by its stamp where there is one', async () => {
    const path = await newFolder();
    const bytes = message(world, 4);
    await append(path, 4);
    const [seen] = await look(path);
    const header = splitMessage(seen?.header ?? Buffer.alloc(0)).header;
    expect(messageKey(header).key).toBe(messageKey(splitMessage(bytes).header).key);
    expect(seen?.stamp).toBe(world.traits.stamps ? '4' : null);
    expect(await alike(path, 4)).toHaveLength(1);
  });

  test('folders are made with their parents, once, and one that is not there is a typed error', async () => {
    await target.ensureFolders(['Work/2020/May', 'Work/2021'], signal());
    await target.ensureFolders(['Work/2020/May'], signal());
    const paths = (await target.listFolders(signal())).map(({ path }) => path);
    expect(paths.filter((path) => path.startsWith('Work')).toSorted()).toEqual([
      'Work',
      'Work/2020',
      'Work/2020/May',
      'Work/2021',
    ]);
    const inbox = (await target.listFolders(signal())).find(({ path }) => path === 'INBOX');
    expect(inbox?.selectable).toBe(true);
    const error: unknown = await target.folderState('Nowhere', signal()).catch((e: unknown) => e);
    expect(isAppError(error)).toBe(true);
  });

  test('many appends at once are all stored, each once', async () => {
    const path = await newFolder();
    const numbers = Array.from({ length: 30 }, (_, n) => 100 + n);
    const appended = await Promise.all(numbers.map((number) => append(path, number)));
    expect(new Set(appended.map(codeOf))).toEqual(new Set(['stored']));
    const seen = await look(path);
    expect(new Set(seen.map(({ uid }) => uid)).size).toBe(30);
    const told = appended.map(({ outcome }) => (outcome.kind === 'stored' ? outcome.uid : null));
    expect(new Set(told)).toEqual(new Set(seen.map(({ uid }) => uid)));
  });

  test('an answer that is lost leaves a suspect, which one look finds: nothing is sent twice', async () => {
    const path = await newFolder();
    world.loseNextAnswer();
    const { outcome } = await append(path, 200);
    expect(outcome.kind).toBe('unknown');
    expect(await alike(path, 200)).toHaveLength(1);
    expect(codeOf(await append(path, 201))).toBe('stored');
    expect(await look(path)).toHaveLength(2);
  });

  test('who gives up before the message left has it unsent, and nothing is stored', async () => {
    const path = await newFolder();
    const { outcome } = await append(path, 300, { signal: AbortSignal.abort(new Error('over')) });
    expect(outcome.kind).toBe('unsent');
    expect(await look(path)).toEqual([]);
  });

  test('who gives up in the middle hears of each message what became of it', async () => {
    const path = await newFolder();
    const stop = new AbortController();
    const numbers = Array.from({ length: 40 }, (_, n) => 400 + n);
    const appends = numbers.map((number) => append(path, number, { signal: stop.signal }));
    await Promise.race(appends);
    stop.abort(new Error('over'));
    const appended = await Promise.all(appends);
    const kinds = Map.groupBy(appended, ({ outcome }) => outcome.kind);
    const stored = kinds.get('stored')?.length ?? 0;
    const unknown = kinds.get('unknown')?.length ?? 0;
    const there = (await look(path)).length;
    expect(kinds.has('refused')).toBe(false);
    expect(there).toBeGreaterThanOrEqual(stored);
    expect(there).toBeLessThanOrEqual(stored + unknown);
  });

  test('a mailbox that is full refuses, and a person must act', async () => {
    const full = await world.open({ full: true });
    await full.listFolders(signal());
    const appended = await append('INBOX', 500, { to: full, sizeBytes: 20_000 });
    expect(codeOf(appended)).toBe('refused ask');
    expect(await full.look('INBOX', 1, signal())).toEqual([]);
    await full.close();
  });

  test.each(refusals.sizeLimits)(
    'a message of more than %i octets is refused alone',
    async (limit) => {
      const path = await newFolder();
      world.limitSize?.(limit);
      const [small, large] = await Promise.all([
        append(path, 600),
        append(path, 601, { sizeBytes: 60_000 }),
      ]);
      world.limitSize?.(30 * 1024 * 1024);
      expect([codeOf(small), codeOf(large)]).toEqual(['stored', 'refused stop']);
      expect(await look(path)).toHaveLength(1);
    },
  );

  test.each(refusals.pausesMs)(
    'a server that asks for %i ms loses and doubles nothing',
    async (pauseMs) => {
      const path = await newFolder();
      world.throttleOnce?.(pauseMs);
      const numbers = Array.from({ length: 10 }, (_, n) => 700 + n);
      let left: readonly number[] = numbers;
      for (let round = 0; left.length > 0 && round < 5; round += 1) {
        const appended = await Promise.all(left.map((number) => append(path, number)));
        const refused = appended.filter(({ outcome }) => outcome.kind !== 'stored');
        expect(refused.map(codeOf).filter((code) => !/^refused wait|^unsent/.test(code))).toEqual(
          [],
        );
        left = refused.map(({ number }) => number);
        await systemClock.sleep(Math.max(0, ...refused.map(({ outcome }) => waitOf(outcome))));
      }
      const stamps = (await look(path)).map(({ stamp }) => stamp);
      expect(stamps).toHaveLength(numbers.length);
      expect(new Set(stamps)).toEqual(new Set(numbers.map(String)));
    },
  );

  test('flags change only where nobody has touched the message, and what is gone is said', async () => {
    const path = await newFolder();
    await append(path, 800);
    await append(path, 801, { flags: ['\\Seen'] });
    const seen = await look(path);
    const uidOf = (isSeen: boolean): number =>
      seen.find(({ flags }) => flags.includes('\\Seen') === isSeen)?.uid ?? 0;
    const { uidValidity } = await target.folderState(path, signal());
    const wanted = ['\\Seen', '\\Flagged'];
    const outcomes = await target.changeFlags(
      { path, uidValidity },
      [
        { uid: uidOf(false), written: [], wanted },
        { uid: uidOf(true), written: [], wanted },
        { uid: 4_000_000, written: [], wanted },
      ],
      signal(),
    );
    expect([uidOf(false), uidOf(true), 4_000_000].map((uid) => outcomes.get(uid))).toEqual([
      'changed',
      'touched',
      'gone',
    ]);
    const now = (await look(path)).find(({ uid }) => uid === uidOf(false));
    expect(now?.flags).toEqual(expect.arrayContaining(wanted));
    await expect(
      target.changeFlags({ path, uidValidity: uidValidity + 1 }, [], signal()),
    ).rejects.toMatchObject({ code: 'imap.uid-validity-changed' });
  });

  test('messages move inside the mailbox, and are removed, when nobody has touched them', async () => {
    const from = await newFolder();
    const to = await newFolder();
    await append(from, 900);
    await append(from, 901, { flags: ['\\Seen'] });
    const { uidValidity } = await target.folderState(from, signal());
    const uids = (await look(from)).map(({ uid, flags }) => ({ uid, flags }));
    const moved = await target.moveMessages(
      { path: from, uidValidity },
      to,
      uids.map(({ uid }) => ({ uid, written: [] })),
      signal(),
    );
    expect([...moved.values()].map(({ kind }) => kind).toSorted()).toEqual(['kept', 'moved']);
    expect(await look(to)).toHaveLength(1);
    const left = await look(from);
    const removed = await target.removeMessages(
      { path: from, uidValidity },
      left.map(({ uid }) => ({ uid, written: ['\\Seen'] })),
      signal(),
    );
    expect([...removed]).toEqual(left.map(({ uid }) => uid));
    expect(await look(from)).toEqual([]);
  });
}
