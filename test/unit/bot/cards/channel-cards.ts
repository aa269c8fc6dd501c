/** Every state of the helpdesk's cards, by the name of its golden file. */
import { batchSummaryCard } from '../../../../src/bot/cards/batch-summary.ts';
import { channelCard as renderChannelCard, stamped } from '../../../../src/bot/cards/channel.ts';
import {
  channelChoiceCard,
  channelUsedCard,
  channelWarningCard,
  foundTeamsCard,
  installCard,
  installedCard,
} from '../../../../src/bot/cards/channel-choice.ts';
import { channelTroubleCard } from '../../../../src/bot/cards/channel-trouble.ts';
import type { Card } from '../../../../src/bot/cards/elements.ts';
import { keptCard, skipCard, skippedCard } from '../../../../src/bot/cards/helpdesk.ts';
import type { TeamPlaces } from '../../../../src/bot/helpdesk-places.ts';
import type {
  BatchOverview,
  DirectoryPerson,
  MigrationView,
  StateName,
} from '../../../../src/jobs/api.ts';
import { STATES } from '../../../../src/jobs/migration/state.ts';
import { ALEX, batchView, COPIED, HALF_WAY, migrationView } from '../support/views.ts';

const AT = new Date('2026-11-25T08:00:00Z');
const UNTIL = new Date('2026-11-25T14:32:00Z');

const NAMES = [
  'Megan Bowen',
  'Adele Vance',
  'Grady Archie',
  'Isaiah Langer',
  'Johanna Lorenz',
  'Lee Gu',
  'Lidia Holloway',
  'Lynne Robbins',
  'Miriam Graham',
  'Nestor Wilke',
  'Patti Fernandez',
  'Pradeep Gupta',
];

function personOf(n: number): DirectoryPerson {
  const name = NAMES[n % NAMES.length] ?? '';
  const displayName = n < NAMES.length ? name : `${name} ${Math.floor(n / NAMES.length) + 1}`;
  return { ...ALEX, id: `person-${n}`, displayName };
}

/** The `n`th move of a batch, `percent` of it done. */
export function moveOf(
  n: number,
  percent: number,
  changes: Partial<MigrationView> = {},
): MigrationView {
  const person = changes.person ?? personOf(n);
  const messagesTotal = 4000 + n * 7;
  const bytesTotal = messagesTotal * 260_000;
  const bytesDone = Math.round((bytesTotal * percent) / 100);
  const messagesDone = Math.round((messagesTotal * percent) / 100);
  const bytesPerSecond = 300_000 + (n % 9) * 40_000;
  return migrationView({
    id: `move-${n}`,
    person,
    submitter: person,
    state: 'Syncing',
    stateSince: new Date(AT.getTime() - ((n % 50) + 1) * 3_600_000),
    progress: {
      messagesDone,
      messagesTotal,
      bytesDone,
      bytesTotal,
      folder: percent < 100 ? 'Family' : null,
      bytesPerSecond,
      secondsLeft: Math.ceil((bytesTotal - bytesDone) / bytesPerSecond),
    },
    tally: { ...migrationView().tally, source: messagesTotal, copied: messagesDone },
    ...changes,
  });
}

const NOT_BEGUN: Partial<MigrationView> = {
  progress: migrationView().progress,
  tally: migrationView().tally,
};

const waiting = (n: number, changes: Partial<MigrationView> = {}): MigrationView =>
  moveOf(n, 0, { state: 'WaitingForUser', ...NOT_BEGUN, ...changes });

const problem = (code: string): MigrationView['problem'] => ({ code, facts: {} });

export function batchOf(migrations: readonly MigrationView[]): BatchOverview {
  return { ...batchView(), migrations };
}

/** Twelve moves of which everything that can happen has happened to one. */
const TWELVE = batchOf([
  moveOf(0, 62),
  moveOf(1, 41),
  moveOf(2, 100, { state: 'Completed', cleanedUp: true }),
  waiting(3),
  waiting(4, { interrupted: 'Syncing', problem: problem('source.login-refused') }),
  moveOf(5, 35, { state: 'RateLimited', resume: 'Syncing', until: UNTIL }),
  moveOf(6, 12, {
    state: 'WaitingForAdmin',
    resume: 'Syncing',
    problem: problem('imap.quota-full'),
  }),
  waiting(7, { problem: problem('teams.blocked') }),
  moveOf(8, 8, { state: 'PilotReview' }),
  moveOf(9, 100, { state: 'Synced' }),
  moveOf(10, 77, { tally: { ...migrationView().tally, failed: { 'copy.too-large': 3 } } }),
  moveOf(11, 0, { state: 'Provisioning', ...NOT_BEGUN }),
]);

/** Five hundred at eight in the morning. */
export const MANY = batchOf(
  Array.from({ length: 500 }, (_, n) => {
    if (n < 240) {
      return moveOf(n, 100, { state: 'Completed', cleanedUp: true });
    }
    if (n < 420) {
      return moveOf(n, (n * 7) % 100);
    }
    if (n < 478) {
      return waiting(n);
    }
    if (n < 484) {
      return moveOf(n, 9, { state: 'PilotReview' });
    }
    if (n < 488) {
      return moveOf(n, 30, { state: 'RateLimited', resume: 'Syncing', until: UNTIL });
    }
    return n < 490
      ? moveOf(n, 50, {
          state: 'WaitingForAdmin',
          resume: 'Syncing',
          problem: problem('imap.quota-full'),
        })
      : moveOf(n, 0, { state: 'Queued', ...NOT_BEGUN });
  }),
);

