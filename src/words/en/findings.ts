import type { Facts, FindingText } from '../words.ts';
import { TENANT_FINDINGS } from './findings-tenant.ts';

/** What the tenant check found, by code. `doNext` is empty where nothing is to be done. */
export const FINDINGS: Readonly<Record<string, (facts: Facts) => FindingText>> = {
  ...TENANT_FINDINGS,
};
