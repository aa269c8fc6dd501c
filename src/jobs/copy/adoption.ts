import { splitMessage } from '../../mail/headers.ts';
import { messageKey } from '../../mail/message-key.ts';
import type { FolderRow, OpenRow } from '../ledger.ts';
import type { FolderState, TargetMessage } from '../ports.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import type { PreparedMessage } from './prepare-message.ts';

/**
 * What stood in a target folder before this migration first wrote to it: mail of an earlier run whose
 * ledger is lost, or of another tool. It is recognised instead of doubled, each message once.
 */
export interface Adoption {
  /** The UID of a message that is this one, and that nobody took before; null where there is none. */
  take(row: Pick<OpenRow, 'id' | 'receivedAt'>, message: PreparedMessage): number | null;
}

const NOTHING: Adoption = { take: () => null };

export interface AdoptionInput {
  readonly folder: FolderRow;
  readonly targetFolderId: number;
  /** The target folder as it is before anything of this slice is written to it. */
  readonly state: FolderState;
  readonly rows: readonly OpenRow[];
}

/** Looks once a slice at what stood there before; costs nothing where the folder was empty or new. */
export async function openAdoption(
  deps: CopyDeps,
  input: CopyInput,
  { folder, targetFolderId, state, rows }: AdoptionInput,
  signal: AbortSignal,
): Promise<Adoption> {
  const before = await deps.ledger.targetBefore(input.turn, folder.id, state);
  if (before.exists === 0 || before.uidValidity !== state.uidValidity) {
    return NOTHING;
  }
  const seen = (await deps.target.look(folder.targetPath, 1, signal)).filter(
    ({ uid }) => uid < before.uidNext,
  );
  const claimed = await deps.ledger.claimedUids(
    targetFolderId,
    state.uidValidity,
    seen.map(({ uid }) => uid),
  );
  const free = seen.filter(({ uid }) => !claimed.has(uid));
  const identities = deps.traits.byteExact
    ? await identifyBytes(deps, folder, { free, rows }, signal)
    : identifyKeys(free);
  deps.logger.info({ found: free.length }, 'the target folder was not empty');
  return createAdoption(identities, deps.traits.byteExact);
}

/** Whole bytes and the received date, of those whose size and date could be one of ours. */
async function identifyBytes(
  deps: CopyDeps,
  folder: FolderRow,
  { free, rows }: { readonly free: readonly TargetMessage[]; readonly rows: readonly OpenRow[] },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number[]>> {
  const wanted = new Set(rows.map((row) => `${row.sizeBytes} ${secondOf(row.receivedAt)}`));
  const alike = free.filter(({ sizeBytes, receivedAt }) =>
    wanted.has(`${sizeBytes} ${secondOf(receivedAt)}`),
  );
  const uids = alike.map(({ uid }) => uid);
  const hashes =
    uids.length === 0 ? new Map() : await deps.target.hashBodies(folder.targetPath, uids, signal);
  return group(alike, ({ uid, receivedAt }) => `${hashes.get(uid)} ${secondOf(receivedAt)}`);
}

/**
 * The key and the received date; a key without a Message-ID may be that of another message, and counts with
 * the row's own stamp alone, as on a ledger that was restored from a backup.
 */
function identifyKeys(free: readonly TargetMessage[]): ReadonlyMap<string, number[]> {
  const told = free.flatMap((seen) => {
    const { key, weak } = messageKey(splitMessage(seen.header).header);
    if (weak) {
      return seen.stamp === null ? [] : [{ ...seen, key: `${key} ${seen.stamp}` }];
    }
    return [{ ...seen, key }];
  });
  return group(told, ({ key, receivedAt }) => `${key} ${secondOf(receivedAt)}`);
}

function group<T extends { readonly uid: number }>(
  messages: readonly T[],
  identityOf: (message: T) => string,
): ReadonlyMap<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const message of messages) {
    const identity = identityOf(message);
    groups.set(identity, [...(groups.get(identity) ?? []), message.uid]);
  }
  return groups;
}

function createAdoption(identities: ReadonlyMap<string, number[]>, byteExact: boolean): Adoption {
  return {
    take(row, { key, weak, sha256 }) {
      const told = weak ? `${key} ${row.id}` : key;
      const identity = `${byteExact ? sha256 : told} ${secondOf(row.receivedAt)}`;
      return identities.get(identity)?.shift() ?? null;
    },
  };
}

function secondOf(date: Date | null): number | null {
  return date === null ? null : Math.floor(date.getTime() / 1000);
}
