import type { JobName } from './migration/state.ts';

/** One run of one step of a migration: for a copy, a slice. */
export interface ObservedStep {
  readonly job: JobName;
  readonly migrationId: string;
  readonly batchId: string | null;
}

/** Watches the work, for log lines, metrics and traces; what is counted carries no address and no name. */
export interface WorkObserver {
  /**
   * Runs `work` under an id of its own, which every log line of it bears; passes on what it throws. `failed`
   * is told the code of an error that the step itself makes an event of.
   */
  step<T>(step: ObservedStep, work: (failed: (code: string) => void) => Promise<T>): Promise<T>;
  /** A message came to its end in the ledger. */
  message(state: string, sizeBytes: number): void;
}

/** Watches nothing. */
export const unobserved: WorkObserver = {
  step: (_step, work) => work(() => undefined),
  message: () => undefined,
};
