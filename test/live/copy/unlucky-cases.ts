/** What happens to an unlucky copy, for every pair of servers that can be told to let it happen. */
import { expect, test } from 'vitest';
import {
  type ActingRelay,
  actBefore,
  emptyFetches,
  type RelayActions,
  swallowAnswersTo,
} from '../../support/acting-relay.ts';
import type { MailboxSnapshot } from '../../support/compare/mailbox-snapshot.ts';
import type { CopyExit } from '../../support/copy-run.ts';
import type { DroppingRelay } from '../../support/dropping-relay.ts';
import { ALL_COPIED } from '../kills/kill-case.ts';

export type Side = 'source' | 'target';

/** Two servers between which mail is copied, and what their owners do to it meanwhile. */
export interface Bench {
  /** Fills an account at the source. */
  load(user: string, mailbox: MailboxSnapshot): Promise<void>;
  /** Takes the messages with these numbers, from 1, out of folders at the source. */
  expunge(user: string, numbers: Readonly<Record<string, readonly number[]>>): Promise<void>;
  rename(side: Side, user: string, from: string, to: string): Promise<void>;
  /** The same messages under new numbers. */
  renumber(side: Side, user: string, folder: string): Promise<void>;
  /** A relay in front of one of the servers, for one test. */
  relay(side: Side, actions: RelayActions): Promise<ActingRelay>;
  dropping(side: Side, afterBytes: number, counted?: 'server' | 'both'): Promise<DroppingRelay>;
  copy(ends: {
    readonly from: string;
    readonly to: string;
    readonly sourcePort?: number;
    readonly targetPort?: number;
  }): Promise<CopyExit>;
  /** `aside`: a folder at the target, and the one whose messages were taken to it. */
  expectExact(from: string, to: string, aside?: Readonly<Record<string, string>>): Promise<void>;
}

/** The target as it would be if nothing had been taken aside. */
export function putBack(
  { folders }: MailboxSnapshot,
  aside: Readonly<Record<string, string>>,
): MailboxSnapshot {
  return {
    folders: folders.map(({ name, messages }) => ({ name: aside[name] ?? name, messages })),
  };
}

/** Two megabytes more: enough that every link breaks a few times. */
const HEAVY: MailboxSnapshot = {
  folders: [
    {
      name: 'Heavy',
      messages: Array.from({ length: 100 }, (_, n) => ({
        bytes: Buffer.from(
          `Message-ID: <h${n}@example.com>\r\n\r\n${`${n} heavy\r\n`.repeat(2200)}`,
        ),
        flags: [],
        internalDate: new Date(1_600_000_000_000 + n * 1000),
      })),
    },
  ],
};

/** The accounts that `testLostAnswers` copies from. */
export const LOST_ANSWERS_USERS = ['from'] as const;

/** Answers that never come, whose appends were done all the same. */
export function testLostAnswers(bench: Bench): void {
  test('answers are swallowed and the links cut: nothing is there twice', async () => {
    const target = await bench.relay('target', swallowAnswersTo(new Set([1, 5, 40, 90, 140])));
    const exit = await bench.copy({ from: 'from', to: 'lost', targetPort: target.port });
    expect(exit).toMatchObject(ALL_COPIED);
    expect(target.cuts()).toBeGreaterThanOrEqual(4);
    await bench.expectExact('from', 'lost');
  });
}

/** The accounts that the other cases copy from. */
export const LINKS_AND_FOLDERS_USERS = [
  'drops',
  'empties',
  'expunges',
  'renames',
  'renumbers',
  'takes',
  'target',
] as const;

