import { z } from 'zod';
import { isM365Error } from '../errors.ts';
import type { GraphClient } from '../graph-client.ts';
import { type CheckName, type Finding, findingsOf, rawOf } from './finding.ts';
import { OPTIONAL_RIGHTS } from './optional-rights.ts';

export interface PoliciesInput {
  readonly graph: GraphClient;
  /** Of our token for Microsoft Graph. */
  readonly roles: readonly string[];
  /** Object id of our service principal: what a policy for workload identities names. */
  readonly objectId: string;
}

/** Without the right nothing is asked; a refusal in spite of it is shown. */
async function withPolicies(
  check: CheckName,
  { roles }: PoliciesInput,
  ask: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const unreadable = (raw: string | null): readonly Finding[] => [
    findingsOf(check)(
      'check.policies.unreadable',
      'unknown',
      { check, role: OPTIONAL_RIGHTS.policies },
      { raw },
    ),
  ];
  if (!roles.includes(OPTIONAL_RIGHTS.policies)) {
    return unreadable(null);
  }
  try {
    return await ask();
  } catch (error) {
    if (!isM365Error(error, 'graph.right-missing')) {
      throw error;
    }
    return unreadable(rawOf(error));
  }
}

/** Security defaults concern people who sign in; that they leave app-only tokens alone is believed. */
export function checkSecurityDefaults(
  input: PoliciesInput,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const say = findingsOf('security-defaults');
  return withPolicies('security-defaults', input, async () => {
    const { isEnabled } = await input.graph.get(
      { path: '/policies/identitySecurityDefaultsEnforcementPolicy', select: ['isEnabled'] },
      z.object({ isEnabled: z.boolean() }),
      signal,
    );
    const raw = JSON.stringify({ isEnabled });
    return [
      isEnabled
        ? say('check.security-defaults.on', 'ok', {}, { raw, believed: true })
        : say('check.security-defaults', 'ok'),
    ];
  });
}

const policySchema = z.object({
  displayName: z.string(),
  state: z.string(),
  conditions: z.object({
    clientAppTypes: z.array(z.string()).nullish(),
    clientApplications: z
      .object({
        includeServicePrincipals: z.array(z.string()).nullish(),
        excludeServicePrincipals: z.array(z.string()).nullish(),
      })
      .nullish(),
  }),
  grantControls: z.object({ builtInControls: z.array(z.string()).nullish() }).nullish(),
});

type Policy = z.infer<typeof policySchema>;

/** Enforced, or reported only: such a policy is one click away from being enforced. */
const REPORT_ONLY = 'enabledForReportingButNotEnforced';
const isAlive = ({ state }: Policy): boolean => state === 'enabled' || state === REPORT_ONLY;

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

/** A policy for workload identities that names us, or every service principal of the tenant. */
function namesUs({ conditions }: Policy, objectId: string): boolean {
  const { includeServicePrincipals, excludeServicePrincipals } =
    conditions.clientApplications ?? {};
  const isIncluded = (includeServicePrincipals ?? []).some(
    (id) => id === 'ServicePrincipalsInMyTenant' || same(id, objectId),
  );
  const isExcluded = (excludeServicePrincipals ?? []).some((id) => same(id, objectId));
  return isIncluded && !isExcluded;
}

/** The usual policy against legacy authentication: it blocks clients that send passwords. */
function blocksLegacy({ state, conditions, grantControls }: Policy): boolean {
  const types = conditions.clientAppTypes ?? [];
  return (
    state === 'enabled' &&
    types.some((type) => type === 'other' || type === 'exchangeActiveSync') &&
    !types.includes('all') &&
    (grantControls?.builtInControls ?? []).includes('block')
  );
}

const describe = ({ state, conditions, grantControls }: Policy): string =>
  JSON.stringify({
    state,
    clientAppTypes: conditions.clientAppTypes ?? undefined,
    clientApplications: conditions.clientApplications ?? undefined,
    builtInControls: grantControls?.builtInControls ?? undefined,
  });

/**
 * Policies that may keep us out. Those for people do not apply to an application's own token, and
 * IMAP with OAuth is no legacy authentication: both are believed, so the policy is shown.
 */
export function checkConditionalAccess(
  input: PoliciesInput,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const say = findingsOf('conditional-access');
  return withPolicies('conditional-access', input, async () => {
    const path = '/identity/conditionalAccess/policies';
    const policies = (await input.graph.list({ path }, policySchema, signal)).filter(isAlive);
    const naming = policies
      .filter((policy) => namesUs(policy, input.objectId))
      .map((policy) => {
        const facts = { policy: policy.displayName };
        const extras = { raw: describe(policy), believed: true };
        return policy.state === REPORT_ONLY
          ? say('check.conditional-access.reports', 'warning', facts, extras)
          : say('check.conditional-access.workload', 'warning', facts, extras);
      });
    const legacy = policies
      .filter(blocksLegacy)
      .map((policy) =>
        say(
          'check.conditional-access.legacy',
          'ok',
          { policy: policy.displayName },
          { raw: describe(policy), believed: true },
        ),
      );
    const good = say('check.conditional-access', 'ok', { count: policies.length });
    return naming.length === 0 ? [good, ...legacy] : [...naming, ...legacy];
  });
}
