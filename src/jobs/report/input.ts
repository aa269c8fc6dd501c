import type { StateName, Tally } from '../api.ts';
import type { Verification } from '../verify/verify-mailbox.ts';

/** Texts and number formats; src/words has them, and the domain may not import it. */
export interface ReportWords {
  /** A reason or repair code as a few plain words. */
  readonly reason: (code: string) => string;
  readonly bytes: (sizeBytes: number) => string;
  readonly count: (count: number) => string;
}

/** The domain's sum, and what the source has beyond it. */
export interface ReportTally extends Tally {
  /** Came after the last pass: not copied. */
  readonly arrivedLater: number;
}

export interface ReportFolder {
  readonly sourcePath: string;
  readonly targetPath: string;
  /** Code of why the folder could not be opened, where it could not. */
  readonly problem: string | null;
  /** Class of the target folder; `unknown` where it could not be read, null where it was not asked for. */
  readonly targetClass: string | null;
  readonly tally: ReportTally;
  readonly bytes: { readonly total: number; readonly settled: number };
  /** Messages that were changed so that the target takes them, by code. */
  readonly repaired: Readonly<Record<string, number>>;
}

/** A message that was not copied. It has no subject here on purpose: reports travel. */
export interface ReportItem {
  readonly folder: string;
  /** The UID in the source folder, to find it again. */
  readonly uid: number;
  readonly receivedAt: Date | null;
  readonly sizeBytes: number;
  readonly outcome: 'skipped' | 'failed';
  /** Reason code. */
  readonly reason: string;
}

export interface ReportInput {
  /** Names, in the ledger, all that this migration wrote. */
  readonly runId: string;
  /** Null where the copy ran without Teams. */
  readonly person: { readonly displayName: string; readonly userPrincipalName: string } | null;
  readonly sourceAddress: string;
  readonly sourceHost: string;
  readonly targetMailbox: string;
  /** Null where the copy ran without Teams. */
  readonly state: StateName | null;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly folders: readonly ReportFolder[];
  readonly items: readonly ReportItem[];
  /** Null where nothing was verified: the report says so. */
  readonly verification: Verification | null;
  readonly words: ReportWords;
}

export interface ReportFiles {
  /** One self-contained page. */
  readonly html: string;
  readonly csvs: readonly { readonly name: string; readonly text: string }[];
  readonly json: string;
}
