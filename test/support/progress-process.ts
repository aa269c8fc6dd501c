/**
 * The bot's whole way out (gateway, queue, notifier) in a process of its own, over hundreds of moves that
 * progress at once: time is the test's own, the connector is reached over HTTP. Argument 1 is JSON of
 * ProgressInput; sends ProgressResult to its parent.
 */
import { argv, memoryUsage, resourceUsage } from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { createChannelWatch } from '../../src/bot/channel-watch.ts';
import { createConnectorToken } from '../../src/bot/connector-token.ts';
import { createGateway, type Gateway } from '../../src/bot/gateway.ts';
import { createHelpdeskChannel, HELPDESK_KEY } from '../../src/bot/helpdesk-channel.ts';
import { createKeyedLock } from '../../src/bot/keyed-lock.ts';
import { createLiveCards } from '../../src/bot/live-cards.ts';
import { createNonces } from '../../src/bot/nonces.ts';
import { createNotifier } from '../../src/bot/notifier.ts';
import { createOutbound } from '../../src/bot/outbound.ts';
import { createPaced } from '../../src/bot/paced.ts';
import { createPersonalChats, personalKey } from '../../src/bot/personal-chats.ts';
import { systemClock } from '../../src/clock.ts';
import type { ConversationReference, Notice } from '../../src/jobs/api.ts';
import { createOverviews, type OverviewRow } from '../../src/jobs/overview.ts';
import type { FolderTally } from '../../src/jobs/tally.ts';
import { silentLogger } from '../../src/log.ts';
import { createFakeApi } from '../unit/bot/support/fake-api.ts';
import { ADMIN_ID, ALEX, migrationView } from '../unit/bot/support/views.ts';
import { createManualClock, settle } from './fakes/manual-clock.ts';

export interface ProgressInput {
  readonly serviceUrl: string;
  readonly loginUrl: string;
  readonly botId: string;
  readonly botPassword: string;
  readonly tenantId: string;
  readonly channelId: string;
  readonly moves: number;
  readonly seconds: number;
}

export interface ProgressResult {
  /** When an update of the channel's card left, in milliseconds of the test's own time. */
  readonly updatesAtMs: readonly number[];
  /** Requests to any conversation, the posts among them. */
  readonly requests: number;
  readonly notices: number;
  /** How often the messages of a move were counted. */
  readonly counted: number;
  readonly mostBytes: number;
}

const BATCH_ID = 'batch-1';
const MESSAGES = 1000;
const TOLD_EVERY_SECONDS = 5;
const input: ProgressInput = JSON.parse(argv[2] ?? '{}');
const { botId, tenantId, serviceUrl } = input;

const under = { way: 0 };
let requests = 0;
const updatesAtMs: number[] = [];
const clock = createManualClock(undefined, async () => {
  await settle();
  while (under.way > 0) {
    await setImmediate();
    await settle();
  }
});

const reference = (
  conversationId: string,
  conversationType: ConversationReference['conversationType'],
): ConversationReference => ({
  conversationId,
  conversationType,
  serviceUrl,
  tenantId,
  botId: `28:${botId}`,
  userId: null,
});

/** Counts what is under way, so that time passes only when nothing is. */
function watched(gateway: Gateway): Gateway {
  const during = async <T>(send: () => Promise<T>): Promise<T> => {
    under.way += 1;
    requests += 1;
    try {
      return await send();
    } finally {
      under.way -= 1;
    }
  };
  return {
    ...gateway,
    send: (...sent) => during(() => gateway.send(...sent)),
    createPersonal: (...sent) => during(() => gateway.createPersonal(...sent)),
    createThread: (...sent) => during(() => gateway.createThread(...sent)),
    update: (posted, ...rest) => {
      if (posted.conversation.conversationId.startsWith(input.channelId)) {
        updatesAtMs.push(clock.monotonicMs());
      }
      return during(() => gateway.update(posted, ...rest));
    },
  };
}

const gateway = watched(
  createGateway({
    settings: {
      authentication: {
        kind: 'secret',
        connectorToken: createConnectorToken({
          loginUrl: input.loginUrl,
          tenantId,
          botId,
          botPassword: input.botPassword,
          clock: systemClock,
        }),
      },
      botId,
      tenantId,
      loginUrl: input.loginUrl,
      openIdMetadataUrl: null,
      allowedServiceUrlHosts: ['127.0.0.1'],
    },
    logger: silentLogger,
    onActivity: async () => null,
    onRefused: async () => undefined,
  }),
);

interface Move {
  readonly id: string;
  step: number;
  copied: number;
}

const moves: Move[] = Array.from({ length: input.moves }, (_, n) => ({
  id: `move-${n}`,
  step: 1,
  copied: 0,
}));

