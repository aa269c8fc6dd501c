import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGraphTenant } from '../../../src/jobs/adapters/graph-tenant.ts';
import type { TenantPort } from '../../../src/jobs/ports.ts';
import { eventOfError } from '../../../src/jobs/worker.ts';
import { addUser, type SimUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTenantWorld, never, type TenantWorld } from './tenant-world.ts';

let world: TenantWorld;
let tenant: TenantPort;
let anna: SimUser;

beforeEach(async () => {
  world = await createTenantWorld();
  tenant = createGraphTenant(world.m365);
  anna = addUser(world.directory, {
    alias: 'anna',
    displayName: 'Anna Berg',
    product: PRODUCTS.businessBasic,
  });
});

afterEach(() => world.close());

const switchOff = (): Promise<void> =>
  tenant.changeSetting(anna.id, { setting: 'imap', value: 'off' }, never);

test.each([
  ['Graph', 'POST /$batch', () => tenant.readiness(anna.id, never)],
  ['one part of a batch', 'GET /users/{id}', () => tenant.readiness(anna.id, never)],
  ['Exchange', 'Get-CASMailbox', () => tenant.readiness(anna.id, never)],
  ['a change in Exchange', 'Set-CASMailbox', () => switchOff()],
  ['the sign-in', 'POST /{tenant}/oauth2/v2.0/token', () => switchOff()],
] as const)('%s asks for five minutes: the job waits, no connection does', async (...row) => {
  const [, operation, act] = row;
  world.server.faults.push({ operation, action: { kind: 'throttle', retryAfter: '300' } });
  const startedMs = Date.now();
  const failure = await act().catch((error: unknown) => error);
  expect(Date.now() - startedMs).toBeLessThan(5_000);
  const event = eventOfError(failure, 'Provisioning', new Date());
  expect(event).toMatchObject({ type: 'waiting' });
  const until = event !== null && event !== 'again' && 'until' in event ? event.until : null;
  expect(until?.getTime()).toBeGreaterThan(startedMs + 295_000);
  expect(world.server.changes).toEqual([]);
});
