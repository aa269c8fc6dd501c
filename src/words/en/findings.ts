import type { Facts, FindingText } from '../words.ts';
import { LOGIN_FINDINGS } from './findings-login.ts';
import { POLICY_FINDINGS } from './findings-policy.ts';
import { SERVER_FINDINGS } from './findings-server.ts';
import { TENANT_FINDINGS } from './findings-tenant.ts';

/** What the tenant check found, by code. `doNext` is empty where nothing is to be done. */
export const FINDINGS: Readonly<Record<string, (facts: Facts) => FindingText>> = {
  ...TENANT_FINDINGS,
  ...LOGIN_FINDINGS,
  ...POLICY_FINDINGS,
  ...SERVER_FINDINGS,
};
