import type { MigrationView } from '../../jobs/api.ts';
import { personTexts } from '../../words/person.ts';
import type { PastedPassword } from '../app-password.ts';
import { isAddress, parseAppPassword } from '../app-password.ts';
import { leaveOutCard, readRules } from '../cards/leave-out.ts';
import { asksForPassword, declineCard, personCard, unknownMoveCard } from '../cards/person.ts';
import type { Answer, Turn } from '../turn.ts';
import { replaceCard, showState } from '../turn.ts';
import type { HandlerDeps, Handlers, PressData } from './handlers.ts';

type PersonPress =
  | 'credential.submit'
  | 'person.show'
  | 'person.ask-leave-out'
  | 'person.leave-out'
  | 'person.ask-decline'
  | 'person.decline';

const SEAL_LIFETIME_MS = 90 * 86_400_000;

/** What is left of a pasted password: its seal, or how long it was; never itself. */
export type Kept =
  | { readonly kind: 'sealed'; readonly sealed: string }
  | { readonly kind: 'wrong-length'; readonly letters: number };

/**
 * Turns what was pasted into a seal before anything else happens: no other system is asked between
 * the arrival of a password and its encryption.
 */
export async function keep(
  deps: Pick<HandlerDeps, 'sealer' | 'clock' | 'sourceHost'>,
  turn: Turn,
  data: PressData['credential.submit'],
): Promise<Kept> {
  const pasted: PastedPassword = parseAppPassword(data.appPassword);
  if (pasted.kind === 'wrong-length') {
    return pasted;
  }
  const sealed = await deps.sealer.seal(pasted.value, {
    tenantId: turn.actor.tenantId,
    personId: turn.actor.personId,
    migrationId: data.migrationId,
    sourceHost: deps.sourceHost,
    purpose: 'icloud-app-password',
    expiresAt: new Date(deps.clock.now().getTime() + SEAL_LIFETIME_MS),
  });
  return { kind: 'sealed', sealed };
}

/** What the person whose mail moves may do. */
export function createPersonHandlers(deps: HandlerDeps): Handlers<
  Exclude<PersonPress, 'credential.submit'>
> & {
  readonly submit: (
    turn: Turn,
    data: Omit<PressData['credential.submit'], 'appPassword'>,
    kept: Kept,
  ) => Promise<Answer>;
} {
  const { api, nonces, notifier } = deps;

  async function present(
    { language }: Turn,
    migration: MigrationView,
    complaint: string | null,
  ): Promise<Answer> {
    const asks = asksForPassword(migration);
    const nonce = asks ? await nonces.issue(migration) : '';
    const card = personCard({ migration, nonce, complaint: asks ? complaint : null, language });
    // Other clients are brought the state by the notifier; a complaint is for the one who typed.
    return showState(card);
  }

  function tellAll(turn: Turn, { batchId, id: migrationId }: MigrationView): void {
    turn.later(async (signal) => {
      await notifier.deliverNow({ name: 'person', batchId, migrationId }, signal);
    });
  }

  async function withMigration(
    { language }: Turn,
    migrationId: string,
    next: (migration: MigrationView) => Promise<Answer>,
  ): Promise<Answer> {
    const migration = await api.migration(migrationId);
    return migration === null
      ? replaceCard(unknownMoveCard(migrationId, language))
      : await next(migration);
  }

  return {
    submit: async (turn, { migrationId, nonce, address }, kept) =>
      await withMigration(turn, migrationId, async (migration) => {
        const t = personTexts(turn.language);
        if (!(await nonces.take(nonce, migrationId, turn.actor))) {
          return await present(turn, migration, t.usedCard);
        }
        if (kept.kind === 'wrong-length') {
          // What was right need not be typed again.
          const typed = isAddress(address) ? { ...migration, sourceAddress: address } : migration;
          return await present(turn, typed, t.wrongLength(kept.letters));
        }
        if (!isAddress(address)) {
          return await present(turn, migration, t.wrongAddress);
        }
        const result = await api.submitCredential({
          migrationId,
          actor: turn.actor,
          sourceAddress: address,
          sealed: kept.sealed,
        });
        tellAll(turn, result.migration);
        return await present(turn, result.migration, null);
      }),
    'person.show': async (turn, { migrationId }) =>
      await withMigration(turn, migrationId, (migration) => present(turn, migration, null)),
    'person.ask-leave-out': async (turn, { migrationId }) =>
      await withMigration(turn, migrationId, async (migration) =>
        replaceCard(leaveOutCard(migration, null, turn.language)),
      ),
    'person.leave-out': async (turn, { migrationId, folders = '', before = '' }) =>
      await withMigration(turn, migrationId, async (migration) => {
        const read = readRules({ folders, before }, turn.language);
        if (read.kind === 'wrong') {
          const typed = { folders, before, complaint: read.complaint };
          return replaceCard(leaveOutCard(migration, typed, turn.language));
        }
        const result = await api.leaveOut(migrationId, read.rules, turn.actor);
        tellAll(turn, result.migration);
        return await present(turn, result.migration, null);
      }),
    'person.ask-decline': async ({ language }, { migrationId }) =>
      replaceCard(declineCard(migrationId, language)),
    'person.decline': async (turn, { migrationId }) =>
      await withMigration(turn, migrationId, async () => {
        const { migration } = await api.declineMove(migrationId, turn.actor);
        tellAll(turn, migration);
        return showState(
          personCard({ migration, nonce: '', complaint: null, language: turn.language }),
        );
      }),
  };
}
