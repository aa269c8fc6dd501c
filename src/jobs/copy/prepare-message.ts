import { createHash } from 'node:crypto';
import { isPossibleDate, nearestPossibleDate } from '../../mail/date.ts';
import { allowFlags, withoutFlags } from '../../mail/flags.ts';
import { guardMessage } from '../../mail/guard.ts';
import { firstValue, splitMessage } from '../../mail/headers.ts';
import { messageKey } from '../../mail/message-key.ts';
import { stampMessage } from '../../mail/stamp.ts';
import type { OpenRow } from '../ledger.ts';
import type { OutgoingMessage, TargetTraits } from '../ports.ts';

export interface Destination {
  readonly folderPath: string;
  readonly traits: TargetTraits;
  readonly now: Date;
}

export interface PreparedMessage {
  readonly outgoing: OutgoingMessage;
  /** What the message is to show in the end; some of it the target wants only once the message is there. */
  readonly flags: readonly string[];
  readonly key: string;
  /** Without a usable Message-ID: other messages may well have the same key. */
  readonly weak: boolean;
  /** Of the bytes as the source gave them: whatever flags or repairs did to them. */
  readonly sha256: string;
  /** Changes that the target made necessary, by code. */
  readonly repairs: readonly string[];
}

export type PrepareResult =
  | { readonly kind: 'ready'; readonly message: PreparedMessage }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Makes a message ready for its target: guarded, keyed, hashed, stamped. The guard sees the whole
 * message before any octet of it leaves.
 */
export function prepareMessage(
  row: OpenRow,
  bytes: Buffer,
  { folderPath, traits, now }: Destination,
): PrepareResult {
  const guarded = guardFor(traits, bytes, row.flags);
  if (guarded.kind === 'refused') {
    return { kind: 'refused', reason: `copy.${guarded.reason}` };
  }
  const body = guarded.bytes;
  const { header } = splitMessage(body);
  const received = receivedFor(row, header, { traits, now });
  const flags = allowFlags(row.flags, traits.allowedFlags);
  return {
    kind: 'ready',
    message: {
      outgoing: {
        folderPath,
        bytes: traits.stamps ? stampMessage(body, row.id) : body,
        flags: withoutFlags(flags, traits.lateFlags),
        receivedAt: received.at,
      },
      flags,
      ...messageKey(header),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      repairs: [...guarded.repairs, ...received.repairs],
    },
  };
}

type Guarded = ReturnType<typeof guardMessage>;

/** A byte-exact target gets the bytes as they are. */
export function guardFor(traits: TargetTraits, bytes: Buffer, flags: readonly string[]): Guarded {
  if (traits.byteExact) {
    return { kind: 'ok', bytes, repairs: [] };
  }
  return guardMessage(bytes, flags, {
    maxLineBytes: traits.maxLineBytes,
    maxMessageBytes: traits.maxMessageBytes,
    strictHeaders: true,
    disarmReceipts: true,
  });
}

/** The received date that the message gets at its target. */
export function receivedFor(
  { receivedAt }: Pick<OpenRow, 'receivedAt'>,
  header: Buffer,
  { traits, now }: Pick<Destination, 'traits' | 'now'>,
): { readonly at: Date | null; readonly repairs: readonly string[] } {
  if (receivedAt === null || traits.byteExact || isPossibleDate(receivedAt, now)) {
    return { at: receivedAt, repairs: [] };
  }
  const at = nearestPossibleDate(receivedAt, firstValue(header, 'date'), now);
  return { at, repairs: ['date-impossible'] };
}
