import type { FolderRow } from '../ledger.ts';
import type { CopyDeps, CopyInput } from './deps.ts';

/**
 * Looks once whether the target gives X-Skybridge-Id back, on a message that was just written. Only
 * then does an empty look for a stamp prove that a message is not there.
 */
export async function proveStamp(
  deps: CopyDeps,
  input: CopyInput,
  folder: FolderRow,
  signal: AbortSignal,
): Promise<CopyInput> {
  if (input.stampProven || !deps.traits.stamps) {
    return input;
  }
  const written = await deps.ledger.newestDone(folder.id);
  if (written === null) {
    return input;
  }
  const seen = await deps.target.look(folder.targetPath, written.targetUid, signal);
  const proven = seen.some((message) => message.stamp === String(written.id));
  deps.logger.info({ proven }, 'looked whether the target gives the stamp back');
  if (!proven) {
    return input;
  }
  await deps.ledger.setStampProven(input.turn);
  return { ...input, stampProven: true };
}
