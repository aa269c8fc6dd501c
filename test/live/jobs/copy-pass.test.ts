import { describe, expect, test } from 'vitest';
import { createCopyStore } from '../../../src/jobs/db/copy-store.ts';
import { createLedgerStore } from '../../../src/jobs/db/ledger-store.ts';
import type { TargetTraits } from '../../../src/jobs/ports.ts';
import {
  crashAt,
  createWorld as createWorldOn,
  EXCHANGE,
  GENERIC,
  type Mailboxes,
  RECEIVED,
  type World,
  withoutStamp,
} from '../../support/copy-world.ts';
import { Crash } from '../../support/fakes/mail-servers.ts';
import { useDatabase } from '../../support/use-database.ts';

const database = useDatabase();

const createWorld = (name: string, traits: TargetTraits, boxes?: Mailboxes): Promise<World> =>
  createWorldOn(database, name, traits, boxes);

describe.each([
  ['generic', GENERIC],
  ['exchange-online', EXCHANGE],
] as const)('a copy to %s', (name, traits) => {
  test('is exact, and a second run sends nothing', async () => {
    const world = await createWorld(`${name} plain`, traits);
    await world.run();
    const copied = world.target.contents(withoutStamp);
    expect(copied).toEqual(world.source.contents());
    await world.run();
    expect(world.target.contents(withoutStamp)).toEqual(copied);
  });

  test('that dies at any call and runs again is exact', async () => {
    let n = 1;
    for (let more = true; more; n += 1) {
      const world = await createWorld(`${name} crash ${n}`, traits);
      const crash = crashAt(n);
      const [first] = await Promise.allSettled([world.run(crash.checkpoint)]);
      expect(first.status === 'fulfilled' || first.reason instanceof Crash).toBe(true);
      more = crash.reached();
      await world.run();
      expect(world.target.contents(withoutStamp), `crash at call ${n}`).toEqual(
        world.source.contents(),
      );
    }
    expect(n).toBeGreaterThan(25);
  });

  test('whose ledger was lost adopts what is there, twins counted, and sends only the rest', async () => {
    const lost = await createWorld(`${name} lost ledger`, traits);
    await lost.run();
    // Three of seven never arrived, one of the twins among them.
    lost.target.folder('INBOX').messages.splice(4);
    // A message of the person's own, with the date and size of one of ours.
    const own = { ...lost.source.folder('INBOX').messages[3], flags: [] };
    const text = own.bytes?.toString().replace('<4@', '<9@').replace('Body 4', 'Mine 4') ?? '';
    lost.target.add('INBOX', { bytes: Buffer.from(text), flags: [], receivedAt: RECEIVED });
    const anew = await createWorld(`${name} anew`, traits, lost);
    await anew.run();
    const copied = anew.target.contents(withoutStamp);
    expect(copied['INBOX']?.length).toBe((anew.source.contents()['INBOX']?.length ?? 0) + 1);
    expect(copied['INBOX']).toEqual(expect.arrayContaining(anew.source.contents()['INBOX'] ?? []));
    await anew.run();
    expect(anew.target.contents(withoutStamp)).toEqual(copied);
  });

  test('finds appends whose answer was lost, and sends again what never left', async () => {
    const world = await createWorld(`${name} lost`, traits);
    await world.run(undefined, {
      loseAnswerOf: new Set([1, 3, 7]),
      loseMessageOf: new Set([2, 5]),
    });
    expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
  });
});

/** What the ledger says of the inbox of a world: reasons and repairs, sorted. */
async function remarks(name: string): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ remark: string }>(
    `select unnest(array_append(m.repairs, m.reason)) as remark from messages m
       join folders f on f.id = m.folder_id join migrations g on g.id = f.migration_id
      where g.source_address = $1`,
    [name],
  );
  return rows.flatMap(({ remark }) => remark || []).toSorted();
}

