import { cmdletsOf, type RequiredCmdlet } from '../required-cmdlets.ts';
import { rightsOf, SCOPED_ROLES, TIER_RIGHTS, TIERS, type Tier } from '../tiers.ts';
import type { TokenResource } from '../tokens.ts';
import { RESOURCE_APP_IDS, ROLE_NAMES, SCOPE_NAME, SIGN_IN_SCOPE_IDS } from './names.ts';
import type { EntraSurvey, ExchangeSurvey, SetupChoice, Survey } from './survey.ts';

/** A cmdlet of our role, with the only parameters that it is to have there. */
export interface RoleEntry {
  readonly cmdlet: string;
  readonly parameters: readonly string[];
}

/** One thing that setup makes. In the order of a plan each builds on those before it. */
export type SetupStep =
  | { readonly kind: 'customization' }
  | { readonly kind: 'application' }
  | { readonly kind: 'principal' }
  | { readonly kind: 'certificate' }
  | { readonly kind: 'federation'; readonly identity: string }
  | { readonly kind: 'sign-in'; readonly redirectUri: string }
  | { readonly kind: 'grant'; readonly resource: TokenResource; readonly role: string }
  | {
      readonly kind: 'withdraw-grant';
      readonly grantId: string;
      readonly role: string;
      readonly resource: TokenResource;
    }
  | { readonly kind: 'registration' }
  | { readonly kind: 'scope'; readonly groupAddress: string }
  | {
      readonly kind: 'role';
      readonly name: string;
      readonly parent: RequiredCmdlet['from'];
      readonly entries: readonly RoleEntry[];
    }
  | { readonly kind: 'role-group'; readonly roles: readonly GroupRole[] }
  | { readonly kind: 'member' }
  | { readonly kind: 'scoped-role'; readonly role: string }
  | { readonly kind: 'withdraw-scoped-role'; readonly role: string; readonly assignment: string };

const ENTRA_KINDS = [
  'application',
  'principal',
  'certificate',
  'federation',
  'sign-in',
  'grant',
  'withdraw-grant',
] as const;

/** Steps that change Entra ID; all others change Exchange. */
export type EntraStep = Extract<SetupStep, { kind: (typeof ENTRA_KINDS)[number] }>;
export type ExchangeStep = Exclude<SetupStep, EntraStep>;

/** True for a step that changes Entra ID. */
export const isEntraStep = (step: SetupStep): step is EntraStep =>
  ENTRA_KINDS.some((kind) => kind === step.kind);

/** A role of the role group; one that changes no mailbox has no scope to be limited to. */
export interface GroupRole {
  readonly name: string;
  readonly scoped: boolean;
}

/**
 * `there`: nothing to do · `make`, `change`: will be done · `by-hand`: setup cannot do it, so that the
 * exact steps are printed instead.
 */
export type StepStatus = 'there' | 'make' | 'change' | 'by-hand';

export interface PlannedStep {
  readonly step: SetupStep;
  readonly status: StepStatus;
}

/** Names a step across plans: `grant:User.Read.All`. */
export function stepKey(step: SetupStep): string {
  if ('role' in step) {
    return `${step.kind}:${step.role}`;
  }
  return step.kind === 'role' ? `role:${step.name}` : step.kind;
}

/** A certificate that ends within a month is replaced. */
const RENEW_BEFORE_MS = 30 * 24 * 3_600_000;

/** What is there, what will be made and what will be changed. Pure. */
export function decidePlan(choice: SetupChoice, survey: Survey): readonly PlannedStep[] {
  const plan = (step: SetupStep, status: StepStatus): PlannedStep => ({ step, status });
  const { entra, exchange } = survey;
  const made = (there: boolean): StepStatus => (there ? 'there' : 'make');
  return [
    plan(
      { kind: 'customization' },
      exchangeStatus(exchange, (e) => made(!e.dehydrated)),
    ),
    plan({ kind: 'application' }, made(entra.application !== null)),
    plan({ kind: 'principal' }, made(entra.principalId !== null)),
    credentialStep(choice, survey),
    ...signInStep(choice, survey),
    ...grantSteps(choice, survey),
    plan(
      { kind: 'registration' },
      exchangeStatus(exchange, ({ registration }) => {
        if (registration === 'registered') {
          return 'there';
        }
        return registration === 'unknown' ? 'make' : 'change';
      }),
    ),
    plan(
      { kind: 'scope', groupAddress: choice.groupAddress },
      exchangeStatus(exchange, (e) => {
        if (e.scopeFilter === null) {
          return 'make';
        }
        return e.scopeFilter === scopeFilterOf(e) ? 'there' : 'change';
      }),
    ),
    ...roleSteps(choice, exchange).map((step) =>
      plan(
        step,
        exchangeStatus(exchange, (e) => roleStatus(e, step)),
      ),
    ),
    ...roleGroupSteps(choice, exchange),
    ...scopedRoleSteps(choice, exchange),
  ];
}

