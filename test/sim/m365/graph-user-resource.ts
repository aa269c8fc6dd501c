import { type Directory, hasReadyMailbox, type SimUser, workingLicences } from './directory.ts';
import type { Resource, ResourceType } from './graph-call.ts';
import { mailboxQuotaGb } from './skus.ts';

const DEFAULT_PROPERTIES = [
  'id',
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
];

/** `usageLocation`, licences and the like only come when they are selected. */
export const USER: ResourceType = {
  name: 'microsoft.graph.user',
  properties: [
    ...DEFAULT_PROPERTIES,
    'accountEnabled',
    'assignedLicenses',
    'assignedPlans',
    'createdDateTime',
    'licenseAssignmentStates',
    'mailNickname',
    'onPremisesSyncEnabled',
    'provisionedPlans',
    'proxyAddresses',
    'usageLocation',
    'userType',
  ],
  byDefault: DEFAULT_PROPERTIES,
};

function planStates(directory: Directory, user: SimUser): readonly Resource[] {
  const ready = hasReadyMailbox(directory, user);
  const arrived = workingLicences(user).filter((held) => (held.plansAtMs ?? 0) <= directory.now());
  return arrived.flatMap((held) => {
    const product = directory.skus.find((sku) => sku.product.skuId === held.skuId)?.product;
    return (product?.servicePlans ?? []).map((plan) => ({
      servicePlanId: plan.servicePlanId,
      service: plan.servicePlanName.startsWith('EXCHANGE') ? 'exchange' : 'TeamspaceAPI',
      capabilityStatus: held.disabledPlans.includes(plan.servicePlanId) ? 'Deleted' : 'Enabled',
      assignedDateTime: '2026-01-05T08:00:00Z',
      provisioningStatus:
        mailboxQuotaGb(plan.servicePlanId) === null || ready ? 'Success' : 'PendingInput',
    }));
  });
}

const pick = (resource: Resource, names: readonly string[]): Resource =>
  Object.fromEntries(names.map((name) => [name, resource[name]]));

/** The user as Graph shows it, all properties. */
export function userResource(directory: Directory, user: SimUser): Resource {
  const plans = planStates(directory, user);
  const [givenName, ...rest] = user.displayName.split(' ');
  return {
    id: user.id,
    businessPhones: [],
    displayName: user.displayName,
    givenName,
    surname: rest.join(' ') || null,
    mail: user.mail,
    userPrincipalName: user.userPrincipalName,
    accountEnabled: user.accountEnabled,
    createdDateTime: new Date(user.createdAtMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    mailNickname: user.userPrincipalName.split('@')[0],
    onPremisesSyncEnabled: user.onPremisesSyncEnabled,
    proxyAddresses: user.mail === null ? [] : [`SMTP:${user.mail}`],
    usageLocation: user.usageLocation,
    userType: user.userType,
    assignedLicenses: workingLicences(user).map((held) => ({
      skuId: held.skuId,
      disabledPlans: held.disabledPlans,
    })),
    licenseAssignmentStates: user.licences.map((held) => ({
      skuId: held.skuId,
      disabledPlans: held.disabledPlans,
      assignedByGroup: held.assignedByGroup,
      state: held.error === undefined ? 'Active' : 'Error',
      error: held.error ?? 'None',
      lastUpdatedDateTime: '2026-01-05T08:00:00Z',
    })),
    assignedPlans: plans.map((plan) =>
      pick(plan, ['servicePlanId', 'service', 'capabilityStatus', 'assignedDateTime']),
    ),
    provisionedPlans: plans.map((plan) =>
      pick(plan, ['service', 'capabilityStatus', 'provisioningStatus']),
    ),
  };
}
