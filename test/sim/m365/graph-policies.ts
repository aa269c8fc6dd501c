import type { Directory } from './directory.ts';
import { page, type Resource, resourceType, select } from './graph-call.ts';
import { resourceNotFound } from './graph-errors.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';

/** A Conditional Access policy, as Graph shows it. */
export interface SimPolicy {
  readonly displayName: string;
  state: 'enabled' | 'disabled' | 'enabledForReportingButNotEnforced';
  readonly conditions: {
    readonly clientAppTypes: readonly string[];
    readonly users?: { readonly includeUsers: readonly string[] };
    readonly clientApplications?: {
      readonly includeServicePrincipals: readonly string[];
      readonly excludeServicePrincipals: readonly string[];
    };
  };
  readonly grantControls: { readonly builtInControls: readonly string[] } | null;
}

const POLICY = resourceType('microsoft.graph.conditionalAccessPolicy', [
  'id',
  'displayName',
  'state',
  'conditions',
  'grantControls',
]);

const DEFAULTS = resourceType('microsoft.graph.identitySecurityDefaultsEnforcementPolicy', [
  'id',
  'displayName',
  'isEnabled',
]);

const APPLICATION = resourceType('microsoft.graph.application', [
  'id',
  'appId',
  'displayName',
  'passwordCredentials',
]);

const policyResource = (policy: SimPolicy, index: number): Resource => ({
  id: `policy-${index}`,
  displayName: policy.displayName,
  state: policy.state,
  conditions: { clientApplications: null, ...policy.conditions },
  grantControls: policy.grantControls,
});

function requireApplication(directory: Directory, clientId: string): Resource {
  const found = directory.applications.find((known) => known.clientId === clientId);
  if (found === undefined) {
    throw resourceNotFound(clientId);
  }
  return {
    id: `registration of ${found.clientId}`,
    appId: found.clientId,
    displayName: found.displayName,
    passwordCredentials: found.passwordCredentials,
  };
}

/** What only the tenant check reads: policies, and our own registration. */
export function policyRoutes({ directory }: GraphRouteDeps): readonly GraphRoute[] {
  return [
    {
      method: 'get',
      path: '/identity/conditionalAccess/policies',
      operation: 'GET /identity/conditionalAccess/policies',
      roles: ['Policy.Read.All'],
      query: ['$select', '$top', '$skiptoken'],
      handle: (call) => ({
        status: 200,
        body: page(
          directory.policies.map((policy, index) =>
            select(policyResource(policy, index), POLICY, call.query.get('$select')),
          ),
          call,
          999,
        ),
      }),
    },
    {
      method: 'get',
      path: '/policies/identitySecurityDefaultsEnforcementPolicy',
      operation: 'GET /policies/identitySecurityDefaultsEnforcementPolicy',
      roles: ['Policy.Read.All'],
      query: ['$select'],
      handle: (call) => ({
        status: 200,
        body: select(
          {
            id: '00000000-0000-0000-0000-000000000005',
            displayName: 'Security Defaults',
            isEnabled: directory.securityDefaults.isEnabled,
          },
          DEFAULTS,
          call.query.get('$select'),
        ),
      }),
    },
    {
      method: 'get',
      path: "/applications\\(appId=':clientId'\\)",
      operation: 'GET /applications(appId)',
      roles: ['Application.Read.All', 'Application.ReadWrite.All', 'Directory.Read.All'],
      query: ['$select'],
      handle: (call) => ({
        status: 200,
        body: select(
          requireApplication(directory, call.params['clientId'] ?? ''),
          APPLICATION,
          call.query.get('$select'),
        ),
      }),
    },
  ];
}
