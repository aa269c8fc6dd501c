import { describe, expect, test } from 'vitest';
import type { TargetTraits } from '../../../src/jobs/ports.ts';
import {
  crashAt,
  createWorld,
  EXCHANGE,
  GENERIC,
  RECEIVED,
  reasonsOf,
  renumber,
  type World,
  withoutStamp,
} from '../../support/copy-world.ts';
import { Crash, type FakeMailbox } from '../../support/fakes/mail-servers.ts';
import { useDatabase } from '../../support/use-database.ts';

const database = useDatabase();

/** A mailbox that was copied once. */
async function copied(name: string, traits: TargetTraits): Promise<World> {
  const world = await createWorld(database, name, traits);
  await world.run();
  return world;
}

const subjectOf = (bytes: Buffer): string =>
  /^Subject: (.*)$/m.exec(bytes.toString())?.[1]?.trim() ?? '';

/** `Subject [flags]`, folder by folder, sorted. */
function overview(mailbox: FakeMailbox): Record<string, string[]> {
  return Object.fromEntries(
    [...mailbox.folders].map(([path, { messages }]) => [
      path,
      messages
        .map(({ bytes, flags }) => `${subjectOf(bytes)} [${flags.toSorted().join(' ')}]`)
        .toSorted(),
    ]),
  );
}

function setFlags(mailbox: FakeMailbox, path: string, subject: string, flags: string[]): void {
  const folder = mailbox.folder(path);
  folder.messages = folder.messages.map((message) =>
    subjectOf(message.bytes) === subject ? { ...message, flags } : message,
  );
}

function take(mailbox: FakeMailbox, path: string, subject: string): void {
  const folder = mailbox.folder(path);
  folder.messages = folder.messages.filter(({ bytes }) => subjectOf(bytes) !== subject);
}

function move(mailbox: FakeMailbox, subject: string, from: string, to: string): void {
  const moved = mailbox.folder(from).messages.filter(({ bytes }) => subjectOf(bytes) === subject);
  take(mailbox, from, subject);
  moved.forEach((message) => mailbox.add(to, message));
}

/** Counts what a run sends and changes. */
async function runCounting(world: World): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  await world.run((name) => {
    if (/append|changeFlags|moveMessages|removeMessages|readMessages/.test(name)) {
      counts[name] = (counts[name] ?? 0) + 1;
    }
  });
  return counts;
}

const reasons = (name: string): Promise<readonly string[]> => reasonsOf(database, name);

