import { expect, test } from 'vitest';
import { planCard } from '../../../src/bot/cards/people.ts';
import { findObstacle } from '../../../src/jobs/plan.ts';
import type { PersonReadiness } from '../../../src/jobs/ports.ts';
import { movePlan } from '../bot/support/views.ts';

const { readiness } = movePlan();

/** The readiness of the sample plan, with another licence. */
const withLicence = (changes: Partial<NonNullable<PersonReadiness['licence']>>): PersonReadiness =>
  readiness.licence === null
    ? readiness
    : { ...readiness, licence: { ...readiness.licence, ...changes } };

test('a seat that is not there keeps somebody from a mailbox, unless none is needed', () => {
  expect(findObstacle(withLicence({ freeSeats: 1 }))).toBeNull();
  expect(findObstacle(withLicence({ freeSeats: 0 }))).toMatchObject({
    code: 'tenant.no-free-licence',
  });
  expect(findObstacle(withLicence({ freeSeats: 0, needsSeat: false }))).toBeNull();
});

test('the card says whether a licence costs a seat', () => {
  const shown = (changes: Partial<NonNullable<PersonReadiness['licence']>>): string =>
    JSON.stringify(planCard(movePlan({ readiness: withLicence(changes) }), null));
  expect(shown({})).toContain('Assign Business Basic (41 → 40 free).');
  expect(shown({ needsSeat: false })).toContain(
    'Switch Exchange Online on in Business Basic (no further seat).',
  );
});
