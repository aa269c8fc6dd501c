/**
 * Service plans that carry an Exchange Online mailbox, by id: names and products change, ids do not.
 * EXCHANGE_S_FOUNDATION (in about 250 products), archives and add-ons are none.
 */
const MAILBOX_PLANS: ReadonlyMap<string, string> = new Map([
  ['9aaf7827-d63c-4b61-89c3-182f06f82e5c', 'EXCHANGE_S_STANDARD'],
  ['efb87545-963c-4e0d-99df-69c6916d9eb0', 'EXCHANGE_S_ENTERPRISE'],
  ['4a82b400-a79f-41a4-b4e2-e94f5787b113', 'EXCHANGE_S_DESKLESS'],
  ['1126bef5-da20-4f07-b45e-ad25d2581aa8', 'EXCHANGE_S_ESSENTIALS'],
  ['fc52cc4b-ed7d-472d-bbe7-b081c23ecc56', 'EXCHANGE_S_STANDARD_MIDMARKET'],
  ['d42bdbd6-c335-4231-ab3d-c8f348d5aff5', 'EXCHANGE_L_STANDARD'],
  ['e9b4930a-925f-45e2-ac2a-3f7788ca6fdd', 'EXCHANGE_S_STANDARD_GOV'],
  ['8c3069c0-ccdb-44be-ab77-986203a67df2', 'EXCHANGE_S_ENTERPRISE_GOV'],
  ['88f4d7ef-a73b-4246-8047-516022144c9f', 'EXCHANGE_S_DESKLESS_GOV'],
]);

/** Kiosk mailboxes of 2 GB: proposed only when there is nothing else. */
const SMALL_PLANS = new Set([
  '4a82b400-a79f-41a4-b4e2-e94f5787b113',
  '88f4d7ef-a73b-4246-8047-516022144c9f',
]);

/** True for a service plan that comes with a mailbox Skybridge can write to. */
export function carriesMailbox(servicePlanId: string): boolean {
  return MAILBOX_PLANS.has(servicePlanId.toLowerCase());
}

/** True for a mailbox of a few gigabytes only. */
export function isSmallMailbox(servicePlanId: string): boolean {
  return SMALL_PLANS.has(servicePlanId.toLowerCase());
}

/** What people call the products that are sold most; others go by their part number. */
const PRODUCT_NAMES: Readonly<Record<string, string>> = {
  O365_BUSINESS_ESSENTIALS: 'Microsoft 365 Business Basic',
  SMB_BUSINESS_ESSENTIALS: 'Microsoft 365 Business Basic',
  O365_BUSINESS_PREMIUM: 'Microsoft 365 Business Standard',
  SMB_BUSINESS_PREMIUM: 'Microsoft 365 Business Standard',
  SPB: 'Microsoft 365 Business Premium',
  STANDARDPACK: 'Office 365 E1',
  ENTERPRISEPACK: 'Office 365 E3',
  ENTERPRISEPREMIUM: 'Office 365 E5',
  SPE_E3: 'Microsoft 365 E3',
  SPE_E5: 'Microsoft 365 E5',
  EXCHANGESTANDARD: 'Exchange Online (Plan 1)',
  EXCHANGEENTERPRISE: 'Exchange Online (Plan 2)',
  EXCHANGEDESKLESS: 'Exchange Online Kiosk',
  DESKLESSPACK: 'Office 365 F3',
  SPE_F1: 'Microsoft 365 F3',
};

/** The product's name as an admin knows it. */
export function productName(skuPartNumber: string): string {
  return PRODUCT_NAMES[skuPartNumber] ?? skuPartNumber;
}
