import type { Clock } from '../../clock.ts';
import { isM365Error } from '../errors.ts';
import type { EntraChanges } from './entra-changes.ts';
import type { ExchangeChanges } from './exchange-changes.ts';
import { SETUP_NAME } from './names.ts';
import {
  type EntraStep,
  type ExchangeStep,
  isEntraStep,
  type PlannedStep,
  type SetupStep,
  scopeFilterOf,
  stepKey,
} from './plan.ts';
import type { SetupFiles, SetupRecord } from './record.ts';
import { createSelfSigned } from './self-signed.ts';
import type { Survey } from './survey.ts';
import { readLocalCertificate } from './tenant-survey.ts';

/** What is told while a plan is carried out. */
export type SetupProgress =
  | { readonly kind: 'doing'; readonly step: SetupStep }
  | { readonly kind: 'done'; readonly step: SetupStep }
  | { readonly kind: 'waiting'; readonly waitedMs: number };

export interface ApplyDeps {
  readonly entra: EntraChanges;
  readonly exchange: ExchangeChanges;
  readonly files: SetupFiles;
  readonly clock: Clock;
  /** Object id of the administrator, for the audit. */
  readonly administratorId: string;
  /** Who issues the tokens of the tenant's managed identities. */
  readonly issuer: string;
  readonly tell: (progress: SetupProgress) => void;
}

/** Steps that could not be done for want of a right, and those that build on them. */
export interface ApplyResult {
  readonly record: SetupRecord;
  readonly byHand: readonly SetupStep[];
}

/** What a step builds on, by the kinds of other steps. */
const BUILDS_ON: Readonly<Record<SetupStep['kind'], readonly SetupStep['kind'][]>> = {
  customization: [],
  application: [],
  principal: ['application'],
  certificate: ['application'],
  federation: ['application'],
  'sign-in': ['application'],
  grant: ['application', 'principal'],
  'withdraw-grant': [],
  registration: ['application', 'principal'],
  scope: ['customization'],
  role: ['customization'],
  'role-group': ['customization', 'scope', 'role'],
  member: [
    'application',
    'principal',
    'registration',
    'customization',
    'scope',
    'role',
    'role-group',
  ],
  'scoped-role': ['application', 'principal', 'registration', 'customization', 'scope'],
  'withdraw-scoped-role': [],
};

/** A role that changes no mailbox may be missing: the group is made without it. */
const isBlocking = (other: SetupStep, step: SetupStep): boolean =>
  BUILDS_ON[step.kind].includes(other.kind) &&
  (other.kind !== 'role' || other.parent === 'Mail Recipients');

/** A certificate is for a year: its end is spoken of a month before. */
const CERTIFICATE_DAYS = 365;
const DAY_MS = 24 * 3_600_000;

/** What was made a moment ago may not be known everywhere yet. */
const PATIENCE_MS = 5_000;
const MAX_TRIES = 12;

/** Carries out what a plan has open, step by step; a run that is cut off goes on with a new survey and plan. */
export async function applyPlan(
  deps: ApplyDeps,
  input: {
    readonly plan: readonly PlannedStep[];
    readonly survey: Survey;
    readonly record: SetupRecord;
  },
  signal: AbortSignal,
): Promise<ApplyResult> {
  const { files, clock, tell } = deps;
  const { plan, survey } = input;
  let { record } = input;
  const byHand: SetupStep[] = [];
  const write = async (change: Partial<SetupRecord>): Promise<void> => {
    record = { ...record, ...change };
    await files.writeRecord(record);
  };
  const { entra } = survey;
  await write({
    applicationId: entra.application?.id ?? null,
    clientId: entra.application?.appId ?? null,
    principalId: entra.principalId,
  });

  for (const { step, status } of plan.filter((planned) => planned.status !== 'there')) {
    const blocked = byHand.some((other) => isBlocking(other, step));
    if (status === 'by-hand' || blocked) {
      byHand.push(step);
      continue;
    }
    tell({ kind: 'doing', step });
    const key = stepKey(step);
    await write({ begun: [...new Set([...record.begun, key])] });
    try {
      const made = await patiently(
        () => perform(deps, { step, survey, record, replace: status === 'change' }, signal),
        clock,
        signal,
      );
      if (Object.keys(made).length > 0) {
        await write(made);
      }
      await files.audit({
        at: clock.now().toISOString(),
        by: deps.administratorId,
        tenantId: record.tenantId,
        step: key,
        before: status === 'make' ? 'none' : 'different',
        after: JSON.stringify(step),
      });
      tell({ kind: 'done', step });
    } catch (error) {
      if (!isRightMissing(error)) {
        throw error;
      }
      byHand.push(step);
    }
  }
  return { record, byHand };
}

const isRightMissing = (error: unknown): boolean =>
  isM365Error(
    error,
    'graph.right-missing',
    'exchange-admin.right-missing',
    'exchange-admin.cmdlet-unknown',
    'exchange-admin.parameter-unknown',
  );

async function patiently<T>(
  attempt: () => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      const mayCome = isM365Error(
        error,
        'graph.not-found',
        'graph.request-refused',
        'exchange-admin.object-not-found',
        'exchange-admin.trustee-unknown',
      );
      if (!mayCome || count === MAX_TRIES) {
        throw error;
      }
      await clock.sleep(PATIENCE_MS, signal);
    }
  }
}

