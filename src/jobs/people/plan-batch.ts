import type { BatchPlan, MoveSelection, PlannedMove, Problem } from '../api.ts';
import type { AdminRule } from '../copy/skip-rules.ts';
import { PersonNotMovableError } from '../errors.ts';
import { findObstacle, noteFacts, planChanges } from '../plan.ts';
import type { DirectoryPerson, PeopleSurvey, PersonReadiness, TenantPort } from '../ports.ts';
import { problemOf } from '../problem.ts';
import {
  type AddressLookup,
  lookUpAddresses,
  type NewcomerFacts,
  pagesOf,
  readNewcomerFacts,
} from './address-lookup.ts';
import { type Known, matchPerson, type StopReason } from './match-people.ts';
import { nameFromAddress } from './new-people.ts';
import { createOpenMoves, type MailMove, type OpenMoves } from './open-moves.ts';
import { hashPlan } from './plan-hash.ts';
import {
  type KeptSelection,
  keepSelection,
  readSelection,
  type SelectedLine,
} from './selection.ts';

export interface BatchPlannerDeps {
  readonly tenant: Pick<
    TenantPort,
    | 'findPeople'
    | 'peopleInGroup'
    | 'addressOwners'
    | 'openSurvey'
    | 'readiness'
    | 'ownDomains'
    | 'defaultUsageLocation'
  >;
  /** Moves that have not ended. */
  readonly openMoves: () => Promise<readonly MailMove[]>;
  /** What new batches leave out. */
  readonly rules: () => Promise<readonly AdminRule[]>;
  readonly source: { readonly host: string; readonly isApple: boolean };
}

/** A plan, and of what it was made all that is kept; null where the selection was refused. */
export interface Planned {
  readonly plan: BatchPlan;
  readonly kept: KeptSelection | null;
}

/** Reads a selection against the tenant, and changes nothing. */
type BatchPlanner = (
  selection: MoveSelection | KeptSelection,
  signal: AbortSignal,
) => Promise<Planned>;

/** Where a person's mail goes. */
function targetMailboxOf({ person }: PersonReadiness): string {
  return person.mail ?? person.userPrincipalName;
}

export function createBatchPlanner(deps: BatchPlannerDeps): BatchPlanner {
  const { tenant, openMoves, source } = deps;
  const finish = (plan: Omit<BatchPlan, 'sourceHost' | 'sourceIsApple' | 'hash'>): BatchPlan => ({
    ...plan,
    sourceHost: source.host,
    sourceIsApple: source.isApple,
    hash: hashPlan(plan, source.host),
  });

  return async (selection, signal) => {
    const rules = await deps.rules();
    const isList = selection.kind === 'csv' || selection.kind === 'lines';
    const selected = await readSelection(tenant, selection, signal);
    if (selected.kind === 'refused') {
      const obstacle = selected.problem;
      return {
        plan: finish({ moves: [], seats: [], ignoredColumns: [], isList, rules, obstacle }),
        kept: null,
      };
    }
    const { lines, ignoredColumns } = selected;
    const survey = await tenant.openSurvey(signal);
    const lookup = await lookUpAddresses(tenant, { lines, survey }, signal);
    const newcomers = lookup.hasNobody ? await readNewcomerFacts(tenant, signal) : NO_NEWCOMERS;
    const open = createOpenMoves(await openMoves());
    const read: PlannedMove[] = [];
    for (const page of pagesOf(lines)) {
      const ids = page.map((line) => lookup.personIdOf(line)).filter((id) => id !== null);
      const people = await survey.read(ids, signal);
      read.push(...page.map((line) => planLine(line, { lookup, people, survey, open, newcomers })));
    }
    const moves = await addDetails(tenant, read, signal);
    const obstacle = obstacleOf(moves);
    return {
      plan: finish({ moves, seats: survey.seats(), ignoredColumns, isList, rules, obstacle }),
      kept: keepSelection(selection, selected),
    };
  };
}

const NO_NEWCOMERS: NewcomerFacts = { domains: [], usageLocation: '' };

const problem = (code: PersonNotMovableError['code']): Problem =>
  problemOf(new PersonNotMovableError(code));

/** One that is ready is enough to start; of a single line its own obstacle says more. */
function obstacleOf(moves: readonly PlannedMove[]): Problem | null {
  if (moves.some(({ obstacle }) => obstacle === null)) {
    return null;
  }
  const [first, ...others] = moves;
  return others.length === 0 && first?.obstacle ? first.obstacle : problem('people.nobody-ready');
}

interface LineContext {
  readonly lookup: AddressLookup;
  readonly people: ReadonlyMap<string, Known>;
  readonly survey: PeopleSurvey;
  /** Grows by each line that is planned. */
  readonly open: OpenMoves;
  readonly newcomers: NewcomerFacts;
}

