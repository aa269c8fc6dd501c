import type { OpenRow, VanishedRow } from '../ledger.ts';
import type { PreparedMessage } from './prepare-message.ts';

/**
 * Messages of ours that the source no longer shows where it listed them. What turns up elsewhere, or under
 * new numbers after a change of UIDVALIDITY, is recognised here: it is moved, or keeps its place, and is
 * never sent a second time.
 */
export interface Vanished {
  /**
   * The vanished row that this message is, handed out once; `unsettled` while nobody knows whether that one
   * is at the target; null where there is none.
   */
  take(
    row: Pick<OpenRow, 'receivedAt' | 'stampId'>,
    message: Identity,
  ): VanishedRow | 'unsettled' | null;
}

type Identity = Pick<PreparedMessage, 'sha256'>;

/**
 * An index over the vanished rows of a migration, by the source's bytes and the received date; each row
 * settles one new row. A message that was edited is another one, whatever its headers say.
 */
export function indexVanished(rows: readonly VanishedRow[]): Vanished {
  const groups = Map.groupBy(rows, identityOf);
  const taken = new Set<number>();
  return {
    take({ receivedAt, stampId }, { sha256 }) {
      const same = groups.get(identityOf({ sha256, receivedAt })) ?? [];
      const free = same.filter(({ id }) => !taken.has(id));
      // The one that a move was tried of; else one whose fate is known.
      const tried = free.find((row) => row.stampId === stampId);
      const found = tried ?? free.find(({ state }) => state !== 'in-flight') ?? free[0];
      if (found === undefined) {
        return null;
      }
      taken.add(found.id);
      return found.state === 'in-flight' ? 'unsettled' : found;
    },
  };
}

function identityOf({ sha256, receivedAt }: Pick<VanishedRow, 'sha256' | 'receivedAt'>): string {
  return `${sha256} ${receivedAt?.getTime()}`;
}