interface Task {
  readonly step: SetupStep;
  readonly survey: Survey;
  readonly record: SetupRecord;
  /** Something else is in its place. */
  readonly replace: boolean;
}

/** Makes one thing; returns what to write down of it. */
async function perform(
  deps: ApplyDeps,
  task: Task,
  signal: AbortSignal,
): Promise<Partial<SetupRecord>> {
  const { step } = task;
  if (isEntraStep(step)) {
    return performInEntra(deps, { ...task, step }, signal);
  }
  await performInExchange(deps, { ...task, step }, signal);
  return {};
}

async function performInEntra(
  deps: ApplyDeps,
  { step, survey, record }: Task & { readonly step: EntraStep },
  signal: AbortSignal,
): Promise<Partial<SetupRecord>> {
  const { entra } = deps;
  const principalId = record.principalId ?? '';
  switch (step.kind) {
    case 'application': {
      const { id, appId } = await entra.makeApplication(record.setupId, signal);
      return { applicationId: id, clientId: appId };
    }
    case 'principal':
      return { principalId: await entra.makePrincipal(record.clientId ?? '', signal) };
    case 'certificate':
      await uploadCertificate(deps, { survey, record }, signal);
      break;
    case 'federation':
      await trustIdentity(deps, { survey, record }, signal);
      break;
    case 'sign-in':
      await allowSignIn(deps, { survey, record }, step.redirectUri, signal);
      break;
    case 'grant': {
      const { resource, role } = step;
      const { resources } = survey.entra;
      await entra.grant({ principalId, resource, role, resources }, signal);
      break;
    }
    case 'withdraw-grant':
      await entra.withdraw(principalId, step.grantId, signal);
      break;
  }
  return {};
}

async function trustIdentity(
  { entra, issuer }: ApplyDeps,
  { survey, record }: Pick<Task, 'survey' | 'record'>,
  signal: AbortSignal,
): Promise<void> {
  const subject = survey.entra.identity?.objectId ?? '';
  await entra.trust(record.applicationId ?? '', { issuer, subject }, signal);
}

async function allowSignIn(
  { entra }: ApplyDeps,
  { survey, record }: Pick<Task, 'survey' | 'record'>,
  redirectUri: string,
  signal: AbortSignal,
): Promise<void> {
  const { redirectUris = [], declared = [] } = survey.entra.application ?? {};
  const application = { id: record.applicationId ?? '', redirectUris, declared };
  await entra.allowSignIn(application, redirectUri, signal);
}

/** The key is on disk before its certificate is trusted: a run that is cut off in between uploads it next time. */
async function uploadCertificate(
  { entra, files, clock }: ApplyDeps,
  { survey, record }: Pick<Task, 'survey' | 'record'>,
  signal: AbortSignal,
): Promise<void> {
  const now = clock.now();
  const present = await files.readCertificate();
  const usable =
    present !== null &&
    readLocalCertificate(present).endsAt.getTime() - now.getTime() > 30 * DAY_MS;
  const pem = usable
    ? present
    : await createSelfSigned({
        commonName: SETUP_NAME,
        notBefore: new Date(now.getTime() - DAY_MS),
        notAfter: new Date(now.getTime() + CERTIFICATE_DAYS * DAY_MS),
      });
  if (!usable) {
    await files.writeCertificate(pem);
  }
  const application = survey.entra.application ?? {
    id: record.applicationId ?? '',
    appId: record.clientId ?? '',
    keys: [],
    trusted: [],
    redirectUris: [],
    declared: [],
  };
  await entra.addKey(application, readLocalCertificate(pem).key, now, signal);
}

async function performInExchange(
  { exchange, tell }: ApplyDeps,
  { step, survey, record, replace }: Task & { readonly step: ExchangeStep },
  signal: AbortSignal,
): Promise<void> {
  const objectId = record.principalId ?? '';
  const clientId = record.clientId ?? '';
  const act: Readonly<Record<ExchangeStep['kind'], () => Promise<void>>> = {
    customization: () =>
      exchange.customize((waitedMs) => tell({ kind: 'waiting', waitedMs }), signal),
    registration: async () => {
      if (replace) {
        await exchange.unregister(clientId, signal);
      }
      await exchange.register({ clientId, objectId }, signal);
    },
    scope: () => {
      const filter = scopeFilterOf({ group: survey.exchange?.group ?? null });
      return exchange.setScope(filter ?? '', signal);
    },
    role: async () => {
      if (step.kind === 'role') {
        await exchange.setRole(step, signal);
      }
    },
    'role-group': async () => {
      if (step.kind === 'role-group') {
        await exchange.setRoleGroup(step.roles, signal);
      }
    },
    member: () => exchange.addMember(objectId, signal),
    'scoped-role': async () => {
      if (step.kind === 'scoped-role') {
        await exchange.assignScoped(objectId, step.role, signal);
      }
    },
    'withdraw-scoped-role': async () => {
      if (step.kind === 'withdraw-scoped-role') {
        await exchange.removeAssignment(step.assignment, signal);
      }
    },
  };
  await act[step.kind]();
}
