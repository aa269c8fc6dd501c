/** The person renames or deletes folders at the target while mail is written to them. */
import { describe, expect, test } from 'vitest';
import {
  createWorld,
  EXCHANGE,
  GENERIC,
  RECEIVED,
  reasonsOf,
  type World,
  withoutStamp,
} from '../../support/copy-world.ts';
import { Crash, FakeMailbox } from '../../support/fakes/mail-servers.ts';
import { useDatabase } from '../../support/use-database.ts';

const database = useDatabase();

/** Nothing but a folder of eight messages, and an empty inbox. */
function createWorkWorld(name: string, traits: typeof EXCHANGE): Promise<World> {
  const source = new FakeMailbox();
  source.folder('INBOX');
  for (let n = 1; n <= 8; n += 1) {
    const bytes = Buffer.from(`Message-ID: <${n}@example.com>\r\nSubject: ${n}\r\n\r\n${n}\r\n`);
    source.add('Work', { bytes, flags: [], receivedAt: RECEIVED });
  }
  const target = new FakeMailbox();
  target.folder('INBOX');
  return createWorld(database, name, traits, { source, target });
}

function rename({ target }: World, from: string, to: string): void {
  target.folders.set(to, target.folder(from));
  target.folders.delete(from);
}

const inAll = (contents: Record<string, string[]>): readonly string[] =>
  Object.values(contents).flat().toSorted();

const reasons = (name: string): Promise<readonly string[]> => reasonsOf(database, name);

describe.each([
  ['generic', GENERIC],
  ['exchange-online', EXCHANGE],
] as const)('at %s', (kind, traits) => {
  test.each([1, 4, 8])(
    'a folder is renamed at append %i: all is there once, and nothing fails',
    async (at) => {
      const name = `${kind} renamed at ${at}`;
      const world = await createWorkWorld(name, traits);
      let appends = 0;
      await world.run((call) => {
        appends += call === 'target.append' ? 1 : 0;
        if (call === 'target.append' && appends === at) {
          rename(world, 'Work', 'Mine');
        }
      });
      expect(inAll(world.target.contents(withoutStamp))).toEqual(inAll(world.source.contents()));
      expect(world.target.folder('Mine').messages).toHaveLength(at - 1);
      expect(await reasons(name)).toEqual([]);
      await world.run();
      expect(inAll(world.target.contents(withoutStamp))).toEqual(inAll(world.source.contents()));
    },
  );

  test('a folder that takes no mail although it is listed fails its messages, and no others', async () => {
    const name = `${kind} listed`;
    const world = await createWorkWorld(name, traits);
    world.source.add('INBOX', {
      bytes: Buffer.from('Subject: in\r\n\r\n'),
      flags: [],
      receivedAt: RECEIVED,
    });
    await world.run(undefined, { refuses: 'Work' });
    expect(world.target.folder('INBOX').messages).toHaveLength(1);
    expect(await reasons(name)).toEqual(Array.from({ length: 8 }, () => 'imap.folder-missing'));
  });

  test('a folder is renamed while an answer is missing: found by its stamp, or named, and never doubled', async () => {
    const name = `${kind} suspect`;
    const world = await createWorkWorld(name, traits);
    const beforeTheLook = (call: string): void => {
      if (call === 'target.look') {
        throw new Crash('before the look');
      }
    };
    await world.run(beforeTheLook, { loseAnswerOf: new Set([3]) }).catch(() => undefined);
    rename(world, 'Work', 'Mine');
    await world.run();
    expect(inAll(world.target.contents(withoutStamp))).toEqual(inAll(world.source.contents()));
    expect(await reasons(name)).toEqual(traits.stamps ? [] : ['copy.fate-unknown']);
  });

  test('a later pass gets by without a folder that is gone: what was moved from it stays where it is', async () => {
    const name = `${kind} moved from`;
    const world = await createWorkWorld(name, traits);
    await world.run();
    const [moved] = world.source.folder('Work').messages.splice(0, 1);
    if (moved !== undefined) {
      world.source.add('INBOX', moved);
    }
    world.source.folders.set('Home', world.source.folder('Work'));
    world.source.folders.delete('Work');
    rename(world, 'Work', 'Mine');
    await world.run();
    expect(world.target.folder('Mine').messages).toHaveLength(8);
    expect(inAll(world.target.contents(withoutStamp))).toEqual(inAll(world.source.contents()));
  });
});