/** OPATH for the members of the group; direct members alone. Null without a group. */
export function scopeFilterOf({ group }: Pick<ExchangeSurvey, 'group'>): string | null {
  return group === null
    ? null
    : `MemberOfGroup -eq '${group.distinguishedName.replaceAll("'", "''")}'`;
}

function exchangeStatus(
  exchange: ExchangeSurvey | null,
  decide: (exchange: ExchangeSurvey) => StepStatus,
): StepStatus {
  return exchange === null ? 'by-hand' : decide(exchange);
}

function credentialStep({ credential }: SetupChoice, survey: Survey): PlannedStep {
  const { entra, certificate, now } = survey;
  if (credential.kind === 'managed-identity') {
    const subject = entra.identity?.objectId ?? '';
    const trusted = entra.application?.trusted.includes(subject) === true;
    return {
      step: { kind: 'federation', identity: credential.id },
      status: trusted ? 'there' : 'make',
    };
  }
  const current =
    certificate !== null && certificate.endsAt.getTime() - now.getTime() > RENEW_BEFORE_MS;
  const uploaded = entra.application?.keys.some(({ key }) => key === certificate?.key) === true;
  return { step: { kind: 'certificate' }, status: current && uploaded ? 'there' : 'make' };
}

/** People sign in to the pages: where they are sent back to, and the two permissions that it takes. */
function signInStep({ redirectUri }: SetupChoice, { entra }: Survey): readonly PlannedStep[] {
  if (redirectUri === null) {
    return [];
  }
  const { redirectUris = [], declared = [] } = entra.application ?? {};
  const asked = declared
    .filter(({ resourceAppId }) => resourceAppId === RESOURCE_APP_IDS.graph)
    .flatMap(({ resourceAccess }) => resourceAccess.map(({ id }) => id));
  const isThere =
    redirectUris.includes(redirectUri) && SIGN_IN_SCOPE_IDS.every((id) => asked.includes(id));
  const missing = redirectUris.length === 0 ? 'make' : 'change';
  return [{ step: { kind: 'sign-in', redirectUri }, status: isThere ? 'there' : missing }];
}

function grantSteps({ tiers }: SetupChoice, { entra }: Survey): readonly PlannedStep[] {
  const wanted = rightsOf(tiers);
  const isKnown = (resource: TokenResource, role: string): boolean =>
    entra.resources[resource].roles.size === 0 || entra.resources[resource].roles.has(role);
  const grants = wanted.map(({ resource, role }): PlannedStep => {
    const granted = entra.grants.some((g) => g.resource === resource && g.role === role);
    const missing = isKnown(resource, role) ? 'make' : 'by-hand';
    return { step: { kind: 'grant', resource, role }, status: granted ? 'there' : missing };
  });
  // What somebody else granted to the application is none of our business.
  const ours = new Set(TIER_RIGHTS.map(({ role }) => role));
  const surplus = entra.grants.flatMap(({ id, resource, role }): PlannedStep[] =>
    resource !== null && ours.has(role) && !wanted.some((right) => right.role === role)
      ? [{ step: { kind: 'withdraw-grant', grantId: id, role, resource }, status: 'change' }]
      : [],
  );
  return [...grants, ...surplus];
}

type RoleStep = SetupStep & { readonly kind: 'role' };

/** Every tenant is believed to have the entries; what its built-in roles lack is left out, and told. */
function roleSteps({ tiers }: SetupChoice, exchange: ExchangeSurvey | null): readonly RoleStep[] {
  const cmdlets = cmdletsOf(tiers);
  const parents = [...new Set(cmdlets.map(({ from }) => from))];
  return parents.map((parent) => ({
    kind: 'role',
    name: ROLE_NAMES[parent],
    parent,
    entries: cmdlets
      .filter((cmdlet) => cmdlet.from === parent && isPossible(exchange, cmdlet))
      .map(({ cmdlet, parameters }) => ({ cmdlet, parameters })),
  }));
}

type NeededCmdlet = ReturnType<typeof cmdletsOf>[number];

function isPossible(
  exchange: ExchangeSurvey | null,
  { cmdlet, parameters, from }: NeededCmdlet,
): boolean {
  const allowed = exchange?.parents.get(from)?.get(cmdlet);
  return (
    exchange === null ||
    (allowed !== undefined && parameters.every((parameter) => allowed.includes(parameter)))
  );
}

