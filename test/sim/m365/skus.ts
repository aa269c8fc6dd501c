/** Products a tenant can buy. Identifiers as published by Microsoft; only the plans that matter to mail. */

export interface SimServicePlan {
  readonly servicePlanId: string;
  readonly servicePlanName: string;
  readonly appliesTo: 'User' | 'Company';
}

export interface SimProduct {
  readonly skuId: string;
  readonly skuPartNumber: string;
  readonly servicePlans: readonly SimServicePlan[];
}

const plan = (servicePlanName: string, servicePlanId: string): SimServicePlan => ({
  servicePlanId,
  servicePlanName,
  appliesTo: 'User',
});

const EXCHANGE_STANDARD = plan('EXCHANGE_S_STANDARD', '9aaf7827-d63c-4b61-89c3-182f06f82e5c');
const EXCHANGE_ENTERPRISE = plan('EXCHANGE_S_ENTERPRISE', 'efb87545-963c-4e0d-99df-69c6916d9eb0');
const EXCHANGE_DESKLESS = plan('EXCHANGE_S_DESKLESS', '4a82b400-a79f-41a4-b4e2-e94f5787b113');
/** In about 250 products, and never a mailbox. */
const EXCHANGE_FOUNDATION: SimServicePlan = {
  ...plan('EXCHANGE_S_FOUNDATION', '113feb6c-3fe4-4440-bddc-54d774bf0318'),
  appliesTo: 'Company',
};
const TEAMS = plan('TEAMS1', '57ff2da0-773e-42df-b2af-ffb7a2317929');

export const PRODUCTS = {
  businessBasic: {
    skuId: '3b555118-da6a-4418-894f-7df1e2096870',
    skuPartNumber: 'O365_BUSINESS_ESSENTIALS',
    servicePlans: [EXCHANGE_STANDARD, TEAMS],
  },
  businessStandard: {
    skuId: 'f245ecc8-75af-4f8e-b61f-27d8114de5f3',
    skuPartNumber: 'O365_BUSINESS_PREMIUM',
    servicePlans: [EXCHANGE_STANDARD, TEAMS],
  },
  enterprise3: {
    skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900',
    skuPartNumber: 'ENTERPRISEPACK',
    servicePlans: [EXCHANGE_ENTERPRISE, TEAMS],
  },
  kiosk: {
    skuId: '80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82',
    skuPartNumber: 'EXCHANGEDESKLESS',
    servicePlans: [EXCHANGE_DESKLESS],
  },
  frontlineNoMailbox: {
    skuId: '44575883-256e-4a79-9da4-ebe9acabe2b2',
    skuPartNumber: 'M365_F1',
    servicePlans: [EXCHANGE_FOUNDATION, TEAMS],
  },
  powerAutomateFree: {
    skuId: 'f30db892-07e9-47e9-837c-80727f46fd3d',
    skuPartNumber: 'FLOW_FREE',
    servicePlans: [EXCHANGE_FOUNDATION],
  },
} as const satisfies Record<string, SimProduct>;

const MAILBOX_QUOTA_GB: Readonly<Record<string, number>> = {
  [EXCHANGE_STANDARD.servicePlanId]: 100,
  [EXCHANGE_ENTERPRISE.servicePlanId]: 100,
  [EXCHANGE_DESKLESS.servicePlanId]: 2,
};

/** Gigabytes of the mailbox a plan brings; null when it brings none. */
export function mailboxQuotaGb(servicePlanId: string): number | null {
  return MAILBOX_QUOTA_GB[servicePlanId] ?? null;
}

/** Two plans that one user cannot hold at once. */
export function mutuallyExclusive(left: string, right: string): boolean {
  const both = [left, right];
  return (
    both.includes(EXCHANGE_STANDARD.servicePlanId) &&
    both.includes(EXCHANGE_ENTERPRISE.servicePlanId)
  );
}
