import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SetupChoice } from '../../../../src/graph/setup/survey.ts';
import { Cut, createDirectWorld, type DirectWorld, shapeOf } from './direct-world.ts';

let world: DirectWorld;
let choice: SetupChoice;

beforeEach(async () => {
  world = await createDirectWorld();
  choice = {
    ...world.choice,
    tiers: ['base', 'graph-writing'],
  };
});

afterEach(() => world.close());

/** Runs again and again, each run cut off after its first change; returns how many changes that took. */
async function runInPieces(run: () => Promise<unknown>): Promise<number> {
  for (let cuts = 0; cuts < 200; cuts += 1) {
    const end = await run().catch((error: unknown) => error);
    if (!(end instanceof Cut)) {
      if (end instanceof Error) {
        throw end;
      }
      return cuts;
    }
  }
  throw new Error('It does not come to an end.');
}

test('a set-up that is cut off after each change ends as one that is not, and so does its removal', {
  timeout: 60_000,
}, async () => {
  const untouched = shapeOf(world);
  const uncut = await createDirectWorld();
  await uncut.apply({ choice: { ...choice, groupAddress: uncut.choice.groupAddress } });
  const changes = uncut.server.changes.length;

  const cuts = await runInPieces(() => world.apply({ choice, cutAfter: 1 }));
  expect(cuts).toBeGreaterThan(20);
  expect(shapeOf(world)).toEqual(shapeOf(uncut));
  expect(world.server.changes).toHaveLength(changes);
  expect(world.directory.registrations).toHaveLength(1);
  await uncut.close();

  await runInPieces(() => world.remove({ cutAfter: 1 }));
  expect(shapeOf(world)).toEqual(untouched);
  expect(await world.files.readRecord()).toBeNull();
});

test('an answer that is lost does not make anything twice', async () => {
  const lost = ['PATCH /applications(uniqueName)', 'POST /servicePrincipals'];
  const cmdlets = [
    'New-ManagementRole',
    'New-RoleGroup',
    'Add-RoleGroupMember',
    'New-ManagementScope',
  ];
  for (const operation of [
    ...lost,
    'POST /servicePrincipals/{id}/appRoleAssignments',
    ...cmdlets,
    'New-ServicePrincipal',
  ]) {
    world.server.faults.push({ operation, action: { kind: 'drop-after' } });
  }
  await world.apply();
  expect(world.server.faults.pending()).toBe(0);
  expect((await world.plan()).map(({ status }) => status)).not.toContain('make');
  expect(world.directory.registrations).toHaveLength(1);
  expect(world.directory.applications).toHaveLength(1);
});

test('what was made a moment ago and is not known everywhere yet is waited for', async () => {
  const body = {
    error: {
      code: 'Request_BadRequest',
      message: 'The appId of the service principal does not reference a valid application object.',
    },
  };
  const answer = { kind: 'answer', status: 400, body } as const;
  world.server.faults.push({ operation: 'POST /servicePrincipals', action: answer, times: 3 });
  expect((await world.apply()).byHand).toEqual([]);
  expect(world.directory.applications).toHaveLength(1);
});

test('with the record lost, all is found in the tenant: nothing is made twice, and it can be removed', async () => {
  const untouched = shapeOf(world);
  await world.apply();
  await world.files.removeRecord();
  const changes = world.server.changes.length;
  expect((await world.apply()).byHand).toEqual([]);
  expect(world.server.changes).toHaveLength(changes);
  await world.files.removeRecord();
  await world.remove();
  expect(shapeOf(world)).toEqual(untouched);
});

test('a certificate that is lost, or ends, is replaced; the one that works stays until it has ended', async () => {
  await world.apply();
  const first = await world.files.readCertificate();
  await world.files.removeCertificate();
  await world.apply();
  expect(world.directory.applications[0]?.certificates).toHaveLength(2);
  expect(await world.files.readCertificate()).not.toBe(first);
  await world.clock.sleep(340 * 24 * 3_600_000);
  const certificate = (await world.plan()).find(({ step }) => step.kind === 'certificate');
  expect(certificate?.status).toBe('make');
  await world.clock.sleep(30 * 24 * 3_600_000);
  await world.apply();
  expect(world.directory.applications[0]?.certificates).toHaveLength(1);
});

test.for(['application', 'principal'] as const)(
  'where somebody deleted the %s by hand, one run makes all of it good',
  async (gone) => {
    await world.apply();
    const { directory } = world;
    directory.applications.length = 0;
    directory.appRoleAssignments.length = 0;
    if (gone === 'application') {
      directory.registrations.length = 0;
    }
    expect((await world.apply()).byHand).toEqual([]);
    expect((await world.plan()).map(({ status }) => status)).toEqual(
      (await world.plan()).map(() => 'there'),
    );
    const [application] = directory.applications;
    expect(directory.exchange.roleGroups[0]?.members).toContain(application?.objectId);
    expect(directory.exchangeServicePrincipals).toContainEqual(
      expect.objectContaining({ appId: application?.clientId, objectId: application?.objectId }),
    );
  },
);

test('of an app that was deleted by hand, what is left in Exchange is removed', async () => {
  const untouched = shapeOf(world);
  await world.apply();
  world.directory.applications.length = 0;
  world.directory.appRoleAssignments.length = 0;
  world.directory.registrations.length = 0;
  await world.remove();
  expect(shapeOf(world)).toEqual(untouched);
});
