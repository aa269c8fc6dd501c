/**
 * Compares what the ledger says with what the target shows. Exchange rebuilds MIME, so neither sizes
 * nor bytes are compared: the key, the received date to the second, the four flags that both sides
 * keep, and for a sample the decoded content.
 */
import { isAppError } from '../../errors.ts';
import { describeContent, type MessageContent } from '../../mail/content.ts';

/** A message of either side, as far as both sides can say it. */
export interface ListedMessage {
  readonly key: string;
  /** INTERNALDATE; null where the source sent none: then the date is not compared. */
  readonly receivedAt: Date | null;
  readonly flags: readonly string[];
}

/** A message that the ledger says is at the target. */
export interface LedgerListing extends ListedMessage {
  readonly rowId: number;
}

export interface TargetListing extends ListedMessage {
  readonly uid: number;
}

export type Difference =
  | { readonly kind: 'missing'; readonly rowId: number }
  | { readonly kind: 'date' | 'flags'; readonly rowId: number; readonly uid: number };

/** A row of the ledger, and the message that was found for it. */
export interface FoundRow {
  readonly rowId: number;
  readonly uid: number;
}

/** What found no partner on the other side of a folder. */
export interface Unpaired {
  readonly missing: readonly LedgerListing[];
  readonly others: readonly TargetListing[];
}

export interface ListingComparison {
  /** Messages that should be there, those found, and those of the target that are not ours. */
  readonly messages: {
    readonly expected: number;
    readonly found: number;
    readonly missing: number;
    readonly others: number;
  };
  readonly dates: { readonly compared: number; readonly different: number };
  readonly flags: { readonly compared: number; readonly different: number };
  readonly differences: readonly Difference[];
  readonly found: readonly FoundRow[];
  readonly unpaired: Unpaired;
}

const COMPARED_FLAGS = ['\\seen', '\\answered', '\\flagged', '\\draft'];

interface Pair {
  readonly expected: LedgerListing;
  readonly found: TargetListing;
}

/**
 * Pairs the messages of each key, those that agree in most first, so that of two copies with one key
 * the right ones meet. One message of the target answers for one of the ledger.
 */
export function compareListings(
  expected: readonly LedgerListing[],
  target: readonly TargetListing[],
): ListingComparison {
  const { pairs, missing, others } = pairUp(expected, target);
  const dated = pairs.filter((pair) => pair.expected.receivedAt !== null);
  const dates = dated.filter(({ expected: a, found: b }) => second(a) !== second(b));
  const flags = pairs.filter(({ expected: a, found: b }) => flagsOf(a) !== flagsOf(b));
  return {
    messages: {
      expected: expected.length,
      found: pairs.length,
      missing: missing.length,
      others: others.length,
    },
    dates: { compared: dated.length, different: dates.length },
    flags: { compared: pairs.length, different: flags.length },
    differences: [
      ...missing.map(({ rowId }) => ({ kind: 'missing', rowId }) as const),
      ...dates.map((pair) => difference('date', pair)),
      ...flags.map((pair) => difference('flags', pair)),
    ],
    found: pairs.map(({ expected: { rowId }, found: { uid } }) => ({ rowId, uid })),
    unpaired: { missing, others },
  };
}

/** From the strictest likeness to the mere key; null dates are alike to all in the second round. */
const ROUNDS: readonly ((message: ListedMessage) => string)[] = [
  (message) => `${likenessOf(message)} ${flagsOf(message)}`,
  likenessOf,
  (message) => `${message.key} ${flagsOf(message)}`,
  (message) => message.key,
];

function pairUp(
  expected: readonly LedgerListing[],
  target: readonly TargetListing[],
): Unpaired & { readonly pairs: readonly Pair[] } {
  const pairs: Pair[] = [];
  let missing = expected;
  let free = target;
  for (const likeness of ROUNDS) {
    const byLikeness = Map.groupBy(free, likeness);
    const taken = new Set<TargetListing>();
    missing = missing.filter((message) => {
      const found = byLikeness.get(likeness(message))?.pop();
      if (found === undefined) {
        return true;
      }
      taken.add(found);
      pairs.push({ expected: message, found });
      return false;
    });
    free = free.filter((message) => !taken.has(message));
  }
  return { pairs, missing, others: free };
}

function difference(kind: 'date' | 'flags', pair: Pair): Difference {
  return { kind, rowId: pair.expected.rowId, uid: pair.found.uid };
}

/** Key and received second: enough to know a message again in another folder, or twice in its own. */
export function likenessOf(message: ListedMessage): string {
  return `${message.key} ${second(message)}`;
}

function second(message: ListedMessage): number | null {
  return message.receivedAt === null ? null : Math.floor(message.receivedAt.getTime() / 1000);
}

function flagsOf(message: ListedMessage): string {
  const own = new Set(message.flags.map((flag) => flag.toLowerCase()));
  return COMPARED_FLAGS.filter((flag) => own.has(flag)).join(' ');
}

export type ContentPart = 'subject' | 'text' | 'attachments' | 'invitation';

/** Attachments and invitations of the source's message. */
export interface ContentCounts {
  readonly attachments: number;
  readonly invitations: number;
}

/** `different` names what differs, never the content itself: this goes into reports and logs. */
export type ContentComparison =
  | ({ readonly kind: 'same' } & ContentCounts)
  | ({ readonly kind: 'different'; readonly parts: ContentPart[] } & ContentCounts)
  | { readonly kind: 'unreadable'; readonly side: 'source' | 'target' };

/** Compares two whole messages by what a person would find in them. */
export async function compareContent(source: Buffer, target: Buffer): Promise<ContentComparison> {
  const [expected, found] = await Promise.all([contentOf(source), contentOf(target)]);
  if (expected === null || found === null) {
    return { kind: 'unreadable', side: expected === null ? 'source' : 'target' };
  }
  const parts: ContentPart[] = [];
  if (expected.subject !== found.subject) {
    parts.push('subject');
  }
  if (expected.text !== found.text) {
    parts.push('text');
  }
  if (!isSame(expected.attachments, found.attachments)) {
    parts.push('attachments');
  }
  if (!isSame(expected.invitations, found.invitations)) {
    parts.push('invitation');
  }
  const counts = {
    attachments: expected.attachments.length,
    invitations: expected.invitations.length,
  };
  return parts.length === 0 ? { kind: 'same', ...counts } : { kind: 'different', parts, ...counts };
}

function isSame(one: MessageContent[keyof MessageContent], other: typeof one): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

async function contentOf(bytes: Buffer): Promise<MessageContent | null> {
  try {
    return await describeContent(bytes);
  } catch (error) {
    if (isAppError(error)) {
      return null;
    }
    throw error;
  }
}
