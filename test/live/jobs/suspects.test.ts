/** Appends whose fate is unknown, in the cases where it is hardest to tell. */
import { describe, expect, test } from 'vitest';
import {
  createWorld,
  EXCHANGE,
  GENERIC,
  renumber,
  withoutStamp,
} from '../../support/copy-world.ts';
import { type Checkpoint, Crash } from '../../support/fakes/mail-servers.ts';
import { useDatabase } from '../../support/use-database.ts';

const database = useDatabase();

/** The appends of the inbox are 1 to 7; the first and the last are twins. */
const NEVER = new Map([
  [1, 999],
  [7, 999],
]);

/** Dies before anything is looked for. */
const beforeTheLook: Checkpoint = (call) => {
  if (call === 'target.look') {
    throw new Crash('before the look');
  }
};

describe('a suspect that the person has moved meanwhile', () => {
  test('is found by its stamp in the other folder, and not sent again', async () => {
    const world = await createWorld(database, 'moved suspect', EXCHANGE);
    const inbox = world.target.folder('INBOX');
    let appends = 0;
    await world.run(
      (call) => {
        appends += call === 'target.append' ? 1 : 0;
        const [first, ...rest] = inbox.messages;
        // All that is sent is answered but the first: the person moves it before anybody looks for it.
        if (call === 'target.look' && first !== undefined && rest.length === 6) {
          inbox.messages = rest;
          world.target.add('Kept', first);
        }
      },
      { loseAnswerOf: new Set([1]) },
    );
    expect(appends).toBe(8);
    expect(inbox.messages).toHaveLength(6);
    expect(world.target.folder('Kept').messages).toHaveLength(1);
    await world.run();
    expect(inbox.messages).toHaveLength(6);
  });

  test('is not taken for an old message that bears the same number', async () => {
    const world = await createWorld(database, 'old stamp', EXCHANGE);
    const { rows } = await database.pool.query<{ id: number }>(
      'select coalesce(max(id), 0) + 1 as id from messages',
    );
    const receivedAt = new Date('2019-01-01T00:00:00Z');
    for (let n = 0; n < 20; n += 1) {
      const stamp = `X-Skybridge-Id: ${(rows[0]?.id ?? 1) + n}\r\n`;
      const bytes = Buffer.from(`${stamp}Message-ID: <old-${n}@example.com>\r\n\r\nold\r\n`);
      world.target.add('Old', { bytes, flags: [], receivedAt });
    }
    await world.run(undefined, { completeLate: NEVER });
    const { Old: _old, ...rest } = world.target.contents(withoutStamp);
    expect(rest).toEqual(world.source.contents());
  });
});

describe.each([
  ['the server names no UIDs', true, false],
  ['the target is renumbered before the look', false, true],
  ['both', true, true],
])('twins of which one is settled and one never arrived: %s', (name, withoutUids, renumbered) => {
  test.each([1, 7])('append %i is lost', async (lost) => {
    const world = await createWorld(database, `twins ${name} ${lost}`, GENERIC);
    const never = new Map([[lost, 999]]);
    const first = world.run(beforeTheLook, { withoutUids, completeLate: never });
    await expect(first).rejects.toThrow(Crash);
    if (renumbered) {
      renumber(world.target, 'INBOX');
    }
    await world.run(undefined, { withoutUids });
    expect(world.target.contents()).toEqual(world.source.contents());
    await world.run(undefined, { withoutUids });
    expect(world.target.contents()).toEqual(world.source.contents());
  });
});

test('a target that is renumbered in the middle of a pass is exact', async () => {
  for (const at of [2, 5, 8]) {
    const world = await createWorld(database, `renumbered at ${at}`, GENERIC);
    let appends = 0;
    await world.run(
      (call) => {
        appends += call === 'target.append' ? 1 : 0;
        if (call === 'target.append' && appends === at) {
          renumber(world.target, 'INBOX');
        }
      },
      { loseAnswerOf: new Set([at - 1]) },
    );
    expect(world.target.contents()).toEqual(world.source.contents());
  }
});

test('a message that kills the process each time is named, and the rest of the mailbox arrives', async () => {
  const world = await createWorld(database, 'killer', GENERIC);
  let isDead = false;
  const checkpoint: Checkpoint = () => {
    if (isDead) {
      throw new Crash('dead');
    }
  };
  const diesWith = (bytes: Buffer): boolean => {
    isDead ||= bytes.includes('Message 4');
    return isDead;
  };
  let deaths = 0;
  for (let run = 0; run < 12; run += 1) {
    isDead = false;
    await world.run(checkpoint, { diesWith }).catch(() => {
      deaths += 1;
    });
  }
  expect(deaths).toBe(4);
  const wanted = world.source.contents();
  const { INBOX: inbox = [], ...others } = world.target.contents();
  const { INBOX: listed = [], ...rest } = wanted;
  expect(others).toEqual(rest);
  expect(inbox).toHaveLength(listed.length - 1);
  const { rows } = await database.pool.query<{ reason: string }>(
    "select reason from messages where state = 'failed' and reason like 'copy.%'",
  );
  expect(rows).toEqual([{ reason: 'copy.breaks-connection' }]);
});
