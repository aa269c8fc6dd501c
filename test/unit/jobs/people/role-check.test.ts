import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../../src/clock.ts';
import type { PersonRole } from '../../../../src/jobs/api.ts';
import { createRoleCheck, decideRole } from '../../../../src/jobs/people/role-check.ts';
import type { DirectoryStanding } from '../../../../src/jobs/ports.ts';

const ADMINS = '00000000-0000-4000-8000-00000000000A';
const HELPDESK = '00000000-0000-4000-8000-00000000000b';
const never = new AbortController().signal;

/** `role pim admins helpdesk`: what holds. */
function standing(words: string): DirectoryStanding {
  const has = (word: string): boolean => words.split(' ').includes(word);
  return {
    holdsAdminRole: has('role'),
    couldActivate: has('pim'),
    groupIds: [
      ...(has('admins') ? [ADMINS.toLowerCase()] : []),
      ...(has('helpdesk') ? [HELPDESK] : []),
    ],
  };
}

test.each([
  ['role', 'none', 'admin'],
  ['role', 'admins', 'none group'],
  ['role admins', 'admins', 'admin'],
  ['admins', 'admins', 'none role'],
  ['pim admins', 'admins', 'none activation'],
  ['pim', 'admins', 'none group'],
  ['', 'none', 'none role'],
  ['pim', 'none', 'none activation'],
  ['helpdesk', 'helpdesk', 'helpdesk role'],
  ['helpdesk', 'none', 'none role'],
  ['helpdesk role', 'admins helpdesk', 'helpdesk group'],
  ['helpdesk role admins', 'admins helpdesk', 'admin'],
  ['helpdesk role', 'helpdesk', 'admin'],
])('%j with the groups %j configured is %j', (words, configured, expected) => {
  const groups = {
    adminGroupId: configured.includes('admins') ? ADMINS : null,
    helpdeskGroupId: configured.includes('helpdesk') ? HELPDESK : null,
  };
  const { role, lacks } = decideRole(standing(words), groups);
  expect([role, lacks].filter((word) => word !== null).join(' ')).toBe(expected);
});

interface Check {
  readonly asked: string[];
  nowMs: number;
  /** What holds; an error where the directory does not answer. */
  holds: string | Error;
  role(personId?: string): Promise<PersonRole['role']>;
}

function createCheck(): Check {
  const check: Check = {
    asked: [],
    nowMs: 1000,
    holds: 'role',
    role: async (personId = 'anna') => (await roleOf(personId, never)).role,
  };
  const clock: Clock = { ...systemClock, monotonicMs: () => check.nowMs };
  const roleOf = createRoleCheck({
    clock,
    groups: { adminGroupId: null, helpdeskGroupId: HELPDESK },
    tenant: {
      standingOf: async (personId) => {
        check.asked.push(personId);
        if (typeof check.holds !== 'string') {
          throw check.holds;
        }
        return standing(check.holds);
      },
    },
  });
  return check;
}

test.each([
  ['role', 'admin'],
  ['', 'none'],
])('%j is known for a minute and no more', async (holds, expected) => {
  const check = createCheck();
  check.holds = holds;
  expect(await check.role()).toBe(expected);
  check.holds = holds === '' ? 'role' : '';
  check.nowMs += 59_999;
  expect(await check.role()).toBe(expected);
  await check.role('ben');
  check.nowMs += 1;
  expect(await check.role()).not.toBe(expected);
  expect(check.asked).toEqual(['anna', 'ben', 'anna']);
});

test('after an error nothing older counts, and the next question is asked at once', async () => {
  const check = createCheck();
  await check.role();
  check.nowMs += 60_000;
  check.holds = new Error('The directory does not answer.');
  await expect(check.role()).rejects.toThrow('does not answer');
  await expect(check.role()).rejects.toThrow('does not answer');
  check.holds = '';
  expect(await check.role()).toBe('none');
  expect(check.asked).toHaveLength(4);
});
