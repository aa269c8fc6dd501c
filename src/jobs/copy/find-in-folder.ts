import type { SuspectRow, UnnumberedRow } from '../ledger.ts';
import type { FolderState, TargetMessage } from '../ports.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { candidatesToHash, type MatchResult, matchByKey, matchSuspects } from './match-suspects.ts';
import { stateIfThere } from './target-folder.ts';

/** What a look needs: neither the source nor a word of what else is copied. */
export type LookDeps = Pick<CopyDeps, 'target' | 'ledger' | 'traits'>;
export type LookInput = Pick<CopyInput, 'turn' | 'stampProven'>;

/** Suspects of one target folder. */
export interface FolderSuspects {
  readonly path: string;
  readonly folderId: number;
  readonly suspects: readonly SuspectRow[];
}

export interface FolderFindings extends MatchResult {
  /** Messages that may be several of these rows: neither there nor absent for certain. */
  readonly ambiguous: ReadonlySet<number>;
  /** The numbering in which they were found. */
  readonly uidValidity: number;
}

/** Looks for the suspects where they were written to, from the lowest UIDNEXT of their attempts on. */
export async function findInFolder(
  deps: LookDeps,
  input: LookInput,
  { path, folderId, suspects }: FolderSuspects,
  signal: AbortSignal,
): Promise<FolderFindings> {
  const state = await stateIfThere(deps.target, path, signal);
  if (state === null) {
    return nowhere(deps, suspects);
  }
  const { uidValidity } = state;
  const settled = await settledTwins(deps, { folderId, suspects, state });
  // A folder that was renumbered since is looked through from its beginning.
  const from = Math.min(
    ...[...suspects, ...settled].map((row) =>
      row.targetUidValidity === uidValidity ? row.lookFrom : 1,
    ),
  );
  const seen = state.exists === 0 ? [] : await deps.target.look(path, from, signal);
  const claimed = await deps.ledger.claimedUids(
    folderId,
    uidValidity,
    seen.map((message) => message.uid),
  );
  const candidates = seen.filter((message) => !claimed.has(message.uid));
  const matched = await match(deps, input, { path, suspects, candidates, seen, settled }, signal);
  return { ...matched, uidValidity };
}

/** The person renamed or deleted the folder. Only a stamp can tell where its messages are now, or that they are not. */
function nowhere({ traits }: LookDeps, suspects: FolderSuspects['suspects']): FolderFindings {
  const ambiguous = new Set(traits.stamps ? [] : suspects.map(({ id }) => id));
  return { found: new Map(), missing: suspects, ambiguous, uidValidity: 0 };
}

/**
 * Where bytes alone tell messages apart: rows that are settled under a UID that is not known in this
 * numbering own one of the equal messages each, and a twin of theirs must not take it for its own.
 */
async function settledTwins(
  { ledger, traits }: LookDeps,
  {
    folderId,
    suspects,
    state,
  }: Pick<FolderSuspects, 'folderId' | 'suspects'> & { readonly state: FolderState },
): Promise<readonly UnnumberedRow[]> {
  return traits.byteExact
    ? ledger.unnumberedRows(
        folderId,
        state.uidValidity,
        suspects.map(({ sha256 }) => sha256),
      )
    : [];
}

interface LookContext {
  readonly path: string;
  readonly suspects: readonly SuspectRow[];
  readonly settled: readonly UnnumberedRow[];
  readonly seen: readonly TargetMessage[];
  /** Of `seen`, what settles no other row. */
  readonly candidates: readonly TargetMessage[];
}

async function match(
  deps: LookDeps,
  input: LookInput,
  { path, suspects, settled, seen, candidates }: LookContext,
  signal: AbortSignal,
): Promise<Omit<FolderFindings, 'uidValidity'>> {
  const { traits } = deps;
  const hashes = await deps.target.hashBodies(
    path,
    candidatesToHash({ suspects, candidates, traits }),
    signal,
  );
  const { found, missing } = matchSuspects({ suspects, settled, candidates, hashes, traits });
  const stampsComeBack = input.stampProven || seen.some((message) => message.stamp !== null);
  if (!traits.stamps || stampsComeBack) {
    return { found, missing, ambiguous: new Set() };
  }
  const byKey = matchByKey(missing, candidates);
  return {
    found: new Map([...found, ...byKey.found]),
    missing: missing.filter((row) => !byKey.found.has(row.id)),
    ambiguous: byKey.ambiguous,
  };
}
