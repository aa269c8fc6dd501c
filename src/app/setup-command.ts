import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { issuerOf } from '../graph/clouds.ts';
import { type ApplyDeps, type ApplyResult, applyPlan } from '../graph/setup/apply.ts';
import { createEntraChanges } from '../graph/setup/entra-changes.ts';
import { SetupError } from '../graph/setup/errors.ts';
import { createExchangeChanges } from '../graph/setup/exchange-changes.ts';
import {
  decidePlan,
  lackingCmdlets,
  openSteps,
  type PlannedStep,
  tiersInTenant,
} from '../graph/setup/plan.ts';
import { formatRemovalScript, formatScript } from '../graph/setup/powershell.ts';
import type { SetupFiles, SetupRecord } from '../graph/setup/record.ts';
import { decideRemoval, removeSetup } from '../graph/setup/removal.ts';
import { blankSurvey, type SetupChoice, type Survey } from '../graph/setup/survey.ts';
import { surveyTenant } from '../graph/setup/tenant-survey.ts';
import { TIERS, type Tier } from '../graph/tiers.ts';
import type { Logger } from '../log.ts';
import { UsageError } from './copy-arguments.ts';
import { redirectUriOf } from './redirect-uri.ts';
import { parseSetupArguments, type SetupArguments } from './setup-arguments.ts';
import { type Session, signInAdministrator, type Terminal } from './setup-session.ts';
import { describeLimits, describePlan, describeRemoval, describeStep } from './setup-words.ts';
import { cloudOf } from './tenant-clients.ts';

export interface SetupCommandDeps {
  readonly config: Config;
  readonly terminal: Terminal;
  readonly files: SetupFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}

const EXIT_DONE = 0;
const EXIT_STOPPED = 1;
const EXIT_BY_HAND = 2;

/** `setup`: prepares a tenant. Returns the exit code: 0 done, 2 some steps are left to do by hand. */
export async function runSetup(
  deps: SetupCommandDeps,
  words: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const parsed = parseSetupArguments(words);
  const tenantId = parsed.tenantId ?? deps.config.TENANT_ID?.toLowerCase();
  if (tenantId === undefined) {
    throw new UsageError('--tenant or TENANT_ID must name the tenant');
  }
  const record = await deps.files.readRecord();
  if (record !== null && record.tenantId !== tenantId) {
    throw new SetupError('setup.other-tenant', record.tenantId);
  }
  const run: Run = { deps, parsed, tenantId, record };
  if (parsed.mode === 'print-powershell') {
    return printScript(run);
  }
  try {
    const session = await signInAdministrator(deps, { ...parsed, tenantId }, signal);
    return await (parsed.remove ? remove(run, session, signal) : prepare(run, session, signal));
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
    deps.terminal.print('\nStopped. Run it again: it goes on where it was.\n');
    return EXIT_STOPPED;
  }
}

interface Run {
  readonly deps: SetupCommandDeps;
  readonly parsed: SetupArguments;
  readonly tenantId: string;
  readonly record: SetupRecord | null;
}

/** The tiers that hold from now on: those of before, or of the tenant, and what is asked for now. */
function chooseTiers(before: readonly Tier[], parsed: SetupArguments): readonly Tier[] {
  const wanted = new Set<Tier>(['base', ...before, ...parsed.with]);
  return TIERS.filter((tier) => wanted.has(tier) && !parsed.without.includes(tier));
}

function choiceOf({ deps, parsed, record }: Run, before: readonly Tier[]): SetupChoice {
  const groupAddress = parsed.groupAddress ?? record?.groupAddress;
  if (groupAddress === undefined) {
    throw new UsageError('--group must name the group whose mailboxes may be changed');
  }
  return {
    tiers: chooseTiers(before, parsed),
    groupAddress,
    credential:
      parsed.managedIdentity === null
        ? (record?.credential ?? { kind: 'certificate' })
        : { kind: 'managed-identity', id: parsed.managedIdentity },
    redirectUri: redirectUriOf(deps.config.PUBLIC_URL),
  };
}

function scriptOf(run: Run, plan: readonly PlannedStep['step'][]): string {
  return formatScript({
    tenantId: run.tenantId,
    issuer: issuerOf(cloudOf(run.deps.config), run.tenantId),
    certificatePath: run.deps.files.certificatePath,
    steps: plan,
  });
}

/** Asks nothing of anybody: what the script finds, it finds where it is run. */
function printScript(run: Run): number {
  const { terminal, clock } = run.deps;
  const plan = decidePlan(choiceOf(run, run.record?.tiers ?? []), blankSurvey(clock.now()));
  terminal.print(
    scriptOf(
      run,
      plan.map(({ step }) => step),
    ),
  );
  return EXIT_DONE;
}

async function prepare(run: Run, session: Session, signal: AbortSignal): Promise<number> {
  const { deps, parsed, record } = run;
  const { terminal } = deps;
  const { credential, groupAddress } = choiceOf(run, record?.tiers ?? []);
  const survey = await surveyTenant(
    { ...session, ...deps },
    { record, credential, groupAddress },
    signal,
  );
  const choice = choiceOf(run, record?.tiers ?? tiersInTenant(survey.entra));
  const plan = decidePlan(choice, survey);
  terminal.print(
    `\nTenant ${run.tenantId}, rights for ${choice.tiers.join(', ')}:\n${describePlan(plan)}`,
  );
  for (const line of describeLimits(plan, survey, lackingCmdlets(choice, survey))) {
    terminal.print(`\n${line}\n`);
  }
  if (parsed.mode === 'dry-run') {
    terminal.print('\nNothing was changed: this was a dry run.\n');
    return EXIT_DONE;
  }
  const open = openSteps(plan);
  if (open.length > 0 && !parsed.yes && !(await terminal.confirm('\nGo on?', signal))) {
    terminal.print('Nothing was changed.\n');
    return EXIT_DONE;
  }
  const result = await carryOut(
    run,
    session,
    { plan, survey, record: recordOf(run, choice) },
    signal,
  );
  terminal.print(outcomeOf(open.length > 0, result));
  terminal.print(settingsOf(run, result.record, survey));
  return reportByHand(run, result.byHand);
}

