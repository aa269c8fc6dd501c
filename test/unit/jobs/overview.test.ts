import { expect, test } from 'vitest';
import { createOverviews, type OverviewRow } from '../../../src/jobs/overview.ts';
import type { FolderTally } from '../../../src/jobs/tally.ts';
import { ALEX } from '../bot/support/views.ts';

const folder = (copied: number, open: number): FolderTally => ({
  folderId: 1,
  sourcePath: 'INBOX',
  targetPath: 'INBOX',
  reason: null,
  specialUse: null,
  problem: null,
  targetClass: null,
  messages: copied + open,
  listed: true,
  tally: { source: copied + open, copied, alreadyThere: 0, skipped: {}, failed: {}, gone: 0, open },
  bytes: { total: (copied + open) * 1000, settled: copied * 1000 },
  repaired: {},
});

interface Row {
  readonly id: string;
  readonly step: number;
  readonly state: OverviewRow['state'];
}

function world(rows: Row[]): {
  readonly overview: ReturnType<typeof createOverviews>;
  readonly counted: string[];
} {
  const counted: string[] = [];
  const batch = {
    id: 'b',
    startedByPerson: 'p',
    startedByTenant: 't',
    createdAt: new Date(0),
    priority: 0,
    startAt: null,
    finishBy: null,
    deltaEveryMinutes: null,
  };
  const overview = createOverviews({
    store: {
      batch: async (id) => (id === 'b' ? batch : null),
      ofBatch: async () => rows.map(rowOf),
    },
    tallies: async (id) => {
      counted.push(id);
      return [folder(3, 1)];
    },
    hasFolders: ({ state }) => state !== 'WaitingForUser',
  });
  return { overview, counted };
}

const rowOf = ({ id, step, state }: Row): OverviewRow => ({
  id,
  step,
  state,
  batchId: 'b',
  person: { ...ALEX, id },
  submitter: null,
  resume: null,
  interrupted: null,
  until: null,
  problem: null,
  cleanedUp: false,
  putBackProblem: null,
  reportPath: null,
  stateSince: new Date(0),
  bytesPerSecond: 500,
  currentFolder: 'INBOX',
});

test('messages are counted when the step of their move has changed, and not again', async () => {
  const rows: Row[] = [
    { id: 'a', step: 1, state: 'Syncing' },
    { id: 'b', step: 1, state: 'Syncing' },
    { id: 'waits', step: 1, state: 'WaitingForUser' },
  ];
  const { overview, counted } = world(rows);
  await overview('b');
  expect(counted).toEqual(['a', 'b']);
  await overview('b');
  expect(counted).toEqual(['a', 'b']);
  rows[1] = { id: 'b', step: 2, state: 'Syncing' };
  await overview('b');
  expect(counted).toEqual(['a', 'b', 'b']);
});

test('a move that rests names no rate and no end', async () => {
  const { overview } = world([{ id: 'a', step: 1, state: 'Paused' }]);
  const found = await overview('b');
  expect(found?.migrations).toMatchObject([
    { progress: { bytesPerSecond: null, secondsLeft: null, folder: null } },
  ]);
});

test('a summary says how far a move is', async () => {
  const { overview } = world([{ id: 'a', step: 1, state: 'Syncing' }]);
  const found = await overview('b');
  expect(found?.migrations).toMatchObject([
    {
      id: 'a',
      submitter: { id: 'a' },
      tally: { copied: 3 },
      progress: { messagesDone: 3, messagesTotal: 4, bytesDone: 3000, secondsLeft: 2 },
    },
  ]);
  expect(await overview('none')).toBeNull();
});
