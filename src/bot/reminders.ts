/** Reminds people who were asked for a password and have not given it, on the days that the admin set. */
import type { Clock } from '../clock.ts';
import { errorCodeOf } from '../errors.ts';
import { dueReminder, type SkybridgeApi } from '../jobs/api.ts';
import type { Logger } from '../log.ts';
import type { Notifier } from './notifier.ts';

export interface RemindersDeps {
  readonly api: Pick<SkybridgeApi, 'settings' | 'waitingForPeople'>;
  readonly notifier: Pick<Notifier, 'remind'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Reminds everybody who is due; each day of each request once, whatever process looks, and however often. */
export async function remindDue(deps: RemindersDeps, signal: AbortSignal): Promise<void> {
  const { api, notifier, clock, logger } = deps;
  const { reminderDays } = await api.settings();
  if (reminderDays.length === 0) {
    return;
  }
  for (const migration of await api.waitingForPeople()) {
    signal.throwIfAborted();
    const { id, stateSince, problem } = migration;
    const day = dueReminder(stateSince, clock.now(), reminderDays);
    // Whom Teams does not reach the admin sees, and a reminder would not reach them either.
    if (day === null || problem?.code.startsWith('teams.') === true) {
      continue;
    }
    try {
      await notifier.remind(migration, `reminder:${id}:${stateSince.getTime()}:${day}`, signal);
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ code: errorCodeOf(error), migration: id }, 'reminder not delivered');
    }
  }
}
