/**
 * The fidelity guard: the last look at a message before it is written. Exchange Online refuses, or
 * garbles, mail that other servers store; and it is known to leave a literal at an over-long line and
 * to read the rest as commands. What is sent to it holds no such line, no NUL and no bare CR or LF.
 */
import { isSeen } from './flags.ts';
import {
  disarmReceipts,
  isSoundHeader,
  MAX_REPAIRED_HEADER_BYTES,
  repairHeader,
} from './guard/header-repair.ts';
import { type Reencoding, reencodeLongLines } from './guard/reencode.ts';
import { cleanLineEnds, findLongLine, hasCleanLineEnds } from './guard/scan.ts';
import type { GuardLimits, GuardResult, RefusalCode, RepairCode } from './guard/types.ts';
import { splitMessage } from './headers.ts';

export type { GuardLimits, GuardResult } from './guard/types.ts';

/** Room for one encoded word with its frame and a field name. */
const SHORTEST_LIMIT = 256;

/**
 * Makes a message fit for its target, or says why that cannot be done without harm to it. A message
 * that needs nothing comes back as the same Buffer. Decoded content is never changed.
 */
export function guardMessage(
  bytes: Buffer,
  flags: readonly string[],
  limits: GuardLimits,
): GuardResult {
  const repairs = new Set<RepairCode>();
  const strict = limits.strictHeaders ? makeStrict(bytes, repairs) : bytes;
  if (strict === null) {
    return { kind: 'refused', reason: 'header-too-large' };
  }
  const disarmed = limits.disarmReceipts && isSeen(flags) ? disarm(strict, repairs) : strict;
  const { result, refusal } = keepLineLimit(disarmed, limits.maxLineBytes, repairs);
  if (refusal !== null) {
    return { kind: 'refused', reason: refusal };
  }
  if (limits.maxMessageBytes !== null && result.length > limits.maxMessageBytes) {
    return { kind: 'refused', reason: 'too-large' };
  }
  return { kind: 'ok', bytes: result, repairs: [...repairs] };
}

function makeStrict(bytes: Buffer, repairs: Set<RepairCode>): Buffer | null {
  const clean = cleanOctets(bytes, repairs);
  const { header, body } = splitMessage(clean);
  if (isSoundHeader(header.toString('latin1'))) {
    return clean;
  }
  return header.length > MAX_REPAIRED_HEADER_BYTES
    ? null
    : Buffer.concat([repairHeader(header, repairs), body]);
}

function cleanOctets(bytes: Buffer, repairs: Set<RepairCode>): Buffer {
  const hasNul = bytes.includes(0);
  const hasBareLineEnds = !hasCleanLineEnds(bytes);
  if (!hasNul && !hasBareLineEnds) {
    return bytes;
  }
  if (hasNul) {
    repairs.add('nul');
  }
  if (hasBareLineEnds) {
    repairs.add('line-endings');
  }
  return cleanLineEnds(bytes, splitMessage(bytes).header.length);
}

function disarm(bytes: Buffer, repairs: Set<RepairCode>): Buffer {
  const { header, body } = splitMessage(bytes);
  const disarmed = disarmReceipts(header, repairs);
  return disarmed === header ? bytes : Buffer.concat([disarmed, body]);
}

function keepLineLimit(
  bytes: Buffer,
  maxLineBytes: number | null,
  repairs: Set<RepairCode>,
): { result: Buffer; refusal: RefusalCode | null } {
  const limit = maxLineBytes === null ? null : Math.max(SHORTEST_LIMIT, maxLineBytes);
  if (limit === null || findLongLine(bytes, 0, limit) < 0) {
    return { result: bytes, refusal: null };
  }
  const walk: Reencoding = { maxLineBytes: limit, repairs, refusal: null };
  const result = reencodeLongLines(cleanOctets(bytes, repairs), walk);
  // Whatever the walk believes, no over-long line may leave: it could be read as commands.
  const isLeft = walk.refusal === null && findLongLine(result, 0, limit) >= 0;
  return { result, refusal: isLeft ? 'line-too-long' : walk.refusal };
}
