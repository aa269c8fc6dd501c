import type { MigrationView } from '../../jobs/api.ts';
import { plain } from '../cards/elements.ts';
import type { Answer, Turn } from '../turn.ts';
import { sayText } from '../turn.ts';
import type { HandlerDeps } from './handlers.ts';

/** Asks for the password once more, once within the hour, whoever presses. */
export async function remindPerson(
  deps: Pick<HandlerDeps, 'api' | 'notifier' | 'clock'>,
  turn: Turn,
  migration: MigrationView,
  signal: AbortSignal,
): Promise<Answer> {
  const name = plain(migration.submitter.displayName);
  if (migration.state !== 'WaitingForUser') {
    return sayText(`I am not waiting for ${name} any more.`);
  }
  const hour = deps.clock.now().toISOString().slice(0, 13);
  const key = `reminder:${migration.id}:${hour}`;
  if (!(await deps.notifier.remind(migration, key, signal))) {
    return sayText(`I have reminded ${name} within this hour already.`);
  }
  const entry = { action: 'migration.remind', subject: migration.id, outcome: 'done' } as const;
  await deps.api.audit({ actor: turn.actor, ...entry, before: null, after: null });
  return sayText(`I have reminded ${name}.`);
}
