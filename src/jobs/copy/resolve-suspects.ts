import type { Settlement, SuspectRow } from '../ledger.ts';
import type { CopyDeps, CopyInput } from './deps.ts';
import { findElsewhere } from './find-elsewhere.ts';
import { findInFolder } from './find-in-folder.ts';

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
  const suspects = await deps.ledger.suspects(input.turn);
  let nextLookAt: Date | null = null;
  for (const group of Map.groupBy(suspects, (row) => row.targetFolderId).values()) {
    const due = await resolveGroup(deps, input, group, signal);
    nextLookAt = earliest(nextLookAt, due);
  }
  return { nextLookAt };
}

function earliest(a: Date | null, b: Date | null): Date | null {
  return a === null || (b !== null && b < a) ? b : a;
}

async function resolveGroup(
  deps: CopyDeps,
  input: CopyInput,
  suspects: readonly SuspectRow[],
  signal: AbortSignal,
): Promise<Date | null> {
  const [first] = suspects;
  if (first === undefined) {
    return null;
  }
  const { found, missing, ambiguous, uidValidity } = await findInFolder(
    deps,
    input,
    { path: first.targetPath, folderId: first.targetFolderId, suspects },
    signal,
  );
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
  await deps.ledger.settle(input.turn, [
    ...[...found].map(([id, uid]): Settlement => ({ id, state: 'done', uidValidity, uid })),
    ...decided.map(({ settlement }) => elsewhere.get(settlement.id) ?? settlement),
  ]);
  const moved = suspects.filter(
    ({ id, stampId }) => stampId !== null && (found.has(id) || elsewhere.has(id)),
  );
  if (moved.length > 0) {
    await deps.ledger.releaseMoved(
      input.turn,
      moved.map(({ id }) => id),
    );
  }
  deps.logger.info(
    {
      suspects: suspects.length,
      found: found.size,
      elsewhere: elsewhere.size,
      missing: missing.length - elsewhere.size,
    },
    'suspects looked for',
  );
  return decided.reduce<Date | null>((due, { nextLookAt }) => earliest(due, nextLookAt), null);
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
