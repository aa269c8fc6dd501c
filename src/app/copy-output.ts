import { type Options, Presets, SingleBar } from 'cli-progress';
import { errorCodeOf, isAppError } from '../errors.ts';
import type { Tally } from '../jobs/api.ts';
import type { MappedFolder } from '../jobs/copy/folder-map.ts';
import type { CopyMailboxProgress } from '../jobs/copy-mailbox.ts';
import type { TargetTraits } from '../jobs/ports.ts';
import { problemOf } from '../jobs/problem.ts';
import { addTallies, type FolderTally } from '../jobs/tally.ts';
import { formatBytes, formatNoun, formatTimeLeft } from '../words/format.ts';
import { waitingText } from '../words/waiting.ts';
import { explain, folderReasonText, reasonText } from '../words/words.ts';
import { type CopyCounts, createCopyMeter } from './copy-meter.ts';

/** What `copy` shows of its work. */
export interface CopyOutput {
  started(pass: number): void;
  readonly progress: (event: CopyMailboxProgress) => void;
  /** One line of a dry run; a text instead of a count says why the folder does not open. */
  planned(folder: MappedFolder, messages: number | string): void;
  /** `target`: whether what a folder is for can be told apart from its name there. */
  finished(folders: readonly FolderTally[], target: TargetTraits['name']): void;
  failed(error: unknown): void;
}

/** Where it is shown: standard output and standard error. */
export interface CopyStreams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** NDJSON on stdout: one event a line, at most two progress lines a second. */
export function createJsonOutput({ stdout }: Pick<CopyStreams, 'stdout'>): CopyOutput {
  const line = (event: Record<string, unknown>): void => {
    stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`);
  };
  const meter = createCopyMeter(() => performance.now());
  const progress = (): void => {
    const { secondsLeft, ...counts } = meter.counts();
    line({ event: 'progress', ...counts, secondsLeft, endsAt: inSeconds(secondsLeft) });
  };
  const show = createShow(500, progress);
  return {
    started: (pass) => line({ event: 'started', pass }),
    progress(event) {
      show(meter.count(event));
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
    finished(folders, target) {
      progress();
      const rows = folders.map(({ sourcePath, targetPath, tally, problem, repaired }) => ({
        sourcePath,
        targetPath,
        problem,
        repaired,
        ...tally,
      }));
      line({
        event: 'finished',
        total: addTallies(folders.map((f) => f.tally)),
        ...(target === 'exchange-online' ? { folderClass: 'not checked' } : {}),
        folders: rows,
      });
    },
    failed: (error) => line({ event: 'failed', ...problemOf(error) }),
  };
}

const CLASS_NOT_CHECKED =
  'Folders: class not checked. IMAP cannot tell whether Outlook takes a folder for mail; look there once.';

/** A progress bar on stderr, the result in sentences on stdout. */
export function createTerminalOutput({ stdout, stderr }: CopyStreams): CopyOutput {
  const bar = new SingleBar(
    {
      format: '{bar} {percentage}% | {value}/{total} messages | {bytes}{rate}{left}{folder}',
      stream: stderr,
      hideCursor: true,
      clearOnComplete: true,
      noTTYOutput: false,
    } satisfies Options,
    Presets.shades_classic,
  );
  let running = false;
  let flags = 0;
  let moved = 0;
  const meter = createCopyMeter(() => performance.now());
  const show = createShow(200, () => {
    const counts = meter.counts();
    if (running) {
      bar.update(counts.messagesDone, barText(counts));
    }
  });
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
      const isNew = meter.count(event);
      if (event.kind === 'planned' && !running && event.messages > event.messagesSettled) {
        bar.start(event.messages, event.messagesSettled, barText(meter.counts()));
        running = true;
      }
      if (event.kind === 'updated') {
        flags += event.flags;
        moved += event.moved;
      }
      if (event.kind === 'waiting') {
        stop();
        say(waitingText(event.code, event.until, new Date()));
      }
      show(isNew);
    },
    planned: ({ sourcePath, targetPath, reason }, messages) =>
      say(
        `${sourcePath} → ${targetPath}: ${
          typeof messages === 'number' ? `${messages} messages` : `does not open (${messages})`
        }${reason === null ? '' : ` (${folderReasonText(reason)})`}`,
      ),
    finished(folders, target) {
      stop();
      say(sumLine(addTallies(folders.map(({ tally }) => tally))));
      if (flags + moved > 0) {
        say(`Brought up to date: flags of ${flags} messages, ${moved} moved.`);
      }
      for (const [code, count] of repairsOf(folders)) {
        say(`  changed in ${formatNoun(count, 'message', 'messages')}: ${reasonText(code)}`);
      }
      for (const { sourcePath, tally, problem } of folders) {
        for (const [reason, count] of Object.entries({ ...tally.skipped, ...tally.failed })) {
          say(`  ${sourcePath}: ${count} not copied: ${reasonText(reason)}`);
        }
        if (problem !== null) {
          say(`  ${sourcePath}: not opened: ${reasonText(problem)}`);
        }
      }
      if (target === 'exchange-online') {
        say(CLASS_NOT_CHECKED);
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

/** Changes that the target made necessary, of all folders, by code. Pure. */
function repairsOf(folders: readonly FolderTally[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [code, count] of folders.flatMap(({ repaired }) => Object.entries(repaired))) {
    sums.set(code, (sums.get(code) ?? 0) + count);
  }
  return sums;
}

function inSeconds(seconds: number | null): string | null {
  return seconds === null ? null : new Date(Date.now() + seconds * 1000).toISOString();
}

/** What stands behind the bar: `1.2 GB of 3.4 GB | 2 MB/s | about 20 min left | INBOX 12/405`. Pure. */
function barText(counts: CopyCounts): Readonly<Record<string, string>> {
  const { bytesDone, bytesTotal, bytesPerSecond, secondsLeft, folder } = counts;
  return {
    bytes: `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
    rate: bytesPerSecond === null ? '' : ` | ${formatBytes(bytesPerSecond)}/s`,
    left: secondsLeft === null ? '' : ` | ${formatTimeLeft(secondsLeft)}`,
    folder:
      folder === null
        ? ''
        : ` | ${printable(folder.path)} ${folder.messagesDone}/${folder.messagesTotal}`,
  };
}

/** A folder's name moves no cursor. */
function printable(name: string): string {
  return name.replaceAll(/\p{Cc}/gu, '?');
}

/** Shows the counts at most so often. */
function createShow(everyMs: number, show: () => void): (atOnce: boolean) => void {
  let shownMs = -Infinity;
  return (atOnce) => {
    const nowMs = performance.now();
    if (atOnce || nowMs - shownMs > everyMs) {
      shownMs = nowMs;
      show();
    }
  };
}
