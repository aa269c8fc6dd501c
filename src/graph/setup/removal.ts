import type { Clock } from '../../clock.ts';
import { SCOPED_ROLES } from '../tiers.ts';
import type { EntraChanges } from './entra-changes.ts';
import type { ExchangeChanges } from './exchange-changes.ts';
import type { SetupFiles, SetupRecord } from './record.ts';
import type { ExchangeSurvey, Survey } from './survey.ts';

/** One thing that setup made and takes away again, in this order: nothing is removed before what hangs on it. */
export type RemovalStep =
  | { readonly kind: 'scoped-role'; readonly role: string; readonly assignment: string }
  | { readonly kind: 'role-group' }
  | { readonly kind: 'role'; readonly name: string }
  | { readonly kind: 'scope' }
  | { readonly kind: 'registration'; readonly clientId: string }
  /** With its enterprise application, its rights and what it trusts. */
  | { readonly kind: 'application'; readonly id: string }
  | { readonly kind: 'certificate-file' }
  | { readonly kind: 'record' };

export interface RemovalPlan {
  readonly steps: readonly RemovalStep[];
  /** Exchange could not be looked into: somebody who may must remove what is ours there. */
  readonly exchangeByHand: boolean;
}

/** What is in the tenant and on this machine of what setup made. Pure. */
export function decideRemoval(survey: Survey, record: SetupRecord | null): RemovalPlan {
  const { entra, exchange, certificate } = survey;
  if (exchange === null) {
    // The object id of the app is what finds it in Exchange: it stays until Exchange was cleared.
    return { steps: [], exchangeByHand: true };
  }
  const { application } = entra;
  const clientId = application?.appId ?? record?.clientId ?? null;
  return {
    exchangeByHand: false,
    steps: [
      ...removalInExchange(exchange, clientId),
      ...onlyIf(application !== null, { kind: 'application', id: application?.id ?? '' }),
      ...onlyIf(certificate !== null, { kind: 'certificate-file' }),
      ...onlyIf(record !== null, { kind: 'record' }),
    ],
  };
}

const onlyIf = (there: boolean, step: RemovalStep): readonly RemovalStep[] => (there ? [step] : []);

function removalInExchange(
  exchange: ExchangeSurvey,
  clientId: string | null,
): readonly RemovalStep[] {
  const ours = new Set(SCOPED_ROLES.map(({ role }) => role));
  const registered = exchange.registration !== 'unknown' && clientId !== null;
  return [
    ...exchange.scopedRoles
      .filter(({ role }) => ours.has(role))
      .map(({ role, name }): RemovalStep => ({ kind: 'scoped-role', role, assignment: name })),
    ...onlyIf(exchange.roleGroup !== null, { kind: 'role-group' }),
    ...[...exchange.roles.keys()].map((name): RemovalStep => ({ kind: 'role', name })),
    ...onlyIf(exchange.scopeFilter !== null, { kind: 'scope' }),
    ...onlyIf(registered, { kind: 'registration', clientId: clientId ?? '' }),
  ];
}

export interface RemoveDeps {
  readonly entra: EntraChanges;
  readonly exchange: ExchangeChanges;
  readonly files: SetupFiles;
  readonly clock: Clock;
  readonly administratorId: string;
  readonly tenantId: string;
  readonly tell: (step: RemovalStep) => void;
}

/** Takes away what a removal plan names; a run that is cut off goes on with a new plan. */
export async function removeSetup(
  deps: RemoveDeps,
  { steps }: RemovalPlan,
  signal: AbortSignal,
): Promise<void> {
  const { files, clock, administratorId, tenantId, tell } = deps;
  for (const step of steps) {
    await removeOne(deps, step, signal);
    await files.audit({
      at: clock.now().toISOString(),
      by: administratorId,
      tenantId,
      step: `remove:${step.kind}`,
      before: JSON.stringify(step),
      after: 'none',
    });
    tell(step);
  }
}

async function removeOne(
  { entra, exchange, files }: RemoveDeps,
  step: RemovalStep,
  signal: AbortSignal,
): Promise<void> {
  switch (step.kind) {
    case 'scoped-role':
      await exchange.removeAssignment(step.assignment, signal);
      break;
    case 'role-group':
      await exchange.removeRoleGroup(signal);
      break;
    case 'role':
      await exchange.removeRole(step.name, signal);
      break;
    case 'scope':
      await exchange.removeScope(signal);
      break;
    case 'registration':
      await exchange.unregister(step.clientId, signal);
      break;
    case 'application':
      await entra.removeApplication(step.id, signal);
      break;
    case 'certificate-file':
      await files.removeCertificate();
      break;
    case 'record':
      await files.removeRecord();
      break;
  }
}