type LinePart = Pick<PlannedMove, 'line' | 'named' | 'sourceAccount'>;

function planLine(selected: SelectedLine, context: LineContext): PlannedMove {
  const { lookup, people } = context;
  const { line, named, who, sourceAccount } = selected;
  const part: LinePart = { line, named, sourceAccount };
  if (who.kind === 'stopped') {
    return stoppedLine(part, null, who.problem);
  }
  const id = lookup.personIdOf(selected);
  const target = (id === null ? undefined : people.get(id)) ?? lookup.missing(selected);
  const submitter = lookup.submitterOf(selected);
  const verdict = matchPerson({ named, target, submitter }, context.newcomers.domains);
  if (verdict.kind === 'stopped') {
    return stoppedLine(part, target, problemOfStop(verdict.why, [target, submitter]));
  }
  return verdict.kind === 'create' ? planNewcomer(part, context) : planMove(part, verdict, context);
}

/** Nothing is changed for a line that is left out. */
const NOTHING = { submitter: null, changes: [], notes: [] } as const;

function stoppedLine(part: LinePart, target: Known | null, obstacle: Problem): PlannedMove {
  const found = target?.kind === 'found' ? target : null;
  const readiness = found?.readiness ?? null;
  return { ...part, ...NOTHING, is: found?.is ?? null, readiness, obstacle };
}

function planMove(
  part: LinePart,
  { target, submitter }: Extract<ReturnType<typeof matchPerson>, { kind: 'move' }>,
  { survey, open }: LineContext,
): PlannedMove {
  const targetMailbox = targetMailboxOf(target.readiness);
  const move = { targetMailbox, sourceAccount: part.sourceAccount };
  if (open.has(move)) {
    return stoppedLine(part, target, problem('people.already-moving'));
  }
  open.add(move);
  const proposal = survey.propose(target.readiness.person.id);
  return {
    ...part,
    is: target.is,
    ...detailsOf(proposal.readiness),
    submitter: submitter.readiness.person,
    obstacle: proposal.problem ?? findObstacle(proposal.readiness),
  };
}

type Details = Pick<PlannedMove, 'changes' | 'notes'> & { readonly readiness: PersonReadiness };

const detailsOf = (readiness: PersonReadiness): Details => ({
  readiness,
  changes: planChanges(readiness),
  notes: noteFacts(readiness.mailboxFacts),
});

/** A plan of one says all that can be known of the mailbox, which costs some questions more. */
async function addDetails(
  tenant: Pick<TenantPort, 'readiness'>,
  moves: readonly PlannedMove[],
  signal: AbortSignal,
): Promise<readonly PlannedMove[]> {
  const [only, ...others] = moves;
  if (only === undefined || others.length > 0 || only.readiness?.mailbox !== 'ready') {
    return moves;
  }
  return only.obstacle === null
    ? [{ ...only, ...detailsOf(await tenant.readiness(only.readiness.person.id, signal)) }]
    : moves;
}

/** Takes the seat that the person will need, so that the plan says what it costs. */
function planNewcomer(part: LinePart, { newcomers, survey }: LineContext): PlannedMove {
  const { usageLocation } = newcomers;
  if (typeof usageLocation !== 'string') {
    return { ...part, ...NOTHING, is: 'new', readiness: null, obstacle: usageLocation };
  }
  const { readiness, problem: licenceProblem } = survey.propose({
    displayName: nameFromAddress(part.named),
    address: part.named.toLowerCase(),
    usageLocation,
  });
  const obstacle = licenceProblem ?? problem('people.not-created');
  return { ...part, ...NOTHING, is: 'new', readiness, obstacle };
}

function problemOfStop(why: StopReason, asked: readonly (Known | null)[]): Problem {
  if (why === 'guest') {
    return { code: 'tenant.guest', facts: {} };
  }
  if (why === 'failed') {
    const failed = asked.find((one) => one?.kind === 'failed');
    return failed?.problem ?? { code: 'internal.unexpected', facts: {} };
  }
  return problem(`people.${why}`);
}

/** A line that can be started, as a batch takes it. */
export interface ReadyMove extends MailMove {
  readonly line: number;
  readonly person: DirectoryPerson;
  readonly submitter: DirectoryPerson;
  readonly licenceSkuId: string | null;
}

/** What a plan starts: the lines without an obstacle. Pure. */
export function migrationsOf({ moves }: BatchPlan): readonly ReadyMove[] {
  return moves.flatMap(({ line, readiness, submitter, sourceAccount, obstacle }) =>
    readiness === null || submitter === null || obstacle !== null
      ? []
      : [
          {
            line,
            person: readiness.person,
            submitter,
            targetMailbox: targetMailboxOf(readiness),
            sourceAccount,
            licenceSkuId: readiness.licence?.skuId ?? null,
          },
        ],
  );
}