describe('an append that is completed after it was sent again', () => {
  // The second append is the first message again, in its own time.
  const late = { completeLate: new Map([[1, 9]]) };

  // The sixth is flagged, and gets its flag behind the first copy alone.
  test.each([1, 6])(
    'leaves one copy where ours bear a stamp, and the other is removed and counted (append %i)',
    async (n) => {
      const name = `late stamped ${n}`;
      const world = await createWorld(name, EXCHANGE);
      await world.run(undefined, { completeLate: new Map([[n, 9]]) });
      expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
      expect(await remarks(name)).toEqual(['second-copy-removed']);
    },
  );

  test('that the person has marked meanwhile is left, and named', async () => {
    const world = await createWorld('late touched', EXCHANGE);
    await world.run((call) => {
      if (call === 'target.removeMessages') {
        const inbox = world.target.folder('INBOX');
        inbox.messages = inbox.messages.map((one) => ({ ...one, flags: ['\\Flagged'] }));
      }
    }, late);
    expect(world.target.folder('INBOX').messages).toHaveLength(8);
    expect(await remarks('late touched')).toEqual(['second-copy-left']);
  });

  test("is left and named where a second copy may be the person's own", async () => {
    const world = await createWorld('late plain', GENERIC);
    await world.run(undefined, late);
    expect(world.target.folder('INBOX').messages).toHaveLength(8);
    expect(await remarks('late plain')).toEqual(['second-copy-left']);
  });
});

describe('a flag that Outlook would not see if it came with the message', () => {
  const flagsOf = (world: World, subject: string): readonly string[] | undefined =>
    world.target.folder('INBOX').messages.find(({ bytes }) => bytes.includes(subject))?.flags;

  test('is set behind it, and is no change that somebody made', async () => {
    const world = await createWorld('late flag', EXCHANGE);
    const before: unknown[] = [];
    const updated: unknown[] = [];
    await world.run(
      (call) => {
        if (call === 'target.changeFlags') {
          before.push(flagsOf(world, 'Message 6'));
        }
      },
      {
        onProgress: (event) => {
          if (event.kind === 'updated') {
            updated.push(event.flags);
          }
        },
      },
    );
    expect(before).toEqual([[]]);
    expect(flagsOf(world, 'Message 6')).toEqual(['\\Flagged']);
    expect(updated).toEqual([0]);
  });

  test('is set at the end of a slice, not of the pass', async () => {
    const world = await createWorld('late flag, slices', EXCHANGE);
    await world.runSlice();
    expect(flagsOf(world, 'Message 6')).toEqual(['\\Flagged']);
    expect(world.target.folder('Projects/2020').messages).toEqual([]);
  });

  test('is left where the person has marked the message meanwhile', async () => {
    const world = await createWorld('late flag, touched', EXCHANGE);
    await world.run((call) => {
      if (call === 'target.changeFlags') {
        const inbox = world.target.folder('INBOX');
        inbox.messages = inbox.messages.map((one) =>
          one.bytes.includes('Message 6') ? { ...one, flags: ['\\Answered'] } : one,
        );
      }
    });
    expect(flagsOf(world, 'Message 6')).toEqual(['\\Answered']);
  });
});

test('a message that the source holds back is named, the rest is copied, and a later pass asks again', async () => {
  const world = await createWorld('withheld', GENERIC);
  await world.run(undefined, { withheld: new Set([3]) });
  expect(world.target.folder('INBOX').messages).toHaveLength(6);
  expect(await remarks('withheld')).toEqual(['copy.body-withheld']);
  await world.run();
  expect(world.target.contents()).toEqual(world.source.contents());
  expect(await remarks('withheld')).toEqual([]);
});

test('a message in whose middle the link dies each time ends in a wait, and holds up no other', async () => {
  const world = await createWorld('never through', GENERIC);
  const options = { diesWithin: (bytes: Buffer) => bytes.includes('Message 4'), toItsEnd: true };
  await world.runSlice(options);
  expect(world.target.folder('INBOX').messages).toHaveLength(6);
  // The others are there: from now on there is nothing that could move.
  await expect(world.runSlice(options)).rejects.toMatchObject({
    code: 'copy.no-progress',
    disposition: 'wait',
  });
  await world.run();
  expect(world.target.contents()).toEqual(world.source.contents());
});

