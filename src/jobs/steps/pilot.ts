import type { PilotResult } from '../api.ts';
import { folderProblemOf } from '../copy/folder-problem.ts';
import { discoverFolders } from '../copy/list-folders.ts';
import { rankPilots } from '../copy/pilot-order.ts';
import { countRuledOut } from '../copy/skip-rules.ts';
import type { MigrationRow } from '../db/migration-store.ts';
import type { FolderRow } from '../ledger.ts';
import type { MigrationEvent } from '../migration/state.ts';
import type { MailSource } from '../ports.ts';
import type { FolderTally } from '../tally.ts';
import { rowsToOpen, verifyContent, verifyListing } from '../verify/verify-folder.ts';
import { copyDeps, runSlice } from './copy-slice.ts';
import type { StepDeps } from './deps.ts';
import { makeRoom } from './make-room.ts';

/** Piloting: one folder is copied and compared in depth, for the admin to look at before all the rest. */
export async function runPilot(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  const known = await deps.ledger.folders(row.id);
  const chosen = known.find(({ sourcePath }) => sourcePath === row.pilotFolder);
  const begun = known.find(({ passListed }) => passListed >= 0);
  const question = begun === undefined ? await makeRoom(deps, row, signal) : null;
  if (question !== null) {
    return question;
  }
  // The folder that an admin chose, else the one that a pilot was begun with, stays the pilot.
  const folder = chosen ?? begun ?? (await pilotFolder(deps, row, signal));
  const result = await runSlice(deps, row, { onlyFolders: [folder.sourcePath] }, signal);
  if (result.kind === 'yielded') {
    return { type: 'slice-ended', resumeAt: result.resumeAt };
  }
  const tally = (await deps.tallies(row.id)).find(({ folderId }) => folderId === folder.id);
  await deps.store.savePilot(row.id, await comparePilot(deps, row, { folder, tally }, signal));
  return { type: 'pilot-finished' };
}

/** The mapping is made, counted and saved. */
async function pilotFolder(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<FolderRow> {
  const turn = await deps.ledger.takeTurn(row.id);
  const counted = await deps.sessions.use(
    row,
    async (session) => {
      const copy = copyDeps(deps, session);
      const folders = await discoverFolders(copy, { turn, onlyFolders: null }, signal);
      const found = await countFolders(session.source, folders, signal);
      for (const { id, exists, problem } of found) {
        await (problem === null
          ? deps.ledger.noteCount(turn, id, exists ?? 0)
          : deps.ledger.markFolderProblem(turn, id, problem));
      }
      return found;
    },
    signal,
  );
  const chosen = choosePilot(counted);
  if (chosen === null) {
    throw new TypeError('A mailbox without a folder cannot be.');
  }
  return chosen;
}

interface CountedFolder extends FolderRow {
  /** Null for a folder that does not open. */
  readonly exists: number | null;
}

async function countFolders(
  source: MailSource,
  folders: readonly FolderRow[],
  signal: AbortSignal,
): Promise<readonly CountedFolder[]> {
  const counted: CountedFolder[] = [];
  for (const folder of folders) {
    counted.push({ ...folder, ...(await existsIn(source, folder, signal)) });
  }
  return counted;
}

async function existsIn(
  source: MailSource,
  folder: FolderRow,
  signal: AbortSignal,
): Promise<Pick<CountedFolder, 'exists' | 'problem'>> {
  try {
    return { exists: (await source.openFolder(folder.sourcePath, signal)).exists, problem: null };
  } catch (error) {
    const problem = folderProblemOf(error, false);
    if (problem === null) {
      throw error;
    }
    return { exists: null, problem };
  }
}

/** Folders by how well they serve as a pilot: see `pilotOrder`; only those that open. Pure. */
export function choosePilot<T extends Pick<CountedFolder, 'exists' | 'specialUse'>>(
  folders: readonly T[],
): T | null {
  const opening = folders.filter((folder) => folder.exists !== null);
  const counted = opening.map((folder) => ({
    folder,
    messages: folder.exists ?? 0,
    isSent: folder.specialUse === 'sent',
    isInbox: folder.specialUse === 'inbox',
  }));
  return rankPilots(counted)[0]?.folder ?? null;
}

interface PilotContext {
  readonly folder: FolderRow;
  readonly tally: FolderTally | undefined;
}

async function comparePilot(
  deps: StepDeps,
  row: MigrationRow,
  { folder, tally }: PilotContext,
  signal: AbortSignal,
): Promise<PilotResult> {
  return deps.sessions.use(
    row,
    async ({ source, target }) => {
      const { comparison, rows } = await verifyListing(
        { ledger: deps.ledger, target, now: deps.clock.now() },
        folder,
        signal,
      );
      const content = await deps.sessions.readTarget(
        row.targetMailbox,
        (reader) => verifyContent({ source, reader }, folder, rowsToOpen(rows, comparison), signal),
        signal,
      );
      return {
        sourcePath: folder.sourcePath,
        targetPath: folder.targetPath,
        messages: {
          source: tally === undefined ? 0 : tally.tally.source - countRuledOut(tally.tally.skipped),
          target: comparison.messages.found,
        },
        dates: comparison.dates,
        flags: comparison.flags,
        attachments: content.attachments,
        repaired: tally?.repaired ?? {},
        failed: tally?.tally.failed ?? {},
      };
    },
    signal,
  );
}