describe.each([
  ['generic', GENERIC],
  ['exchange-online', EXCHANGE],
] as const)('a later pass to %s', (name, traits) => {
  test('over an unchanged mailbox reads and writes nothing', async () => {
    const world = await copied(`${name} unchanged`, traits);
    expect(await runCounting(world)).toEqual({});
  });

  test('brings new flags, but not over those that the person changed there', async () => {
    const world = await copied(`${name} flags`, traits);
    setFlags(world.source, 'INBOX', 'Message 2', ['\\Seen', '\\Flagged']);
    setFlags(world.source, 'INBOX', 'Message 3', []);
    setFlags(world.source, 'INBOX', 'Message 4', ['\\Seen']);
    setFlags(world.target, 'INBOX', 'Message 4', ['\\Flagged']);
    expect(await runCounting(world)).toEqual({ 'target.changeFlags': 1 });
    const inbox = overview(world.target)['INBOX'];
    expect(inbox).toContain('Message 2 [\\Flagged \\Seen]');
    expect(inbox).toContain('Message 3 []');
    expect(inbox).toContain('Message 4 [\\Flagged]');
    expect(await runCounting(world)).toEqual({});
  });

  test('brings flags to a folder that was renumbered there by the stamp, or names them', async () => {
    const world = await copied(`${name} numbers there`, traits);
    setFlags(world.source, 'INBOX', 'Message 2', ['\\Seen', '\\Flagged']);
    renumber(world.target, 'INBOX');
    await world.run();
    const { rows } = await database.pool.query(
      `select count(*)::int as named from messages m join folders f on f.id = m.folder_id
         join migrations g on g.id = f.migration_id
        where g.source_address = $1 and 'flags-left' = any(m.repairs)`,
      [`${name} numbers there`],
    );
    expect(rows).toEqual([{ named: traits.stamps ? 0 : 1 }]);
    const flags = traits.stamps ? '\\Flagged \\Seen' : '';
    expect(overview(world.target)['INBOX']).toContain(`Message 2 [${flags}]`);
  });

  test('moves what was moved, and sends none of it again', async () => {
    const world = await copied(`${name} moves`, traits);
    move(world.source, 'Message 1', 'INBOX', 'Projects/2020');
    move(world.source, 'Message 2', 'INBOX', 'Empty');
    move(world.source, 'Message 20', 'Projects/2020', 'INBOX');
    const counts = await runCounting(world);
    expect(counts['target.append']).toBeUndefined();
    expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
    expect(await runCounting(world)).toEqual({});
  });

  test('leaves what the person moved, marked or deleted there as it is', async () => {
    const world = await copied(`${name} touched`, traits);
    move(world.source, 'Message 1', 'INBOX', 'Empty');
    move(world.source, 'Message 2', 'INBOX', 'Empty');
    setFlags(world.target, 'INBOX', 'Message 1', ['\\Flagged']);
    take(world.target, 'INBOX', 'Message 2');
    take(world.target, 'INBOX', 'Message 3');
    take(world.source, 'INBOX', 'Message 4');
    const before = overview(world.target);
    expect((await runCounting(world))['target.append']).toBeUndefined();
    expect(overview(world.target)).toEqual(before);
    expect(await reasons(`${name} touched`)).toEqual(['copy.deleted-at-target']);
  });

  test('recognises a folder under new numbers, and goes on changing its flags', async () => {
    const world = await copied(`${name} renumbered`, traits);
    renumber(world.source, 'INBOX');
    world.source.add('INBOX', {
      bytes: Buffer.from('Message-ID: <new@example.com>\r\nSubject: New\r\n\r\nnew\r\n'),
      flags: [],
      receivedAt: RECEIVED,
    });
    expect((await runCounting(world))['target.append']).toBe(1);
    expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
    setFlags(world.source, 'INBOX', 'Message 5', ['\\Answered']);
    expect(await runCounting(world)).toEqual({ 'target.changeFlags': 1 });
    expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
  });

  test('follows a folder that was renamed, and back again, without sending anything', async () => {
    const world = await copied(`${name} renamed folder`, traits);
    const rename = (from: string, to: string): void => {
      world.source.folders.set(to, world.source.folder(from));
      world.source.folders.delete(from);
    };
    rename('INBOX', 'Old mail');
    world.source.folder('INBOX');
    expect((await runCounting(world))['target.append']).toBeUndefined();
    expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
    world.source.folders.delete('INBOX');
    rename('Old mail', 'INBOX');
    expect((await runCounting(world))['target.append']).toBeUndefined();
    const { 'Old mail': left, ...rest } = world.target.contents(withoutStamp);
    expect(rest).toEqual(world.source.contents());
    expect(left).toEqual([]);
  });

  test('that dies at any call, with moves and new flags under way, is exact', async () => {
    let n = 1;
    for (let more = true; more; n += 1) {
      const world = await copied(`${name} delta crash ${n}`, traits);
      renumber(world.source, 'INBOX');
      move(world.source, 'Message 20', 'Projects/2020', 'Empty');
      move(world.source, 'Message 3', 'INBOX', 'Projects/2020');
      setFlags(world.source, 'INBOX', 'Message 5', ['\\Flagged']);
      const crash = crashAt(n);
      await Promise.allSettled([world.run(crash.checkpoint)]);
      more = crash.reached();
      await world.run();
      expect(world.target.contents(withoutStamp), `crash at call ${n}`).toEqual(
        world.source.contents(),
      );
    }
    expect(n).toBeGreaterThan(20);
  });

  test('a twin is edited and all is renumbered while the answer to the other is lost', async () => {
    for (const lost of [1, 7]) {
      const world = await createWorld(database, `${name} twins ${lost}`, traits);
      const dies = (call: string): void => {
        if (call === 'target.look') {
          throw new Crash('before the look');
        }
      };
      await Promise.allSettled([world.run(dies, { loseAnswerOf: new Set([lost]) })]);
      const [first] = world.source.folder('INBOX').messages;
      const edited = Buffer.from(`${first?.bytes.toString()}edited\r\n`);
      world.source.folder('INBOX').messages.shift();
      world.source.add('INBOX', { bytes: edited, flags: [], receivedAt: RECEIVED });
      renumber(world.source, 'INBOX');
      await world.run();
      await world.run();
      // What was copied before it was edited stays at the target, once.
      const held = world.target.contents(withoutStamp)['INBOX'] ?? [];
      const listed = world.source.contents()['INBOX'] ?? [];
      expect(held).toEqual(expect.arrayContaining(listed));
      expect(held).toHaveLength(listed.length + 1);
    }
  });
});
