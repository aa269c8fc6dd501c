import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createJsonOutput, createTerminalOutput } from '../../../src/app/copy-output.ts';
import type { FolderTally } from '../../../src/jobs/tally.ts';

interface Screen {
  readonly stream: PassThrough;
  text(): string;
}

/** Takes what is written; as a terminal, where a bar is to be drawn. */
function screen(isTerminal = false): Screen {
  const parts: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => parts.push(chunk.toString()));
  return {
    stream: Object.assign(stream, isTerminal ? { isTTY: true, columns: 200 } : {}),
    text: () => parts.join(''),
  };
}

const PLANNED = {
  kind: 'planned',
  folders: 1,
  messages: 400,
  bytes: 3_400_000_000,
  messagesSettled: 100,
  bytesSettled: 1_000_000_000,
} as const;
const MESSAGE = {
  kind: 'message',
  folder: 'IN\u001b[2JBOX',
  sizeBytes: 5000,
  state: 'done',
} as const;

const TALLY: FolderTally = {
  folderId: 1,
  sourcePath: 'INBOX',
  targetPath: 'INBOX',
  reason: null,
  specialUse: 'inbox',
  problem: null,
  targetClass: null,
  messages: 3,
  listed: true,
  tally: {
    source: 3,
    copied: 2,
    alreadyThere: 0,
    skipped: {},
    failed: { 'imap.message-refused.virus': 1 },
    gone: 0,
    open: 0,
  },
  bytes: { total: 3, settled: 3 },
  repaired: { 'receipt-disarmed': 1, nul: 2 },
};

test('the bar shows messages, bytes, the folder, and no control character of its name', () => {
  const [stdout, stderr] = [screen(), screen(true)];
  const output = createTerminalOutput({ stdout: stdout.stream, stderr: stderr.stream });
  output.started(0);
  output.progress(PLANNED);
  output.progress({ kind: 'folder', path: MESSAGE.folder, open: 300 });
  output.progress(MESSAGE);
  output.progress(PLANNED);
  expect(stderr.text()).toContain('25% | 100/400 messages | 1 GB of 3.4 GB');
  output.finished([TALLY], 'exchange-online');
  expect(stderr.text()).not.toContain('\u001b[2JBOX');
  expect(stdout.text()).toBe(
    [
      'Copying the mailbox.',
      '3 messages = 2 copied + 0 already there + 0 skipped + 1 failed',
      '  changed in 1 message: a request for a read receipt was switched off, so that old mail is not answered again',
      '  changed in 2 messages: a character that no mail may hold was taken out',
      '  INBOX: 1 not copied: Exchange found a virus in it',
      'Folders: class not checked. IMAP cannot tell whether Outlook takes a folder for mail; look there once.',
      '',
    ].join('\n'),
  );
});

test('a pause is said with its end, and the bar is away meanwhile', () => {
  const [stdout, stderr] = [screen(), screen(true)];
  const output = createTerminalOutput({ stdout: stdout.stream, stderr: stderr.stream });
  output.progress(PLANNED);
  const until = new Date(Date.now() + 3_600_000);
  output.progress({ kind: 'waiting', until, code: 'imap.throttled' });
  const drawn = stderr.text();
  output.progress({ kind: 'message', folder: 'INBOX', sizeBytes: 1, state: 'done' });
  expect(stderr.text()).toBe(drawn);
  expect(stdout.text()).toMatch(/throttled until \d\d:\d\d\.\n$/);
  output.progress(PLANNED);
  expect(stderr.text().length).toBeGreaterThan(drawn.length);
  output.finished([], 'generic');
});

test('NDJSON: each line an event, with the pace, the end and the folder', () => {
  const stdout = screen();
  const output = createJsonOutput({ stdout: stdout.stream });
  output.started(1);
  output.progress(PLANNED);
  output.progress({ kind: 'folder', path: 'INBOX', open: 300 });
  output.progress({ kind: 'message', folder: 'INBOX', sizeBytes: 5000, state: 'done' });
  output.progress({ kind: 'updated', flags: 2, moved: 0 });
  output.progress({ kind: 'waiting', until: new Date(0), code: 'imap.throttled' });
  output.finished([TALLY], 'exchange-online');
  const lines = stdout
    .text()
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
  expect(lines.map(({ event }) => event)).toEqual([
    'started',
    'progress',
    'folder',
    'updated',
    'waiting',
    'progress',
    'finished',
  ]);
  expect(Object.keys(lines[1] ?? {})).toEqual([
    'at',
    'event',
    'messagesDone',
    'messagesTotal',
    'bytesDone',
    'bytesTotal',
    'folder',
    'bytesPerSecond',
    'messagesPerSecond',
    'secondsLeft',
    'endsAt',
  ]);
  expect(lines[5]).toMatchObject({
    messagesDone: 101,
    folder: { path: 'INBOX', messagesDone: 1, messagesTotal: 300 },
  });
  expect(lines[6]).toMatchObject({
    folderClass: 'not checked',
    folders: [{ repaired: { nul: 2 } }],
  });
});