const rowOf = ({ id, step, copied }: Move): OverviewRow => ({
  id,
  step,
  batchId: BATCH_ID,
  person: { ...ALEX, id, displayName: `Person ${id}` },
  submitter: null,
  state: copied === MESSAGES ? 'Completed' : 'Syncing',
  resume: null,
  interrupted: null,
  stateSince: new Date(0),
  until: null,
  problem: null,
  cleanedUp: copied === MESSAGES,
  putBackProblem: null,
  reportPath: null,
  currentFolder: 'INBOX',
  bytesPerSecond: 600_000,
});

const folderOf = (copied: number): FolderTally => ({
  folderId: 1,
  sourcePath: 'INBOX',
  targetPath: 'INBOX',
  reason: null,
  specialUse: null,
  problem: null,
  targetClass: null,
  messages: MESSAGES,
  listed: true,
  tally: {
    source: MESSAGES,
    copied,
    alreadyThere: 0,
    skipped: {},
    failed: {},
    gone: 0,
    open: MESSAGES - copied,
  },
  bytes: { total: MESSAGES * 50_000, settled: copied * 50_000 },
  repaired: {},
});

let counted = 0;
const fake = createFakeApi();
const head = {
  id: BATCH_ID,
  startedBy: { personId: ADMIN_ID, tenantId },
  createdAt: new Date(0),
};
const api = {
  ...fake,
  batchHead: async () => ({ ...head, size: moves.length }),
  migration: async (id: string) => migrationView({ id, batchId: BATCH_ID, state: 'Syncing' }),
  overview: createOverviews({
    store: {
      batch: async () => ({
        id: BATCH_ID,
        startedByPerson: ADMIN_ID,
        startedByTenant: tenantId,
        createdAt: new Date(0),
        priority: 0,
        startAt: null,
        finishBy: null,
        deltaEveryMinutes: null,
      }),
      ofBatch: async () => moves.map(rowOf),
    },
    tallies: async (id) => {
      counted += 1;
      return [folderOf(moves.find((one) => one.id === id)?.copied ?? 0)];
    },
    hasFolders: () => true,
  }),
};
await api.conversations.saveConversation(HELPDESK_KEY, reference(input.channelId, 'channel'), null);
await api.conversations.saveConversation(
  personalKey(ADMIN_ID),
  reference('a:admin', 'personal'),
  null,
);

const outbound = createOutbound({
  gateway,
  clock,
  updateEveryMs: 5000,
  channelEveryMs: 1000,
  afterAnswerMs: 150,
  random: () => 0,
});
const lock = createKeyedLock();
const live = createLiveCards({ store: api.conversations, outbound, lock });
const paced = createPaced({ clock, everyMs: 5000 });
const { conversations } = api;
const chats = createPersonalChats({
  conversations,
  outbound,
  lock,
  defaultServiceUrl: serviceUrl,
});
const watch = createChannelWatch({ conversations, outbound, chats, clock, logger: silentLogger });
const notifier = createNotifier({
  api,
  outbound,
  live,
  channel: createHelpdeskChannel({ api, outbound, live, paced, watch, clock }),
  paced,
  nonces: createNonces(api.conversations, tenantId, clock),
  lock,
  clock,
  chats,
});

let notices = 0;
let mostBytes = 0;
const delivering = new Set<Promise<void>>();
const failures: unknown[] = [];
const signal = new AbortController().signal;

function deliver(name: Notice['name'], migrationId: string): void {
  notices += 1;
  const notice = { name, batchId: BATCH_ID, migrationId };
  const promise = notifier
    .deliver(notice, signal)
    .catch((error: unknown) => void failures.push(error))
    .finally(() => delivering.delete(promise));
  delivering.add(promise);
}

for (let second = 1; second <= input.seconds; second += 1) {
  const isLast = second === input.seconds;
  // Each in its own second of five, which is twelve times as often as slices end; all of them at the end.
  for (const [n, move] of moves.entries()) {
    if (isLast || n % TOLD_EVERY_SECONDS === second % TOLD_EVERY_SECONDS) {
      move.step += 1;
      move.copied = Math.floor((MESSAGES * second) / input.seconds);
      deliver('channel', move.id);
      deliver('admin', move.id);
    }
  }
  await clock.pass(1000);
  mostBytes = Math.max(mostBytes, memoryUsage.rss());
}
await clock.pass(60_000);
await Promise.all(delivering);
if (failures.length > 0) {
  throw failures[0];
}
// In kilobytes: what the process ever had, its start included.
mostBytes = Math.max(mostBytes, resourceUsage().maxRSS * 1024);
const result: ProgressResult = { updatesAtMs, requests, notices, counted, mostBytes };
process.send?.(result);
process.disconnect();