/** Cmdlets that the tenant's built-in roles lack, or lack parameters of. */
export function lackingCmdlets(
  { tiers }: Pick<SetupChoice, 'tiers'>,
  { exchange }: Pick<Survey, 'exchange'>,
): readonly string[] {
  return cmdletsOf(tiers)
    .filter((cmdlet) => !isPossible(exchange, cmdlet))
    .map(({ cmdlet }) => cmdlet);
}

/** True when both lists name the same, in whatever order. */
export function sameNames(left: readonly string[], right: readonly string[]): boolean {
  const names = new Set(left.map((name) => name.toLowerCase()));
  return left.length === right.length && right.every((name) => names.has(name.toLowerCase()));
}

function roleStatus(exchange: ExchangeSurvey, { name, entries }: RoleStep): StepStatus {
  const found = exchange.roles.get(name);
  if (entries.length === 0) {
    return 'by-hand';
  }
  if (found === undefined) {
    return 'make';
  }
  const fits =
    found.entries.size === entries.length &&
    entries.every(({ cmdlet, parameters }) => {
      const allowed = found.entries.get(cmdlet);
      return allowed !== undefined && sameNames(allowed, parameters);
    });
  return fits ? 'there' : 'change';
}

function roleGroupSteps(
  choice: SetupChoice,
  exchange: ExchangeSurvey | null,
): readonly PlannedStep[] {
  const roles = roleSteps(choice, exchange)
    .filter(({ entries }) => entries.length > 0)
    .map(({ name, parent }): GroupRole => ({ name, scoped: parent === 'Mail Recipients' }));
  const status = exchangeStatus(exchange, ({ roleGroup }) => {
    if (roleGroup === null) {
      return 'make';
    }
    return misfits(roleGroup.assignments, roles).length === 0 ? 'there' : 'change';
  });
  const isMember = exchangeStatus(exchange, ({ roleGroup, registration }) =>
    roleGroup?.isMember === true && registration === 'registered' ? 'there' : 'make',
  );
  return [
    { step: { kind: 'role-group', roles }, status },
    { step: { kind: 'member' }, status: isMember },
  ];
}

/** Roles that the group lacks, or has for the wrong mailboxes. */
export function misfits(
  assignments: readonly FoundScope[],
  roles: readonly GroupRole[],
): readonly GroupRole[] {
  return roles.filter(({ name, scoped }) => {
    const found = assignments.filter(({ role }) => role === name);
    const wanted = scoped ? SCOPE_NAME : null;
    return found.length !== 1 || found.some(({ scope }) => scope !== wanted);
  });
}

type FoundScope = ExchangeSurvey['scopedRoles'][number];

function scopedRoleSteps(
  { tiers }: SetupChoice,
  exchange: ExchangeSurvey | null,
): readonly PlannedStep[] {
  const wanted = SCOPED_ROLES.filter(({ tier }) => tiers.includes(tier)).map(({ role }) => role);
  const found = exchange?.scopedRoles ?? [];
  const grants = wanted.map((role): PlannedStep => {
    const fits = found.some((one) => one.role === role && one.scope === SCOPE_NAME);
    return {
      step: { kind: 'scoped-role', role },
      status: exchangeStatus(exchange, () => (fits ? 'there' : 'make')),
    };
  });
  const ours = new Set(SCOPED_ROLES.map(({ role }) => role));
  const surplus = found
    // An assignment without our scope reaches the whole tenant: it goes, whatever the tier.
    .filter(({ role, scope }) => ours.has(role) && !(wanted.includes(role) && scope === SCOPE_NAME))
    .map(
      ({ role, name }): PlannedStep => ({
        step: { kind: 'withdraw-scoped-role', role, assignment: name },
        status: 'change',
      }),
    );
  return [...surplus, ...grants];
}

/** What is left to do of a plan. */
export function openSteps(plan: readonly PlannedStep[]): readonly SetupStep[] {
  return plan
    .filter(({ status }) => status === 'make' || status === 'change')
    .map(({ step }) => step);
}

/** Tiers that the application has rights of, for when nobody wrote down which were chosen. */
export function tiersInTenant({ grants }: Pick<EntraSurvey, 'grants'>): readonly Tier[] {
  const granted = new Set(grants.map(({ role }) => role));
  return TIERS.filter(
    (tier) =>
      tier === 'base' ||
      TIER_RIGHTS.some((right) => right.tier === tier && granted.has(right.role)),
  );
}
