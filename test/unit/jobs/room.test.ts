import { expect, test } from 'vitest';
import {
  decideRoom,
  type RoomDecision,
  type RoomInput,
  sizeLimitOf,
} from '../../../src/jobs/room.ts';
import { mailboxFacts } from '../bot/support/views.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

const decide = (
  sizes: readonly number[],
  facts: Partial<RoomInput['facts']> = {},
  agreed: RoomInput['agreed'] = {},
): RoomDecision => {
  const whole = { ...mailboxFacts(), ...facts };
  const limit = sizeLimitOf(whole) ?? Number.POSITIVE_INFINITY;
  return decideRoom({
    source: {
      messages: sizes.length,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      largestBytes: Math.max(0, ...sizes),
    },
    large: sizes.filter((size) => size > limit),
    facts: whole,
    agreed,
  });
};
const asked = (decision: RoomDecision): unknown =>
  decision.kind === 'ask' ? decision.error : decision;

const GO_ON = { kind: 'go-on', limitBytes: null };

test('what fits goes on, to the last byte of the quota and of the limit', () => {
  expect(decide([])).toEqual(GO_ON);
  expect(decide([35 * MIB])).toEqual(GO_ON);
  expect(decide([30 * MIB], { quotaBytes: 40 * MIB, usedBytes: 10 * MIB })).toEqual(GO_ON);
});

test('what is in the mailbox already takes its room', () => {
  const facts = { quotaBytes: 40 * MIB, usedBytes: 10 * MIB + 1 };
  expect(asked(decide([30 * MIB], facts))).toMatchObject({
    code: 'tenant.mailbox-too-small',
    bytes: 1,
    sourceBytes: 30 * MIB,
    freeBytes: 30 * MIB - 1,
    quotaBytes: 40 * MIB,
  });
  expect(asked(decide([GIB], { quotaBytes: 2 * GIB, usedBytes: 3 * GIB }))).toMatchObject({
    freeBytes: 0,
    bytes: GIB,
  });
});

test('a mailbox without figures is empty, one without a quota has room for all', () => {
  expect(asked(decide([30 * MIB], { quotaBytes: 20 * MIB, usedBytes: null }))).toMatchObject({
    bytes: 10 * MIB,
  });
  expect(decide([30 * MIB], { quotaBytes: null })).toEqual(GO_ON);
});

test('an agreement holds for what it was given for, and for what arrives meanwhile', () => {
  const facts = { quotaBytes: 10 * MIB, usedBytes: 0 };
  expect(decide([20 * MIB], facts, { 'fill-mailbox': 10 * MIB })).toEqual(GO_ON);
  expect(decide([20 * MIB, MIB], facts, { 'fill-mailbox': 10 * MIB })).toEqual(GO_ON);
  expect(decide([25 * MIB], facts, { 'fill-mailbox': 10 * MIB }).kind).toBe('ask');
});

test('a limit is raised only for a message that needs it, and only as far as was agreed', () => {
  expect(asked(decide([35 * MIB + 1, 50 * MIB]))).toMatchObject({
    code: 'tenant.messages-too-large',
    messages: 2,
    largestBytes: 50 * MIB,
    limitBytes: 35 * MIB,
    bytes: 51 * MIB,
  });
  const agreed = { 'raise-limit': 51 * MIB };
  expect(decide([50 * MIB], {}, agreed)).toEqual({ kind: 'go-on', limitBytes: 51 * MIB });
  expect(asked(decide([60 * MIB], {}, agreed))).toMatchObject({ bytes: 61 * MIB });
  expect(decide([50 * MIB], {}, { 'leave-large': 51 * MIB })).toEqual(GO_ON);
  expect(decide([20 * MIB], {}, agreed)).toEqual(GO_ON);
});

test('what no licence lets in is asked about by nobody', () => {
  expect(decide([200 * MIB])).toEqual(GO_ON);
  expect(asked(decide([200 * MIB, 149.5 * MIB]))).toMatchObject({ messages: 1, bytes: 150 * MIB });
});

test('the lower of the two limits counts; none is none', () => {
  expect(sizeLimitOf({ maxReceiveBytes: 36, maxSendBytes: 35 })).toBe(35);
  expect(sizeLimitOf({ maxReceiveBytes: 36, maxSendBytes: null })).toBe(36);
  expect(sizeLimitOf({ maxReceiveBytes: null, maxSendBytes: null })).toBeNull();
});
