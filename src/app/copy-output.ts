import { stderr, stdout } from 'node:process';
import { type Options, Presets, SingleBar } from 'cli-progress';
import { errorCodeOf, isAppError } from '../errors.ts';
import type { Tally } from '../jobs/api.ts';
import type { MappedFolder } from '../jobs/copy/folder-map.ts';
import type { CopyMailboxProgress } from '../jobs/copy-mailbox.ts';
import { problemOf } from '../jobs/problem.ts';
import { addTallies, type FolderTally } from '../jobs/tally.ts';
import { formatBytes } from '../words/format.ts';
import { waitingText } from '../words/waiting.ts';
import { explain, folderReasonText, reasonText } from '../words/words.ts';

/** What `copy` shows of its work. */
export interface CopyOutput {
  started(pass: number): void;
  readonly progress: (event: CopyMailboxProgress) => void;
  /** One line of a dry run; a text instead of a count says why the folder does not open. */
  planned(folder: MappedFolder, messages: number | string): void;
  finished(folders: readonly FolderTally[]): void;
  failed(error: unknown): void;
}

/** NDJSON on stdout: one event a line, at most two progress lines a second. */
export function createJsonOutput(): CopyOutput {
  const line = (event: Record<string, unknown>): void => {
    stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`);
  };
  const meter = createMeter(500, (counts) => line({ event: 'progress', ...counts }));
  return {
    started: (pass) => line({ event: 'started', pass }),
    progress(event) {
      meter.count(event);
      if (event.kind === 'folder') {
        line({ event: 'folder', path: event.path, open: event.open });
      }
      if (event.kind === 'updated' && event.flags + event.moved > 0) {
        line({ event: 'updated', flags: event.flags, moved: event.moved });
      }
      if (event.kind === 'waiting') {
        line({ event: 'waiting', until: event.until.toISOString(), code: event.code });
      }
    },
    planned: ({ sourcePath, targetPath, reason }, messages) =>
      line({ event: 'planned', sourcePath, targetPath, reason, messages }),
    finished(folders) {
      const rows = folders.map(({ sourcePath, targetPath, tally, problem, repaired }) => ({
        sourcePath,
        targetPath,
        problem,
        repaired,
        ...tally,
      }));
      line({ event: 'finished', total: addTallies(folders.map((f) => f.tally)), folders: rows });
    },
    failed: (error) => line({ event: 'failed', ...problemOf(error) }),
  };
}

/** A progress bar on stderr, the result in sentences on stdout. */
export function createTerminalOutput(): CopyOutput {
  const bar = new SingleBar(
    {
      format: '{bar} {percentage}% | {value}/{total} messages | {bytes} | {folder}',
      stream: stderr,
      hideCursor: true,
      clearOnComplete: true,
      noTTYOutput: false,
    } satisfies Options,
    Presets.shades_classic,
  );
  let running = false;
  let current = '';
  let flags = 0;
  let moved = 0;
  const meter = createMeter(200, ({ messagesDone, bytesDone }) =>
    bar.update(messagesDone, { folder: current, bytes: formatBytes(bytesDone) }),
  );
  const stop = (): void => {
    if (running) {
      bar.stop();
      running = false;
    }
  };
  const say = (text: string): void => {
    stdout.write(`${text}\n`);
  };
  return {
    started: (pass) =>
      say(pass === 0 ? 'Copying the mailbox.' : 'Copying what is new since the last run.'),
    progress(event) {
      if (event.kind === 'planned' && !running && event.messages > event.messagesSettled) {
        bar.start(event.messages, event.messagesSettled, { folder: current, bytes: '' });
        running = true;
      }
      if (event.kind === 'folder') {
        current = event.path;
      }
      if (event.kind === 'updated') {
        flags += event.flags;
        moved += event.moved;
      }
      if (event.kind === 'waiting') {
        stop();
        say(waitingText(event.code, event.until, new Date()));
      }
      meter.count(event);
    },
    planned: ({ sourcePath, targetPath, reason }, messages) =>
      say(
        `${sourcePath} → ${targetPath}: ${
          typeof messages === 'number' ? `${messages} messages` : `does not open (${messages})`
        }${reason === null ? '' : ` (${folderReasonText(reason)})`}`,
      ),
    finished(folders) {
      stop();
      say(sumLine(addTallies(folders.map(({ tally }) => tally))));
      if (flags + moved > 0) {
        say(`Brought up to date: flags of ${flags} messages, ${moved} moved.`);
      }
      for (const { sourcePath, tally, problem } of folders) {
        for (const [reason, count] of Object.entries({ ...tally.skipped, ...tally.failed })) {
          say(`  ${sourcePath}: ${count} not copied: ${reasonText(reason)}`);
        }
        if (problem !== null) {
          say(`  ${sourcePath}: not opened: ${reasonText(problem)}`);
        }
      }
    },
    failed(error) {
      stop();
      const problem = problemOf(error);
      const { what, doNext } = explain(problem);
      const { folder } = problem.facts;
      stderr.write(`${what} ${doNext}\n${folder === undefined ? '' : `Folder: ${folder}\n`}`);
      if (!isAppError(error)) {
        stderr.write(`${errorCodeOf(error)}: ${error instanceof Error ? error.stack : ''}\n`);
      }
    },
  };
}

/** `412 = 405 copied + 0 already there + 5 skipped + 2 failed`. Pure. */
function sumLine(tally: Tally): string {
  const sum = (reasons: Readonly<Record<string, number>>): number =>
    Object.values(reasons).reduce((total, count) => total + count, 0);
  const parts = [
    `${tally.copied} copied`,
    `${tally.alreadyThere} already there`,
    `${sum(tally.skipped)} skipped`,
    `${sum(tally.failed)} failed`,
    ...(tally.gone > 0 ? [`${tally.gone} deleted meanwhile`] : []),
    ...(tally.open > 0 ? [`${tally.open} still open`] : []),
  ];
  return `${tally.source} messages = ${parts.join(' + ')}`;
}

interface Counts {
  readonly messagesDone: number;
  readonly messagesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

const SETTLED = new Set(['done', 'adopted', 'failed', 'skipped', 'gone']);

/** Adds events up and shows them now and then. */
function createMeter(
  everyMs: number,
  show: (counts: Counts) => void,
): { count(event: CopyMailboxProgress): void } {
  let counts: Counts = { messagesDone: 0, messagesTotal: 0, bytesDone: 0, bytesTotal: 0 };
  let shownMs = 0;
  return {
    count(event) {
      if (event.kind === 'planned') {
        counts = {
          messagesDone: event.messagesSettled,
          messagesTotal: event.messages,
          bytesDone: event.bytesSettled,
          bytesTotal: event.bytes,
        };
      }
      if (event.kind === 'message' && SETTLED.has(event.state)) {
        counts = {
          ...counts,
          messagesDone: counts.messagesDone + 1,
          bytesDone: counts.bytesDone + event.sizeBytes,
        };
      }
      const nowMs = performance.now();
      if (nowMs - shownMs > everyMs || event.kind === 'planned') {
        shownMs = nowMs;
        show(counts);
      }
    },
  };
}
