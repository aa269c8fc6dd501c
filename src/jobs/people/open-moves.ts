import { accountKey } from './move-list.ts';

/** One mailbox and the iCloud account that is copied into it; null while nobody has named the account. */
export interface MailMove {
  readonly targetMailbox: string;
  readonly sourceAccount: string | null;
}

/** Moves that have not ended, so that no mail is copied twice. */
export interface OpenMoves {
  /** An account that is not named may be any of the person's. */
  has(move: MailMove): boolean;
  add(move: MailMove): void;
}

const ANY = '*';

export function createOpenMoves(moves: readonly MailMove[]): OpenMoves {
  const accounts = new Map<string, Set<string>>();
  const add: OpenMoves['add'] = ({ targetMailbox, sourceAccount }) => {
    const mailbox = targetMailbox.toLowerCase();
    const known = accounts.get(mailbox) ?? new Set();
    known.add(sourceAccount === null ? ANY : accountKey(sourceAccount));
    accounts.set(mailbox, known);
  };
  for (const move of moves) {
    add(move);
  }
  return {
    add,
    has({ targetMailbox, sourceAccount }) {
      const known = accounts.get(targetMailbox.toLowerCase());
      if (known === undefined) {
        return false;
      }
      return sourceAccount === null || known.has(ANY) || known.has(accountKey(sourceAccount));
    },
  };
}