/** Links that break, and a source that changes while it is read. */
export function testLinksAndSource(bench: Bench): void {
  test('both links are reset again and again, in the middle of what they carry', async () => {
    await bench.load('drops', HEAVY);
    const source = await bench.dropping('source', 500_000);
    const target = await bench.dropping('target', 400_000, 'both');
    const ends = { sourcePort: source.port, targetPort: target.port };
    expect(await bench.copy({ from: 'drops', to: 'dropped', ...ends })).toMatchObject(ALL_COPIED);
    expect(source.drops()).toBeGreaterThan(1);
    expect(target.drops()).toBeGreaterThan(1);
    await bench.expectExact('drops', 'dropped');
  });

  test('messages are expunged at the source between their listing and their reading', async () => {
    const source = await bench.relay(
      'source',
      actBefore(/BODY\.PEEK\[\]/, () =>
        bench.expunge('expunges', { Archive: [2, 3, 4, 7], INBOX: [1] }),
      ),
    );
    const ends = { from: 'expunges', to: 'expunged', sourcePort: source.port };
    expect(await bench.copy(ends)).toMatchObject(ALL_COPIED);
    await bench.expectExact('expunges', 'expunged');
  });

  test('a folder is renumbered at the source meanwhile', async () => {
    const source = await bench.relay(
      'source',
      // Not the folder that is open just now: Dovecot itself may lose one that is replaced under a session.
      actBefore(/BODY\.PEEK\[\]/, () => bench.renumber('source', 'renumbers', 'Sent Messages')),
    );
    const ends = { from: 'renumbers', to: 'renumbered', sourcePort: source.port };
    expect(await bench.copy(ends)).toMatchObject(ALL_COPIED);
    await bench.expectExact('renumbers', 'renumbered');
  });
}

/** A source that is in a rush. */
export function testEmptyFetches(bench: Bench): void {
  test('FETCHes come back empty: nothing is taken for gone', async () => {
    const actions = emptyFetches(3);
    const source = await bench.relay('source', actions);
    const ends = { from: 'empties', to: 'emptied', sourcePort: source.port };
    expect(await bench.copy(ends)).toMatchObject(ALL_COPIED);
    expect(actions.emptied()).toBe(3);
    await bench.expectExact('empties', 'emptied');
  });
}

/** A target whose folder gets new numbers while others are written. */
export function testRenumberedTarget(bench: Bench): void {
  test('a folder is renumbered at the target meanwhile', async () => {
    const target = await bench.relay(
      'target',
      actBefore(/ APPEND "Projects/, () => bench.renumber('target', 'written', 'Archive')),
    );
    const ends = { from: 'target', to: 'written', targetPort: target.port };
    expect(await bench.copy(ends)).toMatchObject(ALL_COPIED);
    await bench.expectExact('target', 'written');
  });
}

/** A target one of whose folders gets a new name while mail is written to it. */
export function testRenamedTarget(bench: Bench): void {
  test('a folder is renamed at the target meanwhile: it is made again, and nothing is lost', async () => {
    let appends = 0;
    const target = await bench.relay('target', {
      beforeClient: async (text) => {
        const isFirst = appends === 0;
        appends += text.match(/ APPEND "?Archive/g)?.length ?? 0;
        if (isFirst && appends > 0) {
          await bench.rename('target', 'moved', 'Archive', 'Mine');
        }
      },
    });
    const ends = { from: 'takes', to: 'moved', targetPort: target.port };
    expect(await bench.copy(ends)).toMatchObject(ALL_COPIED);
    await bench.expectExact('takes', 'moved', { Mine: 'Archive' });
  });
}

/** A source one of whose folders gets a new name while the mailbox is read. */
export function testRenamedSource(bench: Bench, folder: string): void {
  test('a folder is renamed at the source meanwhile: its mail is copied where it is now', async () => {
    const source = await bench.relay(
      'source',
      actBefore(/BODY\.PEEK\[\]/, () => bench.rename('source', 'renames', folder, 'Old mail')),
    );
    const ends = { from: 'renames', to: 'renamed', sourcePort: source.port };
    expect(await bench.copy(ends)).toMatchObject(ALL_COPIED);
    await bench.expectExact('renames', 'renamed');
  });
}
