import type { Settlement, SuspectRow } from '../ledger.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { findElsewhere } from './find-elsewhere.ts';
import {
  type FolderFindings,
  type FolderSuspects,
  findInFolder,
  type LookDeps,
  type LookInput,
} from './find-in-folder.ts';

/** Looks at the target that must find nothing before a message is sent again. */
const EMPTY_LOOKS = 2;

/** When the suspects that are left are due for another look; null when none is left. */
export interface SuspectsOutcome {
  readonly nextLookAt: Date | null;
}

/**
 * Looks in the target for every append that was never answered, from the lowest UIDNEXT of its
 * attempts on. Found: done. Not found: sent again, but only after two empty looks and the time within
 * which the server may still complete an append of a dead link. Call it with no append in flight.
 */
export async function resolveSuspects(
  deps: CopyDeps,
  input: CopyInput,
  signal: AbortSignal,
): Promise<SuspectsOutcome> {
  let nextLookAt: Date | null = null;
  for (const group of await suspectsByFolder(deps, input)) {
    const due = await resolveGroup(deps, input, group, signal);
    nextLookAt = earliest(nextLookAt, due);
  }
  return { nextLookAt };
}

/**
 * One look for the same appends when a move has ended, and nothing is sent any more: what is there counts as
 * copied, all else stays as it is. Returns how many were found.
 */
export async function lookOnceMore(
  deps: LookDeps,
  input: LookInput,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  for (const group of await suspectsByFolder(deps, input)) {
    const findings = await findInFolder(deps, input, group, signal);
    await settleGroup(deps, input, group, settlementsOf(findings));
    count += findings.found.size;
  }
  return count;
}

async function suspectsByFolder(
  { ledger }: Pick<CopyDeps, 'ledger'>,
  { turn }: Pick<CopyInput, 'turn'>,
): Promise<readonly FolderSuspects[]> {
  const groups = Map.groupBy(await ledger.suspects(turn), (row) => row.targetFolderId);
  return [...groups].flatMap(([folderId, suspects]) => {
    const [first] = suspects;
    return first === undefined ? [] : [{ path: first.targetPath, folderId, suspects }];
  });
}

function earliest(a: Date | null, b: Date | null): Date | null {
  return a === null || (b !== null && b < a) ? b : a;
}

async function resolveGroup(
  deps: CopyDeps,
  input: CopyInput,
  group: FolderSuspects,
  signal: AbortSignal,
): Promise<Date | null> {
  const findings = await findInFolder(deps, input, group, signal);
  const { found, missing, ambiguous } = findings;
  const now = deps.clock.now();
  const decided = missing.map((row) =>
    decideMissing(row, { now, settleMs: deps.traits.settleMs, ambiguous: ambiguous.has(row.id) }),
  );
  const toSend = new Set(
    decided.flatMap(({ settlement: { state, id } }) => (state === 'listed' ? id : [])),
  );
  const elsewhere = await findElsewhere(
    deps,
    input,
    missing.filter(({ id }) => toSend.has(id)),
    signal,
  );
  await settleGroup(deps, input, group, [
    ...settlementsOf(findings),
    ...decided.map(({ settlement }) => elsewhere.get(settlement.id) ?? settlement),
  ]);
  deps.logger.info(
    {
      suspects: group.suspects.length,
      found: found.size,
      elsewhere: elsewhere.size,
      missing: missing.length - elsewhere.size,
    },
    'suspects looked for',
  );
  return decided.reduce<Date | null>((due, { nextLookAt }) => earliest(due, nextLookAt), null);
}

function settlementsOf({ found, uidValidity }: FolderFindings): readonly Settlement[] {
  return [...found].map(([id, uid]) => ({ id, state: 'done', uidValidity, uid }));
}

/** Writes down what became of a folder's suspects; what was moved is no longer where it was before. */
async function settleGroup(
  { ledger }: Pick<CopyDeps, 'ledger'>,
  { turn }: Pick<CopyInput, 'turn'>,
  { suspects }: FolderSuspects,
  settlements: readonly Settlement[],
): Promise<void> {
  await ledger.settle(turn, settlements);
  const done = new Set(settlements.flatMap(({ id, state }) => (state === 'done' ? id : [])));
  const moved = suspects.filter(({ id, stampId }) => stampId !== null && done.has(id));
  if (moved.length > 0) {
    await ledger.releaseMoved(
      turn,
      moved.map(({ id }) => id),
    );
  }
}

/** What to do with a suspect that a look did not find. Pure. */
export function decideMissing(
  row: Pick<SuspectRow, 'id' | 'emptyLooks' | 'linkDiedAt'>,
  {
    now,
    settleMs,
    ambiguous,
  }: { readonly now: Date; readonly settleMs: number; readonly ambiguous: boolean },
): { readonly settlement: Settlement; readonly nextLookAt: Date | null } {
  if (ambiguous) {
    // Neither there nor absent for certain: sending it again might double it.
    return {
      settlement: { id: row.id, state: 'failed', reason: 'copy.fate-unknown' },
      nextLookAt: null,
    };
  }
  const emptyLooks = row.emptyLooks + 1;
  const settledAt = new Date((row.linkDiedAt ?? now).getTime() + settleMs);
  if (emptyLooks < EMPTY_LOOKS || now < settledAt) {
    return {
      settlement: { id: row.id, state: 'in-flight', emptyLooks },
      nextLookAt: settledAt > now ? settledAt : now,
    };
  }
  return { settlement: { id: row.id, state: 'listed', suspected: true }, nextLookAt: null };
}
