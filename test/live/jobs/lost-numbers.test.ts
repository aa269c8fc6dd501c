/** Messages whose numbers at the target nobody knows, or that bear others today: found again by their stamps, or named. */
import { describe, expect, test } from 'vitest';
import {
  createWorld,
  EXCHANGE,
  GENERIC,
  renumber,
  type World,
  withoutStamp,
} from '../../support/copy-world.ts';
import type { Checkpoint, FakeMailbox } from '../../support/fakes/mail-servers.ts';
import { useDatabase } from '../../support/use-database.ts';

const database = useDatabase();

/** Of the sample, the sixth message is flagged: at Exchange its flag comes behind it. */
const FLAGGED = 'Message 6';

function change(
  mailbox: FakeMailbox,
  subject: string,
  to: { readonly flags?: string[]; readonly bytes?: (text: string) => string },
): void {
  const folder = mailbox.folder('INBOX');
  folder.messages = folder.messages.map((message) => {
    const text = message.bytes.toString('latin1');
    if (!text.includes(`Subject: ${subject}\r\n`)) {
      return message;
    }
    const { flags = message.flags, bytes = (same) => same } = to;
    return { ...message, flags, bytes: Buffer.from(bytes(text), 'latin1') };
  });
}

/** Once, at the first call of that name. */
function atFirst(name: string, act: () => void): Checkpoint {
  let isDone = false;
  return (call) => {
    if (call === name && !isDone) {
      isDone = true;
      act();
    }
  };
}

async function remarks(name: string): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ remark: string }>(
    `select unnest(m.repairs) as remark from messages m join folders f on f.id = m.folder_id
       join migrations g on g.id = f.migration_id where g.source_address = $1`,
    [name],
  );
  return rows.flatMap(({ remark }) => remark || []).toSorted();
}

function expectExact(world: World): void {
  expect(world.target.contents(withoutStamp)).toEqual(world.source.contents());
}

describe('a flag that comes behind its message', () => {
  test('finds it where the server names no UIDs', async () => {
    const world = await createWorld(database, 'no uids', EXCHANGE);
    await world.run(undefined, { withoutUids: true });
    expectExact(world);
    expect(await remarks('no uids')).toEqual([]);
    // In a later pass it is known by its number.
    change(world.source, FLAGGED, { flags: ['\\Flagged', '\\Seen'] });
    await world.run(undefined, { withoutUids: true });
    expectExact(world);
  });

  test('finds it in a folder that was renumbered before the flag was set', async () => {
    const world = await createWorld(database, 'renumbered before', EXCHANGE);
    await world.run(atFirst('target.changeFlags', () => renumber(world.target, 'INBOX')));
    expectExact(world);
    expect(await remarks('renumbered before')).toEqual([]);
  });

  test('is not set over what the person chose meanwhile', async () => {
    const world = await createWorld(database, 'touched', EXCHANGE);
    await world.run(
      atFirst('target.changeFlags', () => {
        renumber(world.target, 'INBOX');
        change(world.target, FLAGGED, { flags: ['\\Answered'] });
      }),
    );
    const inbox = world.target.folder('INBOX').messages;
    expect(inbox.map(({ flags }) => flags)).toContainEqual(['\\Answered']);
    expect(inbox.map(({ flags }) => flags)).not.toContainEqual(['\\Flagged']);
    expect(await remarks('touched')).toEqual([]);
  });

  test('is named where the message cannot be found, and is not sent for again', async () => {
    const world = await createWorld(database, 'no stamp', EXCHANGE);
    await world.run(
      atFirst('target.changeFlags', () => {
        renumber(world.target, 'INBOX');
        change(world.target, FLAGGED, {
          bytes: (text) => text.replace(/^X-Skybridge-Id: \d+\r\n/, ''),
        });
      }),
    );
    expect(await remarks('no stamp')).toEqual(['flags-left']);
    let looks = 0;
    await world.run((call) => {
      looks += call === 'target.look' ? 1 : 0;
    });
    expect(looks).toBe(0);
  });

  test('is not set at an older message that bears the same number', async () => {
    const world = await createWorld(database, 'same number', EXCHANGE);
    await world.run(
      atFirst('target.changeFlags', () => {
        renumber(world.target, 'INBOX');
        change(world.target, FLAGGED, { bytes: (text) => text.replace('<6@', '<older@') });
      }),
    );
    const flagged = world.target
      .folder('INBOX')
      .messages.filter(({ flags }) => flags.includes('\\Flagged'));
    expect(flagged).toEqual([]);
    expect(await remarks('same number')).toEqual(['flags-left']);
  });
});

test('flags that were left are brought by a later pass that finds the message, and the remark goes', async () => {
  const world = await createWorld(database, 'found later', EXCHANGE);
  let stamp = '';
  await world.run(
    atFirst('target.changeFlags', () => {
      renumber(world.target, 'INBOX');
      change(world.target, FLAGGED, {
        bytes: (text) => {
          stamp = /^X-Skybridge-Id: \d+\r\n/.exec(text)?.[0] ?? '';
          return text.slice(stamp.length);
        },
      });
    }),
  );
  expect(await remarks('found later')).toEqual(['flags-left']);
  change(world.target, FLAGGED, { bytes: (text) => stamp + text });
  change(world.source, FLAGGED, { flags: ['\\Flagged', '\\Seen'] });
  await world.run();
  expectExact(world);
  expect(await remarks('found later')).toEqual([]);
});

describe('a message that was sent again, in a folder that is renumbered before the last look', () => {
  /** The first message never arrives; the ninth append is its second try. */
  const lost = { completeLate: new Map([[1, 999]]) };
  const renumberedAfterThat = (world: World): Checkpoint => {
    let appends = 0;
    const renumberOnce = atFirst('ledger.settle', () => renumber(world.target, 'INBOX'));
    return (call) => {
      appends += call === 'target.append' ? 1 : 0;
      if (appends === 9) {
        renumberOnce(call);
      }
    };
  };

  test('keeps its only copy', async () => {
    const world = await createWorld(database, 'only copy', EXCHANGE);
    await world.run(renumberedAfterThat(world), lost);
    expectExact(world);
    expect(await remarks('only copy')).toEqual([]);
  });

  test('loses a second copy, and no more than that', async () => {
    const world = await createWorld(database, 'two copies', EXCHANGE);
    await world.run(renumberedAfterThat(world), { completeLate: new Map([[1, 9]]) });
    expectExact(world);
    expect(await remarks('two copies')).toEqual(['second-copy-removed']);
  });

  test('is not taken for a second copy of itself where bytes alone tell', async () => {
    const world = await createWorld(database, 'only copy, plain', GENERIC);
    await world.run(renumberedAfterThat(world), lost);
    expectExact(world);
    expect(await remarks('only copy, plain')).toEqual([]);
  });
});