/** The same with names as long as a directory takes them, in letters of three bytes each. */
export const LONG_NAMES: BatchOverview = {
  ...MANY,
  migrations: MANY.migrations.map((move) => {
    const person = { ...move.person, displayName: '山田_'.repeat(64) };
    return { ...move, person, submitter: { ...person, id: 'somebody else' } };
  }),
};

const ended = (n: number, changes: Partial<MigrationView> = {}): MigrationView =>
  moveOf(n, 100, {
    ...COPIED,
    state: 'Completed',
    cleanedUp: true,
    reportPath: `reports/${n}/report.html`,
    tally: { ...migrationView().tally, source: 12_904, copied: 12_873, alreadyThere: 31 },
    ...changes,
  });

const PLACES: readonly TeamPlaces[] = [
  {
    teamId: '19:helpdesk',
    name: 'Helpdesk',
    groupId: 'g-0',
    channels: [
      { id: '19:helpdesk', name: 'General', kind: 'standard' },
      { id: '19:leads', name: 'Leads', kind: 'private' },
      { id: '19:partners', name: 'Partners', kind: 'shared' },
    ],
    problem: null,
  },
  {
    teamId: '19:sales',
    name: 'Sales',
    groupId: 'g-1',
    channels: [{ id: '19:migrations', name: 'Migrations', kind: 'standard' }],
    problem: null,
  },
  { teamId: '19:silent', name: 'Silent', groupId: null, channels: [], problem: 'nothing' },
];

const channelCard = (batch: BatchOverview): Card => stamped(renderChannelCard(batch, AT), AT);

export function channelCards(
  inState: (state: StateName) => MigrationView,
): Readonly<Record<string, Card>> {
  return {
    ...Object.fromEntries(
      STATES.map((state) => [`channel-${state}`, channelCard(batchView(inState(state)))]),
    ),
    'channel-shared': channelCard(
      batchView(migrationView({ person: { ...ALEX, id: 'info', displayName: 'Info' } })),
    ),
    'channel-not-put-back': channelCard(
      batchView({
        ...inState('Cancelled'),
        cleanedUp: false,
        putBackProblem: problem('exchange-admin.right-missing'),
      }),
    ),
    'channel-12': channelCard(TWELVE),
    'channel-500': channelCard(MANY),
    'channel-500-long-names': channelCard(LONG_NAMES),
    ...Object.fromEntries(
      (['removed', 'disabled', 'archived', 'refused', 'deleted'] as const).map((trouble) => [
        `channel-trouble-${trouble}`,
        channelTroubleCard(trouble),
      ]),
    ),
    'channel-choice': channelChoiceCard({
      current: 'Helpdesk › General',
      teams: PLACES,
      note: null,
    }),
    'channel-choice-none': channelChoiceCard({
      current: null,
      teams: [],
      note: 'I found no team whose name begins so.',
    }),
    'channel-warning': channelWarningCard({
      place: { teamId: '19:sales', channelId: '19:migrations' },
      team: 'Sales',
      channel: { id: '19:migrations', name: 'Migrations', kind: 'standard' },
      outsiders: { guests: 3, external: 1 },
    }),
    'channel-warning-unknown': channelWarningCard({
      place: { teamId: '19:sales', channelId: '19:migrations' },
      team: 'Sales',
      channel: { id: '19:migrations', name: 'Migrations', kind: 'standard' },
      outsiders: null,
    }),
    'channel-used': channelUsedCard('Sales', 'Migrations'),
    'channel-teams': foundTeamsCard([
      { id: 'g-1', displayName: 'Sales', hasApp: true },
      { id: 'g-2', displayName: 'Sales [EU](https://evil.example)', hasApp: false },
    ]),
    'channel-install': installCard({ id: 'g-2', displayName: 'Sales EU' }),
    'channel-installed': installedCard({ id: 'g-2', displayName: 'Sales EU' }, true),
    'channel-installed-already': installedCard({ id: 'g-2', displayName: 'Sales EU' }, false),
    'helpdesk-skip': skipCard({ migrationId: 'migration-1', since: 0, name: 'Alex Wilber' }),
    'helpdesk-skipped': skippedCard('Alex Wilber'),
    'helpdesk-kept': keptCard('Alex Wilber'),
    'channel-summary': batchSummaryCard(batchView(ended(0, { person: ALEX }))),
    'channel-summary-12': batchSummaryCard(
      batchOf([
        ...Array.from({ length: 9 }, (_, n) => ended(n)),
        ended(9, {
          state: 'CompletedWithWarnings',
          tally: {
            ...COPIED.tally,
            source: 100,
            copied: 94,
            alreadyThere: 0,
            skipped: {},
            failed: { 'copy.too-large': 6 },
            gone: 0,
            open: 0,
          },
        }),
        ended(10, { ...HALF_WAY, state: 'Cancelled', tally: NOT_BEGUN.tally ?? fail() }),
        ended(11, {
          ...NOT_BEGUN,
          state: 'Cancelled',
          reportPath: null,
          problem: problem('person.nothing-to-move'),
        }),
      ]),
    ),
  };
}

function fail(): never {
  throw new Error('There is no tally.');
}
