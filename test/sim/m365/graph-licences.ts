import {
  consumedUnits,
  type Directory,
  enabledPlans,
  type SimLicence,
  type SimSku,
  type SimUser,
  settleMailbox,
} from './directory.ts';
import { type GraphCall, page, type Resource, resourceType, select } from './graph-call.ts';
import { badRequest, graphRefusal } from './graph-errors.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import { USER, userResource } from './graph-user-resource.ts';
import { requireUser } from './graph-users.ts';
import { mutuallyExclusive } from './skus.ts';

interface Wanted {
  readonly skuId: string;
  readonly disabledPlans: readonly string[];
}

const refuse = (message: string): Error => graphRefusal(400, 'Request_BadRequest', message);

function readAdditions(body: Resource): readonly Wanted[] {
  const list = body['addLicenses'];
  if (!Array.isArray(list)) {
    throw badRequest("The parameter 'addLicenses' is missing.");
  }
  return list.map((entry: Resource) => {
    const unknown = Object.keys(entry).filter((key) => !['skuId', 'disabledPlans'].includes(key));
    const { skuId, disabledPlans } = entry;
    if (unknown.length > 0 || typeof skuId !== 'string' || !Array.isArray(disabledPlans)) {
      throw badRequest("An entry of 'addLicenses' is malformed.");
    }
    return { skuId, disabledPlans: disabledPlans.map(String) };
  });
}

function readRemovals(body: Resource): readonly string[] {
  const list = body['removeLicenses'];
  if (!Array.isArray(list)) {
    throw badRequest("The parameter 'removeLicenses' is missing.");
  }
  return list.map(String);
}

function requireSku(directory: Directory, skuId: string): SimSku {
  const sku = directory.skus.find((known) => known.product.skuId === skuId);
  if (sku === undefined) {
    throw refuse(`License ${skuId} does not correspond to a valid company License.`);
  }
  return sku;
}

function checkAddition(directory: Directory, user: SimUser, wanted: Wanted): void {
  const sku = requireSku(directory, wanted.skuId);
  const planIds = sku.product.servicePlans.map((plan) => plan.servicePlanId);
  const foreign = wanted.disabledPlans.find((planId) => !planIds.includes(planId));
  if (foreign !== undefined) {
    throw refuse(`The plan ${foreign} is not part of License ${wanted.skuId}.`);
  }
  if (user.usageLocation === null) {
    throw refuse('License assignment cannot be done for user with invalid usage location.');
  }
  if (user.licences.some((held) => held.skuId === wanted.skuId)) {
    return;
  }
  if (
    sku.capabilityStatus !== 'Enabled' ||
    consumedUnits(directory, wanted.skuId) >= sku.enabledUnits
  ) {
    throw refuse(`Subscription with SKU ${wanted.skuId} does not have any available licenses.`);
  }
  checkConflicts(
    directory,
    user,
    planIds.filter((id) => !wanted.disabledPlans.includes(id)),
  );
}

function checkConflicts(directory: Directory, user: SimUser, added: readonly string[]): void {
  for (const held of enabledPlans(directory, user)) {
    const clash = added.find((planId) => planId !== held && mutuallyExclusive(planId, held));
    if (clash !== undefined) {
      throw refuse(
        `License assignment failed because service plans ${clash}, ${held} are mutually exclusive: MutuallyExclusiveViolation.`,
      );
    }
  }
}

const describe = (licences: readonly SimLicence[]): string =>
  licences.map((held) => held.skuId).join(', ') || 'none';

function assign(deps: GraphRouteDeps, user: SimUser, call: GraphCall): void {
  const { directory, journal } = deps;
  const additions = readAdditions(call.body);
  const removals = readRemovals(call.body);
  const missing = removals.find((skuId) => !user.licences.some((held) => held.skuId === skuId));
  if (missing !== undefined) {
    throw refuse('User does not have a corresponding license.');
  }
  for (const wanted of additions) {
    checkAddition(directory, user, wanted);
  }
  const before = describe(user.licences);
  const touched = [...removals, ...additions.map((wanted) => wanted.skuId)];
  user.licences = [
    ...user.licences.filter((held) => !touched.includes(held.skuId)),
    ...additions.map((wanted) => ({
      ...wanted,
      assignedByGroup: null,
      plansAtMs: directory.now() + directory.timing.planDelayMs,
    })),
  ];
  settleMailbox(directory, user, directory.timing.provisioningMs);
  const after = describe(user.licences);
  if (after !== before) {
    journal.changes.push({
      operation: 'POST /users/{id}/assignLicense',
      target: user.userPrincipalName,
      before: `licences ${before}`,
      after: `licences ${after}`,
    });
  }
}

const LICENSE_DETAILS = resourceType('microsoft.graph.licenseDetails', [
  'id',
  'skuId',
  'skuPartNumber',
  'servicePlans',
]);

function licenceDetails(directory: Directory, user: SimUser): readonly Resource[] {
  return user.licences.flatMap((held) =>
    directory.skus
      .filter((sku) => sku.product.skuId === held.skuId)
      .map(({ product }) => ({
        id: `${user.id}_${product.skuId}`,
        skuId: product.skuId,
        skuPartNumber: product.skuPartNumber,
        servicePlans: product.servicePlans.map((plan) => ({
          ...plan,
          provisioningStatus: held.disabledPlans.includes(plan.servicePlanId)
            ? 'Disabled'
            : 'Success',
        })),
      })),
  );
}

/** Licences: shown, assigned and taken; an assignment is all or nothing. */
export function licenceRoutes(deps: GraphRouteDeps): readonly GraphRoute[] {
  return [
    {
      method: 'get',
      path: '/users/:id/licenseDetails',
      operation: 'GET /users/{id}/licenseDetails',
      roles: [
        'LicenseAssignment.Read.All',
        'LicenseAssignment.ReadWrite.All',
        'User.Read.All',
        'User.ReadWrite.All',
        'Directory.Read.All',
      ],
      query: ['$select'],
      handle: (call) => {
        const rows = licenceDetails(deps.directory, requireUser(deps.directory, call)).map((row) =>
          select(row, LICENSE_DETAILS, call.query.get('$select')),
        );
        return { status: 200, body: page(rows, call, 999) };
      },
    },
    {
      method: 'post',
      path: '/users/:id/assignLicense',
      operation: 'POST /users/{id}/assignLicense',
      roles: ['LicenseAssignment.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
      query: [],
      body: ['addLicenses', 'removeLicenses'],
      handle: (call) => {
        const user = requireUser(deps.directory, call);
        assign(deps, user, call);
        return { status: 200, body: select(userResource(deps.directory, user), USER, undefined) };
      },
    },
  ];
}
