import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { LedgerStore } from '../db/ledger-store.ts';
import type { Turn } from '../ledger.ts';
import type { MailSource, MailTarget, TargetTraits } from '../ports.ts';
import type { ByteBudget } from './byte-budget.ts';

/** What every step of a copy works with. */
export interface CopyDeps {
  readonly source: MailSource;
  readonly target: MailTarget;
  readonly traits: TargetTraits;
  readonly ledger: LedgerStore;
  readonly budget: ByteBudget;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One turn of one worker with one mailbox. */
export interface CopyInput {
  readonly turn: Turn;
  readonly targetMailbox: string;
  /** 0 is the full copy. */
  readonly pass: number;
  /** The target was seen to give X-Skybridge-Id back. */
  readonly stampProven: boolean;
  /** Only these source folders; null for all. The pilot copies one. */
  readonly onlyFolders: readonly string[] | null;
  /** True when the slice should end at the next batch. */
  readonly mustYield: () => boolean;
  readonly onProgress: (event: CopyProgress) => void;
}

/** Something that a progress bar shows. */
export type CopyProgress =
  | {
      readonly kind: 'planned';
      readonly folders: number;
      readonly messages: number;
      readonly bytes: number;
      /** Settled before, by an earlier turn. */
      readonly messagesSettled: number;
      readonly bytesSettled: number;
    }
  | { readonly kind: 'folder'; readonly path: string; readonly open: number }
  /** `folder`: its path at the source. */
  | {
      readonly kind: 'message';
      readonly folder: string;
      readonly sizeBytes: number;
      readonly state: string;
    }
  /** Brought up to date at the target, as it was changed at the source. */
  | { readonly kind: 'updated'; readonly flags: number; readonly moved: number };

/** True where a message is through: not where it is to be sent once more, or its fate is open. */
export function isSettled(event: CopyProgress): boolean {
  return event.kind === 'message' && event.state !== 'listed' && event.state !== 'in-flight';
}

export type CopyResult =
  | { readonly kind: 'finished' }
  /** More is left; `resumeAt` where nothing can be done before. */
  | { readonly kind: 'yielded'; readonly resumeAt: Date | null };
