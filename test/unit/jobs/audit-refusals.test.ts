import { beforeEach, expect, test } from 'vitest';
import type { SkybridgeApi } from '../../../src/jobs/api.ts';
import { auditRefusals } from '../../../src/jobs/audit-refusals.ts';
import { createFakeApi, type FakeApi } from '../bot/support/fake-api.ts';
import { ALEX } from '../bot/support/views.ts';

const actor = { personId: ALEX.id, tenantId: 'tenant-1' };
const signal = AbortSignal.timeout(10_000);
const ID = 'migration-1';
let fake: FakeApi;
let api: SkybridgeApi;

beforeEach(() => {
  fake = createFakeApi();
  fake.set({ state: 'WaitingForUser' });
  api = auditRefusals(fake);
});

/** Each does nothing in the state that the test puts the move into. */
const STALE: readonly (readonly [action: string, press: () => Promise<unknown>])[] = [
  ['migration.approve-pilot', () => api.act(ID, 'approve-pilot', actor)],
  ['migration.agree', () => api.agree(ID, { choice: 'raise-limit', bytes: 1 }, actor)],
  ['person.decline', () => api.declineMove(ID, actor)],
  [
    'credential.submit',
    () => api.submitCredential({ migrationId: ID, actor, sourceAddress: 'a', sealed: 's' }),
  ],
  ['move.start', () => api.startBatch({ planHash: 'an older plan', actor }, signal)],
  ['people.create', () => api.createPeople({ planHash: 'an older plan', actor }, signal)],
];

test.for(STALE)('a stale %s is in the audit as refused', async ([action, press]) => {
  fake.set({ state: 'Completed' });
  await press();
  expect(fake.audits).toMatchObject([{ actor, action, outcome: 'refused' }]);
});

test('a token that was used, or is of somebody else, is in the audit', async () => {
  const binding = { ...actor, subject: ID };
  const nonce = await api.conversations.issueNonce({ ...binding, expiresAt: new Date() });
  expect(await api.conversations.takeNonce(nonce, binding)).toBe(true);
  expect(fake.audits).toEqual([]);
  expect(await api.conversations.takeNonce(nonce, binding)).toBe(false);
  expect(fake.audits).toMatchObject([{ action: 'credential.submit', subject: ID }]);
});

test('what is done is not noted as refused', async () => {
  await api.act(ID, 'cancel', actor);
  await api.startBatch({ planHash: fake.plan.hash, actor }, signal);
  expect(fake.audits.filter(({ action }) => action !== 'move.start')).toEqual([]);
});
