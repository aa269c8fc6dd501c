import { splitMessage } from '../../mail/headers.ts';
import { messageKey } from '../../mail/message-key.ts';
import type { SuspectRow, UnnumberedRow } from '../ledger.ts';
import type { TargetMessage, TargetTraits } from '../ports.ts';

export interface MatchInput {
  readonly suspects: readonly SuspectRow[];
  /** What the target shows from the lowest snapshot on, without what settles other rows. */
  readonly candidates: readonly TargetMessage[];
  /** sha256 of whole messages, for those candidates where it was needed. */
  readonly hashes: ReadonlyMap<number, string>;
  /** Twins that are among the candidates and settled already, under UIDs that nobody knows. */
  readonly settled: readonly UnnumberedRow[];
  readonly traits: Pick<TargetTraits, 'stamps' | 'byteExact'>;
}

export interface MatchResult {
  /** Row id → UID; each UID settles one row. */
  readonly found: ReadonlyMap<number, number>;
  readonly missing: readonly SuspectRow[];
}

/** Candidates whose whole bytes must be hashed: the right size and date, where bytes come back as sent. */
export function candidatesToHash({
  suspects,
  candidates,
  traits,
}: Omit<MatchInput, 'hashes' | 'settled'>): readonly number[] {
  if (!traits.byteExact) {
    return [];
  }
  const wanted = new Set(suspects.map((row) => `${row.sentBytes} ${secondOf(row.receivedAt)}`));
  return candidates
    .filter((seen) => wanted.has(`${seen.sizeBytes} ${secondOf(seen.receivedAt)}`))
    .map((seen) => seen.uid);
}

/**
 * Finds suspects among what the target shows: by row id where messages are stamped, else by the hash
 * of the bytes and the received date, with multiplicity. Pure.
 */
export function matchSuspects({
  suspects,
  candidates,
  hashes,
  settled,
  traits,
}: MatchInput): MatchResult {
  const found = new Map<number, number>();
  const free = new Map<string, number[]>();
  for (const seen of candidates) {
    for (const identity of identitiesOf(seen, hashes, traits)) {
      free.set(identity, [...(free.get(identity) ?? []), seen.uid]);
    }
  }
  for (const twin of settled) {
    // Which of equal messages is whose cannot be told, and makes no difference.
    free.get(bytesIdentity(twin))?.shift();
  }
  for (const row of suspects) {
    const uid = free.get(identityOf(row, traits))?.shift();
    if (uid !== undefined) {
      found.set(row.id, uid);
    }
  }
  return { found, missing: suspects.filter((row) => !found.has(row.id)) };
}

/** True for the message that bears this row's stamp. The key too: an older ledger, which is lost, may have given the same number. */
export function bearsStampOf(
  { stamp, header }: Pick<TargetMessage, 'stamp' | 'header'>,
  { stampId, key }: { readonly stampId: number; readonly key: string },
): boolean {
  return stamp === String(stampId) && key === messageKey(splitMessage(header).header).key;
}

function identityOf(row: SuspectRow, traits: MatchInput['traits']): string {
  return traits.stamps ? `stamp ${row.stampId ?? row.id}` : bytesIdentity(row);
}

function bytesIdentity({ sha256, receivedAt }: Pick<SuspectRow, 'sha256' | 'receivedAt'>): string {
  return `bytes ${sha256} ${secondOf(receivedAt)}`;
}

function identitiesOf(
  seen: TargetMessage,
  hashes: ReadonlyMap<number, string>,
  traits: MatchInput['traits'],
): readonly string[] {
  if (traits.stamps) {
    return seen.stamp === null ? [] : [`stamp ${seen.stamp}`];
  }
  const hash = hashes.get(seen.uid);
  return hash === undefined ? [] : [bytesIdentity({ ...seen, sha256: hash })];
}

function secondOf(date: Date | null): number {
  // A message without a date gets the server's own at storing: only the bytes can tell then.
  return date === null ? 0 : Math.floor(date.getTime() / 1000);
}

/**
 * Until the target was seen to give stamps back, a suspect may be told by its key alone: `found` where
 * exactly one message and one suspect have it, `ambiguous` where more do.
 */
export function matchByKey(
  suspects: readonly SuspectRow[],
  candidates: readonly TargetMessage[],
): { readonly found: ReadonlyMap<number, number>; readonly ambiguous: ReadonlySet<number> } {
  const seenByKey = Map.groupBy(candidates, (seen) => messageKey(seen.header).key);
  const found = new Map<number, number>();
  const ambiguous = new Set<number>();
  for (const [key, rows] of Map.groupBy(suspects, (row) => row.key)) {
    const seen = seenByKey.get(key) ?? [];
    const [row] = rows;
    const [message] = seen;
    if (row && message && rows.length === 1 && seen.length === 1) {
      found.set(row.id, message.uid);
    } else if (seen.length > 0) {
      for (const { id } of rows) {
        ambiguous.add(id);
      }
    }
  }
  return { found, ambiguous };
}
