import { expect, test } from 'vitest';
import { planCard } from '../../../src/bot/cards/people.ts';
import type { AdminRule } from '../../../src/jobs/copy/skip-rules.ts';
import { hashPlan } from '../../../src/jobs/people/plan-hash.ts';
import { findObstacle, noteFacts, planChanges } from '../../../src/jobs/plan.ts';
import type { PersonReadiness } from '../../../src/jobs/ports.ts';
import { batchPlan, mailboxFacts, movePlan } from '../bot/support/views.ts';

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

/** Somebody whose mailbox is there, as `facts` say. */
const settled = (
  facts: Parameters<typeof mailboxFacts>[0] = {},
  changes: Partial<PersonReadiness> = {},
): PersonReadiness => ({
  ...readiness,
  mailbox: 'ready',
  licence: null,
  imapEnabled: false,
  accessGranted: false,
  mailboxFacts: mailboxFacts(facts),
  ...changes,
});

test('the plan counts each change, and leaves out what is so already', () => {
  expect(planChanges(readiness)).toEqual([
    { what: 'licence', before: 'none', after: readiness.licence?.skuId },
    { what: 'imap', before: null, after: 'on' },
    { what: 'mailbox-access', before: null, after: 'FullAccess' },
    { what: 'retention-hold', before: null, after: 'on' },
  ]);
  expect(planChanges(settled())).toEqual([
    { what: 'imap', before: 'off', after: 'on' },
    { what: 'mailbox-access', before: 'none', after: 'FullAccess' },
    { what: 'retention-hold', before: 'off', after: 'on' },
  ]);
  const done = settled({ retentionHold: true }, { imapEnabled: true, accessGranted: true });
  expect(planChanges(done)).toEqual([]);
  const unheld = settled({ retentionPolicy: null }, { imapEnabled: true, accessGranted: true });
  expect(planChanges(unheld)).toEqual([]);
});

test('what a move leaves as it is is noticed; what may cost mail is a warning', () => {
  const notes = noteFacts(
    mailboxFacts({ purviewDeletes: 2, litigationHold: true, archive: true, imapPasswords: false }),
  );
  expect(notes.map(({ code, warns }) => `${code}${warns ? '!' : ''}`)).toEqual([
    'purview-deletes!',
    'litigation-hold',
    'archive',
    'imap-passwords-off',
    'smtp-auth-off',
    'purview-unseen',
  ]);
});

test('another plan has another hash; mail that arrives meanwhile makes no other plan', () => {
  const hashOf = (person: PersonReadiness, rules: readonly AdminRule[] = []): string => {
    const changes = planChanges(person);
    const notes = noteFacts(person.mailboxFacts);
    const moves = batchPlan().moves.map((move) => ({ ...move, readiness: person, changes, notes }));
    return hashPlan({ moves, obstacle: null, rules }, 'imap.mail.me.com');
  };
  const hash = hashOf(settled());
  expect(hashOf(settled({ usedBytes: 5, items: 1 }))).toBe(hash);
  expect(hashOf(settled(), [{ kind: 'deleted' }])).not.toBe(hash);
  const others = [
    settled({ retentionHold: true }),
    settled({ retentionPolicy: null }),
    settled({ purviewDeletes: 1 }),
    settled({ litigationHold: true }),
    settled({}, { imapEnabled: true }),
    settled({}, { accessGranted: true }),
    settled({}, { licence: readiness.licence }),
  ].map((person) => hashOf(person));
  expect(new Set([hash, ...others]).size).toBe(others.length + 1);
});
