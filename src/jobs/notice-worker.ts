import { isAppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Notice, NoticePort } from './api.ts';
import type { MigrationStore } from './db/migration-store.ts';
import type { Queue } from './db/queue.ts';
import { problemOf } from './problem.ts';

export interface NoticeWorkerDeps {
  readonly queue: Pick<Queue, 'work'>;
  readonly notices: NoticePort;
  readonly store: Pick<MigrationStore, 'apply'>;
  readonly logger: Logger;
}

/** Brings what the queue holds for people to them, until the queue stops. */
export function deliverNotices(deps: NoticeWorkerDeps): Promise<void> {
  return deps.queue.work({ notice: (notice, signal) => deliver(deps, notice, signal) });
}

/** A notice that Teams will never take is not tried again; that a person was not asked, the admin is told. */
async function deliver(deps: NoticeWorkerDeps, notice: Notice, signal: AbortSignal): Promise<void> {
  try {
    await deps.notices.deliver(notice, signal);
  } catch (error) {
    if (!isAppError(error) || error.disposition === 'retry' || error.disposition === 'wait') {
      throw error;
    }
    deps.logger.warn({ code: error.code, notice: notice.name }, 'notice not deliverable');
    if (notice.name === 'ask-person') {
      await deps.store.apply({
        migrationId: notice.migrationId,
        event: { type: 'person-unreachable', problem: problemOf(error) },
        actor: null,
        onlyAtStep: null,
      });
    }
  }
}