function outcomeOf(changed: boolean, { byHand }: ApplyResult): string {
  if (changed) {
    return '\nRights and roles take effect within minutes, at times within an hour. "doctor" says whether they do.\n';
  }
  return byHand.length === 0 ? '\nEverything is there: nothing was changed.\n' : '';
}

function carryOut(
  run: Run,
  { graph, exchange, administrator }: Session,
  input: Parameters<typeof applyPlan>[1],
  signal: AbortSignal,
): Promise<ApplyResult> {
  const { terminal, files, clock } = run.deps;
  const deps: ApplyDeps = {
    entra: createEntraChanges(graph),
    exchange: createExchangeChanges(exchange, clock),
    files,
    clock,
    administratorId: administrator.objectId,
    issuer: issuerOf(cloudOf(run.deps.config), run.tenantId),
    tell: (progress) => {
      if (progress.kind === 'waiting') {
        const minutes = Math.floor(progress.waitedMs / 60_000);
        terminal.print(`  … Exchange prepares the tenant, ${minutes} min so far\n`);
      } else if (progress.kind === 'done') {
        terminal.print(`  done  ${describeStep(progress.step)}\n`);
      }
    },
  };
  return applyPlan(deps, input, signal);
}

function recordOf({ tenantId, record }: Run, choice: SetupChoice): SetupRecord {
  return {
    version: 1,
    setupId: record?.setupId ?? randomUUID(),
    tenantId,
    tiers: [...choice.tiers],
    groupAddress: choice.groupAddress,
    credential: choice.credential,
    applicationId: record?.applicationId ?? null,
    clientId: record?.clientId ?? null,
    principalId: record?.principalId ?? null,
    begun: record?.begun ?? [],
  };
}

/** Lines for .env; none of them is a secret. */
function settingsOf({ deps, tenantId }: Run, record: SetupRecord, { entra }: Survey): string {
  const { CLOUD } = deps.config;
  const lines = [
    `TENANT_ID=${tenantId}`,
    `CLIENT_ID=${record.clientId ?? ''}`,
    entra.identity === null
      ? `CLIENT_CERTIFICATE_PATH=${deps.files.certificatePath}`
      : `MANAGED_IDENTITY_CLIENT_ID=${entra.identity.clientId}`,
    ...(CLOUD === 'global' ? [] : [`CLOUD=${CLOUD}`]),
  ];
  return record.clientId === null
    ? ''
    : `\nFor .env:\n${lines.map((line) => `${line}\n`).join('')}`;
}

function reportByHand(run: Run, steps: readonly PlannedStep['step'][]): number {
  if (steps.length === 0) {
    return EXIT_DONE;
  }
  const { terminal } = run.deps;
  terminal.print('\nSetup could not do these. Somebody with the rights can, in PowerShell:\n');
  for (const step of steps) {
    terminal.print(`  ${describeStep(step)}\n`);
  }
  terminal.print(`\n${scriptOf(run, steps)}`);
  return EXIT_BY_HAND;
}

async function remove(run: Run, session: Session, signal: AbortSignal): Promise<number> {
  const { deps, parsed, record, tenantId } = run;
  const { terminal, files, clock } = deps;
  const survey = await surveyTenant(
    { ...session, ...deps },
    { record, credential: { kind: 'certificate' }, groupAddress: null },
    signal,
  );
  const plan = decideRemoval(survey, record);
  if (plan.exchangeByHand) {
    terminal.print(
      '\nWhoever signed in may not look into Exchange, so nothing was removed. By hand, in PowerShell:\n',
    );
    terminal.print(`\n${formatRemovalScript(tenantId)}`);
    return EXIT_BY_HAND;
  }
  if (plan.steps.length === 0) {
    terminal.print('\nThere is nothing of setup to remove.\n');
    return EXIT_DONE;
  }
  terminal.print('\nTo be removed:\n');
  for (const step of plan.steps) {
    terminal.print(`  ${describeRemoval(step)}\n`);
  }
  terminal.print(
    '\nFinish or cancel all moves first: access to mailboxes is taken back by them. An Exchange configuration of the tenant’s own stays. Entra ID keeps a deleted app for 30 days.\n',
  );
  if (parsed.mode === 'dry-run') {
    terminal.print('\nNothing was changed: this was a dry run.\n');
    return EXIT_DONE;
  }
  if (!parsed.yes && !(await terminal.confirm('\nRemove?', signal))) {
    terminal.print('Nothing was changed.\n');
    return EXIT_DONE;
  }
  await removeSetup(
    {
      entra: createEntraChanges(session.graph),
      exchange: createExchangeChanges(session.exchange, clock),
      files,
      clock,
      administratorId: session.administrator.objectId,
      tenantId,
      tell: (step) => terminal.print(`  removed  ${describeRemoval(step)}\n`),
    },
    plan,
    signal,
  );
  return EXIT_DONE;
}
