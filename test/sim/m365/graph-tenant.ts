import { consumedUnits, type Directory, type SimSku } from './directory.ts';
import { type Resource, resourceType, select } from './graph-call.ts';
import { resourceNotFound } from './graph-errors.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';

const ORGANIZATION = resourceType('microsoft.graph.organization', [
  'id',
  'displayName',
  'countryLetterCode',
  'verifiedDomains',
  'onPremisesSyncEnabled',
  'tenantType',
  'createdDateTime',
]);

const SKU = resourceType('microsoft.graph.subscribedSku', [
  'id',
  'skuId',
  'skuPartNumber',
  'accountId',
  'accountName',
  'appliesTo',
  'capabilityStatus',
  'consumedUnits',
  'prepaidUnits',
  'servicePlans',
  'subscriptionIds',
]);

function organizationOf(directory: Directory): Resource {
  return {
    id: directory.tenantId,
    displayName: directory.displayName,
    countryLetterCode: directory.countryLetterCode,
    verifiedDomains: [
      {
        name: directory.domain,
        isDefault: true,
        isInitial: false,
        capabilities: 'Email, OfficeCommunicationsOnline',
        type: 'Managed',
      },
    ],
    onPremisesSyncEnabled: null,
    tenantType: 'AAD',
    createdDateTime: '2019-03-05T09:12:44Z',
  };
}

function subscribedSku(directory: Directory, sku: SimSku): Resource {
  const { product, enabledUnits, capabilityStatus } = sku;
  const enabled = capabilityStatus === 'Enabled';
  return {
    id: `${directory.tenantId}_${product.skuId}`,
    skuId: product.skuId,
    skuPartNumber: product.skuPartNumber,
    accountId: directory.tenantId,
    accountName: directory.displayName,
    appliesTo: 'User',
    capabilityStatus,
    consumedUnits: consumedUnits(directory, product.skuId),
    prepaidUnits: {
      enabled: enabled ? enabledUnits : 0,
      suspended: capabilityStatus === 'Suspended' ? enabledUnits : 0,
      warning: capabilityStatus === 'Warning' ? enabledUnits : 0,
      lockedOut: capabilityStatus === 'LockedOut' ? enabledUnits : 0,
    },
    servicePlans: product.servicePlans.map((plan) => ({ ...plan, provisioningStatus: 'Success' })),
    subscriptionIds: [product.skuId],
  };
}

/** The tenant itself: organization, subscriptions. */
export function tenantRoutes({ directory }: GraphRouteDeps): readonly GraphRoute[] {
  const organizationRoles = [
    'Organization.Read.All',
    'Organization.ReadWrite.All',
    'Directory.Read.All',
  ];
  return [
    {
      method: 'get',
      path: '/organization',
      operation: 'GET /organization',
      roles: organizationRoles,
      query: ['$select'],
      handle: (call) => ({
        status: 200,
        body: {
          value: [select(organizationOf(directory), ORGANIZATION, call.query.get('$select'))],
        },
      }),
    },
    {
      method: 'get',
      path: '/organization/:id',
      operation: 'GET /organization/{id}',
      roles: organizationRoles,
      query: ['$select'],
      handle: (call) => {
        if (call.params['id'] !== directory.tenantId) {
          throw resourceNotFound(call.params['id'] ?? '');
        }
        return {
          status: 200,
          body: select(organizationOf(directory), ORGANIZATION, call.query.get('$select')),
        };
      },
    },
    {
      method: 'get',
      path: '/subscribedSkus',
      operation: 'GET /subscribedSkus',
      roles: [
        'LicenseAssignment.Read.All',
        'LicenseAssignment.ReadWrite.All',
        'Organization.Read.All',
        'Directory.Read.All',
      ],
      query: ['$select'],
      handle: (call) => ({
        status: 200,
        body: {
          value: directory.skus.map((sku) =>
            select(subscribedSku(directory, sku), SKU, call.query.get('$select')),
          ),
        },
      }),
    },
  ];
}
