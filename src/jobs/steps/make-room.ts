import { isAppError } from '../../errors.ts';
import { folderProblemOf } from '../copy/folder-problem.ts';
import type { MigrationRow } from '../db/migration-store.ts';
import type { MigrationEvent } from '../migration/state.ts';
import type { MailboxFacts, MailSource } from '../ports.ts';
import { problemOf } from '../problem.ts';
import { decideRoom, type MailboxUse, type SourceSize, sizeLimitOf } from '../room.ts';
import { changeSetting, personOf } from './change-setting.ts';
import type { StepDeps } from './deps.ts';

/**
 * Before the first message is written: holds the retention policy off, and the account against the
 * mailbox's quota and size limits. Returns the question that an admin must answer first, or null.
 */
export async function makeRoom(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent | null> {
  const facts = await deps.tenant.inspectMailbox(personOf(row), signal);
  if (facts.retentionPolicy !== null) {
    await changeSetting(deps, row, { setting: 'retention-hold', value: 'on' }, signal);
  }
  const { size, large } = await deps.sessions.use(
    row,
    ({ source }) => measureSource(source, sizeLimitOf(facts), signal),
    signal,
  );
  await deps.store.saveRoom(row.id, { source: size, before: useOf(facts), after: null });
  const decision = decideRoom({ source: size, large, facts, agreed: row.agreed ?? {} });
  if (decision.kind === 'ask') {
    return { type: 'blocked', problem: problemOf(decision.error) };
  }
  if (decision.limitBytes !== null) {
    await raiseLimits(deps, row, { facts, limitBytes: decision.limitBytes }, signal);
  }
  return null;
}

/** Quota and use after everything was copied; a tenant that does not say so keeps no move from its end. */
export async function noteRoomAfter(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<void> {
  if (row.room === null) {
    return;
  }
  try {
    const facts = await deps.tenant.inspectMailbox(personOf(row), signal);
    await deps.store.saveRoom(row.id, { ...row.room, after: useOf(facts) });
  } catch (error) {
    if (!isAppError(error)) {
      throw error;
    }
    deps.logger.warn({ code: error.code }, 'mailbox use not read');
  }
}

function useOf({ quotaBytes, usedBytes, items }: MailboxFacts): MailboxUse {
  return { quotaBytes, usedBytes, items };
}

interface Raise {
  readonly facts: MailboxFacts;
  readonly limitBytes: number;
}

/** Only upwards, and only those of the two limits that are too low. */
async function raiseLimits(
  deps: StepDeps,
  row: MigrationRow,
  { facts, limitBytes }: Raise,
  signal: AbortSignal,
): Promise<void> {
  const value = String(limitBytes);
  if (facts.maxReceiveBytes !== null && facts.maxReceiveBytes < limitBytes) {
    await changeSetting(deps, row, { setting: 'receive-limit', value }, signal);
  }
  if (facts.maxSendBytes !== null && facts.maxSendBytes < limitBytes) {
    await changeSetting(deps, row, { setting: 'send-limit', value }, signal);
  }
}

/** Adds up the sizes of all messages as the source lists them; those over `limitBytes` are named. */
async function measureSource(
  source: MailSource,
  limitBytes: number | null,
  signal: AbortSignal,
): Promise<{ readonly size: SourceSize; readonly large: readonly number[] }> {
  const folders = (await source.listFolders(signal)).filter(({ selectable }) => selectable);
  const asked = folders.map(({ path }) => ({ path, known: null }));
  const size = { messages: 0, bytes: 0, largestBytes: 0 };
  const large: number[] = [];
  for await (const surveyed of source.surveyFolders(asked, signal)) {
    if ('error' in surveyed) {
      forgive(surveyed.error);
      continue;
    }
    for (const { sizeBytes } of surveyed.messages ?? []) {
      size.messages += 1;
      size.bytes += sizeBytes;
      size.largestBytes = Math.max(size.largestBytes, sizeBytes);
      if (limitBytes !== null && sizeBytes > limitBytes) {
        large.push(sizeBytes);
      }
    }
  }
  return { size, large };
}

/** A folder that does not open is named by the copy; anything wider ends the look. */
function forgive(error: unknown): void {
  if (folderProblemOf(error, false) === null) {
    throw error;
  }
}
