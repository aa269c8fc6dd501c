/** Setup registers the pages: where people are sent back to, openid and profile, and nothing else of theirs. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlannedStep } from '../../../../src/graph/setup/plan.ts';
import type { SetupChoice } from '../../../../src/graph/setup/survey.ts';
import { createDirectWorld, type DirectWorld } from './direct-world.ts';

const REDIRECT = 'https://skybridge.example/sign-in/done';
const GRAPH = '00000003-0000-0000-c000-000000000000';
const OPENID = '37f7f235-527c-4136-accd-4a02d197296e';
const PROFILE = '14dad69e-099b-42c9-810b-d002981feec1';

let world: DirectWorld;
let choice: SetupChoice;
beforeEach(async () => {
  world = await createDirectWorld();
  choice = { ...world.choice, redirectUri: REDIRECT };
});
afterEach(() => world.close());

const signIn = (plan: readonly PlannedStep[]): PlannedStep | undefined =>
  plan.find(({ step }) => step.kind === 'sign-in');

test('with pages they are registered once; without, nobody can sign in to the app', async () => {
  expect(signIn(await world.plan())).toBeUndefined();
  expect(signIn(await world.plan(choice))).toMatchObject({ status: 'make' });
  await world.apply({ choice });
  const [registration] = world.directory.registrations;
  expect(registration).toMatchObject({
    web: { redirectUris: [REDIRECT] },
    requiredResourceAccess: [
      {
        resourceAppId: GRAPH,
        resourceAccess: [
          { id: OPENID, type: 'Scope' },
          { id: PROFILE, type: 'Scope' },
        ],
      },
    ],
  });
  expect(signIn(await world.plan(choice))).toMatchObject({ status: 'there' });
});

test('another address is added, and what somebody else registered stays', async () => {
  await world.apply({ choice });
  const [registration] = world.directory.registrations;
  Object.assign(registration ?? {}, {
    web: { redirectUris: ['https://other.example/done'] },
    requiredResourceAccess: [
      { resourceAppId: GRAPH, resourceAccess: [{ id: PROFILE, type: 'Scope' }] },
    ],
  });
  expect(signIn(await world.plan(choice))).toMatchObject({ status: 'change' });
  await world.apply({ choice });
  expect(registration).toMatchObject({
    web: { redirectUris: ['https://other.example/done', REDIRECT] },
    requiredResourceAccess: [
      {
        resourceAppId: GRAPH,
        resourceAccess: [
          { id: PROFILE, type: 'Scope' },
          { id: OPENID, type: 'Scope' },
        ],
      },
    ],
  });
});
