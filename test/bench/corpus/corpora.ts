/** The mailboxes that the benchmark copies: seeded, so that every machine measures the same bytes. */

export interface CorpusSpec {
  readonly name: string;
  readonly messages: number;
  readonly seed: number;
  /** Sizes in bytes that certain messages have, by their place in the mailbox from 0 to 1. */
  readonly fixedSizes: readonly { readonly at: number; readonly sizeBytes: number }[];
  /** Half of the other messages are smaller; 15 KB unless given. */
  readonly medianBytes?: number;
  /** Without malformed headers and without the folder whose name needs quoting. */
  readonly isClean?: boolean;
}

const MB = 1_000_000;
/** What iCloud and Exchange let through as one message. */
const LARGEST = { at: 0.31, sizeBytes: 25 * MB };
const LARGE_ONES = [LARGEST, { at: 0.62, sizeBytes: 18 * MB }, { at: 0.9, sizeBytes: 9 * MB }];

/** Those that are measured. */
export type CorpusName = 'tiny' | 'quarter' | 'small' | 'big' | 'huge';

/** What is measured on; `huge` is one message of 150 MB among small ones. */
export const CORPORA: Readonly<Record<CorpusName, CorpusSpec>> = {
  tiny: { name: 'tiny', messages: 20, seed: 3, fixedSizes: [] },
  quarter: { name: 'quarter', messages: 500, seed: 1, fixedSizes: [LARGEST] },
  small: { name: 'small', messages: 2000, seed: 4, fixedSizes: [LARGEST] },
  big: { name: 'big', messages: 10_000, seed: 1, fixedSizes: LARGE_ONES },
  huge: {
    name: 'huge',
    messages: 20,
    seed: 4,
    fixedSizes: [{ at: 0.5, sizeBytes: 150 * MB }],
  },
};

/** As `small`, of mail in which nothing is odd. */
export const CLEAN_CORPUS: CorpusSpec = { ...CORPORA.small, name: 'clean', seed: 5, isClean: true };

/** The same mailbox in a size for a look: a twentieth of the messages, the largest of them a tenth. */
export function shrink(spec: CorpusSpec): CorpusSpec {
  const fixedSizes = spec.fixedSizes.map(({ at, sizeBytes }) => ({
    at,
    sizeBytes: sizeBytes / 10,
  }));
  const messages = Math.max(20, Math.round(spec.messages / 20));
  return { ...spec, name: `${spec.name}-quick`, messages, fixedSizes };
}

/**
 * The same mailbox in a size for a test: a few hundred messages in the same folders, with the same oddities,
 * twins, flags and keywords, and large ones that are still read in pieces.
 */
export function shrinkForTest(spec: CorpusSpec, messages: number): CorpusSpec {
  const fixedSizes = spec.fixedSizes.map(({ at, sizeBytes }) => ({
    at,
    sizeBytes: sizeBytes / 2.5,
  }));
  return { ...spec, name: `${spec.name}-test`, messages, fixedSizes, medianBytes: 4000 };
}