test('a message on which our own code fails is named, and the others arrive', async () => {
  let prepared = 0;
  const world = await createWorld('defect', {
    ...EXCHANGE,
    // Asked once for each message.
    get maxLineBytes() {
      prepared += 1;
      if (prepared === 3) {
        throw new RangeError('a defect');
      }
      return EXCHANGE.maxLineBytes;
    },
  });
  await world.run();
  expect(world.target.folder('INBOX').messages).toHaveLength(6);
  expect(world.target.folder('Projects/2020').messages).toHaveLength(1);
  expect(await remarks('defect')).toEqual(['copy.not-understood']);
});

test('a folder that was renumbered between its listing and its reading is listed again', async () => {
  const world = await createWorld('renumbered', GENERIC);
  const folder = world.source.folder('Projects/2020');
  let renumbered = false;
  await world.run((name) => {
    // Read in the order of the folders: when the inbox is read, all of them are listed.
    if (name === 'source.readMessages' && !renumbered) {
      renumbered = true;
      folder.uidValidity = 8;
      folder.messages = world.source.folder('INBOX').messages.slice(0, 1);
    }
  });
  expect(world.target.contents()).toEqual(world.source.contents());
});

test('a folder that is renamed between its listing and its reading is copied where it is now', async () => {
  const world = await createWorld('renamed meanwhile', GENERIC);
  let isRenamed = false;
  await world.run((name) => {
    if (name === 'source.readMessages' && !isRenamed) {
      isRenamed = true;
      world.source.folders.set('Old', world.source.folder('Projects/2020'));
      world.source.folders.delete('Projects/2020');
    }
  });
  const { 'Projects/2020': left, ...rest } = world.target.contents();
  expect(rest).toEqual(world.source.contents());
  expect(left).toEqual([]);
});

test('an answer that comes when the turn is lost is written down, and nothing else is', async () => {
  const world = await createWorld('answered late', GENERIC);
  const ledger = createLedgerStore(database.pool);
  const store = createCopyStore(database.pool);
  await world.run();
  const row = await store.findOrCreate({
    sourceAddress: 'answered late',
    sourceHost: 'source.test',
    targetMailbox: 'answered late',
  });
  const { rows } = await database.pool.query<{ id: number; epoch: number; uid: number }>(
    `select m.id, m.epoch, m.target_uid as uid from messages m join folders f on f.id = m.folder_id
      where f.migration_id = $1 and m.state = 'done' order by m.id`,
    [row.id],
  );
  const [one, other, third] = rows;
  if (one === undefined || other === undefined || third === undefined) {
    throw new Error('too few messages');
  }
  const ids = [one.id, other.id, third.id];
  await database.pool.query(
    `update messages set state = 'in-flight', target_uid = null where id = any($1::bigint[])`,
    [ids],
  );
  await ledger.takeTurn(row.id);
  // Sent again by whoever has the turn now.
  await database.pool.query('update messages set epoch = epoch + 1 where id = $1', [third.id]);
  const settling = ledger.settle({ migrationId: row.id, epoch: one.epoch }, [
    { id: one.id, state: 'done', uidValidity: 7, uid: one.uid },
    { id: other.id, state: 'failed', reason: 'x' },
    { id: third.id, state: 'done', uidValidity: 7, uid: third.uid },
  ]);
  await expect(settling).rejects.toMatchObject({ code: 'jobs.turn-lost' });
  const after = await database.pool.query(
    'select state from messages where id = any($1::bigint[]) order by id',
    [ids],
  );
  expect(after.rows.map(({ state }) => state)).toEqual(['done', 'in-flight', 'in-flight']);
});

test('a worker whose turn was taken writes nothing any more', async () => {
  const world = await createWorld('turn lost', GENERIC);
  const ledger = createLedgerStore(database.pool);
  const store = createCopyStore(database.pool);
  const { id } = await store.findOrCreate({
    sourceAddress: 'turn lost',
    sourceHost: 'source.test',
    targetMailbox: 'turn lost',
  });
  const older = await ledger.takeTurn(id);
  await ledger.takeTurn(id);
  await expect(ledger.settle(older, [])).rejects.toMatchObject({ code: 'jobs.turn-lost' });
  expect(world.target.contents()).toEqual({ INBOX: [] });
});
