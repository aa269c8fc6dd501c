/** The helpdesk's one card per batch: counts, bars, who must act. No iCloud address, no button. */
import type { BatchView, MigrationView, StateName } from '../../jobs/api.ts';
import { END_STATES } from '../../jobs/api.ts';
import { formatBytes, formatNoun, formatTimeLeft, percentOf } from '../../words/format.ts';
import { explain, stateText } from '../../words/words.ts';
import { type Button, button } from './actions.ts';
import type { Card, CardElement } from './elements.ts';
import {
  card,
  heading,
  hint,
  markedLine,
  paragraph,
  plain,
  progressBar,
  section,
  subheading,
} from './elements.ts';

const MOST_PEOPLE = 10;

type Group = 'done' | 'ended' | 'running' | 'waiting for the person' | 'waiting for an admin';

function groupOf(state: StateName): Group {
  if (state === 'Completed' || state === 'CompletedWithWarnings') {
    return 'done';
  }
  if (END_STATES.includes(state)) {
    return 'ended';
  }
  const ofAdmin: readonly StateName[] = ['PilotReview', 'WaitingForAdmin', 'Synced', 'Paused'];
  if (ofAdmin.includes(state)) {
    return 'waiting for an admin';
  }
  return state === 'WaitingForUser' ? 'waiting for the person' : 'running';
}

const GROUPS: readonly Group[] = [
  'done',
  'running',
  'waiting for the person',
  'waiting for an admin',
  'ended',
];

function counts(migrations: readonly MigrationView[]): string {
  return GROUPS.map((group) => {
    const count = migrations.filter((one) => groupOf(one.state) === group).length;
    return count === 0 ? null : `${count} ${group}`;
  })
    .filter((part) => part !== null)
    .join(' · ');
}

type Act = (migration: MigrationView, name: string) => string;

const stopped: Act = (migration, name) =>
  `An admin: ${name}. ${migration.problem === null ? '' : explain(migration.problem).what}`;

const ACTS: Partial<Record<StateName, Act>> = {
  WaitingForUser: (migration, name) => {
    const who = plain(migration.submitter.displayName);
    const asked = migration.submitter.id === migration.person.id ? name : `${who} (for ${name})`;
    return migration.interrupted === null
      ? `${asked}: enter an app-specific password in the chat with me.`
      : `${asked}: enter a new app-specific password; Apple no longer takes the old one.`;
  },
  PilotReview: (_migration, name) => `An admin: look at the pilot of ${name} and start everything.`,
  Synced: (_migration, name) =>
    `An admin: finish the move of ${name}, once iCloud Mail is no longer used.`,
  WaitingForAdmin: stopped,
  Failed: stopped,
  Paused: (_migration, name) => `An admin: the move of ${name} is paused.`,
};

/** What somebody must do; null where nobody must. */
export function whoMustAct(migration: MigrationView): string | null {
  return ACTS[migration.state]?.(migration, plain(migration.person.displayName)) ?? null;
}

function personLines(migration: MigrationView): readonly CardElement[] {
  const { progress } = migration;
  const percent = percentOf(progress.messagesDone, progress.messagesTotal);
  const left = progress.secondsLeft === null ? '' : ` · ${formatTimeLeft(progress.secondsLeft)}`;
  const size =
    progress.bytesTotal === null || progress.bytesTotal === 0
      ? ''
      : ` · ${formatBytes(progress.bytesDone)} of ${formatBytes(progress.bytesTotal)}`;
  const name = plain(migration.person.displayName);
  return [
    paragraph(`${name} · ${stateText(migration.state)}${size}${left}`, { spacing: 'Medium' }),
    progressBar(percent),
  ];
}

function titleOf(batch: BatchView): string {
  const [first] = batch.migrations;
  const isOne = batch.migrations.length === 1 && first !== undefined;
  return isOne
    ? `Move of ${plain(first.person.displayName)}`
    : `Move of ${formatNoun(batch.migrations.length, 'person', 'people')}`;
}

/** Teams shows no more buttons below a card. */
const MOST_BUTTONS = 6;

/** The same in the own chat of an admin or the helpdesk, with what both may do. */
export function statusCard(batch: BatchView): Card {
  const reminders = batch.migrations
    .filter(({ state }) => state === 'WaitingForUser')
    .slice(0, MOST_BUTTONS)
    .map(({ id, submitter }) =>
      button('migration.remind', `Remind ${submitter.displayName.slice(0, 40)}`, {
        migrationId: id,
      }),
    );
  return batchCard(batch, reminders);
}

/** The batch as it is now. */
export function channelCard(batch: BatchView): Card {
  return batchCard(batch, []);
}

function batchCard(batch: BatchView, actions: readonly Button[]): Card {
  const title = titleOf(batch);
  const acts = batch.migrations.map(whoMustAct).filter((line) => line !== null);
  const shown = batch.migrations.slice(0, MOST_PEOPLE);
  const hidden = batch.migrations.length - shown.length;
  const actLines =
    acts.length === 0
      ? [markedLine('ok', 'Nobody must act.')]
      : acts.slice(0, MOST_PEOPLE).map((line) => markedLine('warning', line));
  return card({
    summary: `${title}: ${counts(batch.migrations)}`,
    body: [
      heading(title),
      paragraph(counts(batch.migrations)),
      ...shown.flatMap(personLines),
      ...(hidden > 0 ? [hint(`And ${formatNoun(hidden, 'person', 'people')} more.`)] : []),
      section(subheading('Who must act'), ...actLines),
    ],
    actions,
  });
}
