import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { ByteBudget } from '../copy/byte-budget.ts';
import type { LedgerStore } from '../db/ledger-store.ts';
import type { MigrationRow, MigrationStore } from '../db/migration-store.ts';
import type { MigrationEvent } from '../migration/state.ts';
import type { WorkObserver } from '../observer.ts';
import type { TenantPort } from '../ports.ts';
import type { ReportStore } from '../report/report-store.ts';
import type { Schedule } from '../schedule.ts';
import type { SessionPool } from '../session-pool.ts';
import type { FolderTally } from '../tally.ts';

/** What the steps of a migration work with. */
export interface StepDeps {
  readonly store: MigrationStore;
  readonly ledger: LedgerStore;
  readonly tallies: (migrationId: string) => Promise<readonly FolderTally[]>;
  readonly tenant: TenantPort;
  readonly sessions: SessionPool;
  readonly budget: ByteBudget;
  readonly reports: Pick<ReportStore, 'save'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: WorkObserver;
  readonly pace: StepPace;
  readonly schedule: Pick<Schedule, 'closedUntil'>;
  /** The process stops, or the time for copying is over: a slice ends at its next batch. */
  readonly shouldYield: () => boolean;
}

/** How long things may take; the simulated world runs faster. */
export interface StepPace {
  /** A slice yields after this long. */
  readonly sliceMs: number;
  /** Between two looks whether a mailbox is there, or a right has taken effect. */
  readonly pollMs: number;
  /** After something that passes by itself but named no time. */
  readonly waitMs: number;
}

/** One step: does its work and says what happened. Throws typed errors; the worker turns them into events. */
export type Step = (
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
) => Promise<MigrationEvent>;
