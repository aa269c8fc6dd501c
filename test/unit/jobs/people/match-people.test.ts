import { expect, test } from 'vitest';
import {
  type Known,
  type LineVerdict,
  matchPerson,
} from '../../../../src/jobs/people/match-people.ts';
import type { PersonKind } from '../../../../src/jobs/ports.ts';
import { movePlan } from '../../bot/support/views.ts';

const { readiness } = movePlan();

const found = (id: string, is: PersonKind): Known => ({
  kind: 'found',
  is,
  readiness: { ...readiness, person: { ...readiness.person, id } },
});

const KNOWN = new Map<string, Known>([
  ['anna@contoso.example', found('anna', 'member')],
  ['sync@contoso.example', found('sync', 'directory-synced')],
  ['info@contoso.example', found('info', 'shared-mailbox')],
  ['room@contoso.example', found('room', 'resource-mailbox')],
  ['guest@fjord.example', found('guest', 'guest')],
  ['left@contoso.example', found('left', 'disabled-account')],
  ['both@contoso.example', { kind: 'several' }],
  ['new@Contoso.example', { kind: 'nobody' }],
  ['new@fjord.example', { kind: 'nobody' }],
  ['deleted', { kind: 'unknown' }],
  ['odd@contoso.example', { kind: 'failed', problem: { code: 'graph.throttled', facts: {} } }],
]);

const known = (named: string): Known => KNOWN.get(named) ?? { kind: 'unknown' };

/** `move anna by anna`, `create`, or why not. */
function wordsFor(verdict: LineVerdict): string {
  if (verdict.kind === 'move') {
    const { target, submitter } = verdict;
    return `move ${target.readiness.person.id} by ${submitter.readiness.person.id}`;
  }
  return verdict.kind === 'create' ? 'create' : verdict.why;
}

test.each([
  ['anna@contoso.example', null, 'move anna by anna'],
  ['sync@contoso.example', null, 'move sync by sync'],
  ['info@contoso.example', 'anna@contoso.example', 'move info by anna'],
  ['left@contoso.example', 'sync@contoso.example', 'move left by sync'],
  ['info@contoso.example', null, 'submitter-missing'],
  ['info@contoso.example', 'guest@fjord.example', 'submitter-unfit'],
  ['info@contoso.example', 'new@fjord.example', 'submitter-unfit'],
  ['info@contoso.example', 'odd@contoso.example', 'failed'],
  ['room@contoso.example', 'anna@contoso.example', 'resource-mailbox'],
  ['guest@fjord.example', null, 'guest'],
  ['left@contoso.example', null, 'disabled-account'],
  ['both@contoso.example', null, 'several'],
  ['new@Contoso.example', null, 'create'],
  ['new@fjord.example', null, 'nobody'],
  ['deleted', null, 'nobody'],
  ['odd@contoso.example', null, 'failed'],
])('%s, submitted by %s: %s', (named, submitter, expected) => {
  const wanted = {
    named,
    target: known(named),
    submitter: submitter === null ? null : known(submitter),
  };
  expect(wordsFor(matchPerson(wanted, ['contoso.example']))).toBe(expected);
});
