import { MailboxTooSmallError, MessagesTooLargeError } from './errors.ts';
import type { MailboxFacts } from './ports.ts';

/** An account as its listing describes it. */
export interface SourceSize {
  readonly messages: number;
  readonly bytes: number;
  readonly largestBytes: number;
}

export type MailboxUse = Pick<MailboxFacts, 'quotaBytes' | 'usedBytes' | 'items'>;

/** How much is moved, and how much room there was and is. */
export interface MailboxRoom {
  readonly source: SourceSize;
  readonly before: MailboxUse;
  /** Null until everything was copied, or where Exchange did not say. */
  readonly after: MailboxUse | null;
}

/** What an admin may answer where an account does not fit its mailbox. */
export const CHOICES = ['fill-mailbox', 'raise-limit', 'leave-large'] as const;
export type Choice = (typeof CHOICES)[number];

/** The question that each answer belongs to. */
export const QUESTION_OF_CHOICE: Readonly<Record<Choice, string>> = {
  'fill-mailbox': 'tenant.mailbox-too-small',
  'raise-limit': 'tenant.messages-too-large',
  'leave-large': 'tenant.messages-too-large',
};

/** Answers that were given, each with the bytes that it was given for. */
export type AgreedChoices = Readonly<Partial<Record<Choice, number>>>;

/** What an account is held against. */
export interface RoomInput {
  readonly source: SourceSize;
  /** Sizes of the messages over the mailbox's limit. */
  readonly large: readonly number[];
  readonly facts: MailboxFacts;
  readonly agreed: AgreedChoices;
}

/** `limitBytes`: what the size limits must be raised to; null where they may stay. */
export type RoomDecision =
  | { readonly kind: 'go-on'; readonly limitBytes: number | null }
  | { readonly kind: 'ask'; readonly error: MailboxTooSmallError | MessagesTooLargeError };

const MIB = 1024 ** 2;

/** No licence allows more. */
const MOST_LIMIT_BYTES = 150 * MIB;

/** Mail goes on arriving: a tenth more than what was agreed to is still agreed to. */
const GROWTH = 1.1;

/**
 * The largest message that a mailbox takes; null: any. Believed: that a message written over IMAP is held
 * against both limits.
 */
export function sizeLimitOf(
  facts: Pick<MailboxFacts, 'maxReceiveBytes' | 'maxSendBytes'>,
): number | null {
  const limits = [facts.maxReceiveBytes, facts.maxSendBytes].filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** Whether an account fits its mailbox, with what was agreed to where it does not. Pure. */
export function decideRoom({ source, large, facts, agreed }: RoomInput): RoomDecision {
  // Exchange has no figures of a mailbox that nobody has opened yet: it is empty.
  const freeBytes =
    facts.quotaBytes === null
      ? Number.POSITIVE_INFINITY
      : Math.max(0, facts.quotaBytes - (facts.usedBytes ?? 0));
  const missingBytes = source.bytes - freeBytes;
  if (missingBytes > (agreed['fill-mailbox'] ?? 0) * GROWTH) {
    const error = new MailboxTooSmallError({
      bytes: missingBytes,
      sourceBytes: source.bytes,
      freeBytes,
      quotaBytes: facts.quotaBytes ?? 0,
    });
    return { kind: 'ask', error };
  }
  // What no limit allows is named in the report, whatever the limit is.
  const liftable = large.filter((sizeBytes) => sizeBytes <= MOST_LIMIT_BYTES);
  const largestBytes = Math.max(0, ...liftable);
  if (liftable.length === 0 || agreed['leave-large'] !== undefined) {
    return { kind: 'go-on', limitBytes: null };
  }
  const agreedBytes = agreed['raise-limit'] ?? 0;
  if (agreedBytes >= largestBytes) {
    return { kind: 'go-on', limitBytes: agreedBytes };
  }
  const error = new MessagesTooLargeError({
    bytes: Math.min(MOST_LIMIT_BYTES, (Math.ceil(largestBytes / MIB) + 1) * MIB),
    messages: liftable.length,
    largestBytes,
    limitBytes: sizeLimitOf(facts) ?? 0,
  });
  return { kind: 'ask', error };
}
