/** Who copies: the project, mbsync, and the pump; each as a command line. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RENAMED_FOLDERS } from '../corpus/folders.ts';
import type { LinkEnd } from '../link/link-process.ts';
import type { PumpInput } from '../pump/pump.ts';
import type { MeasureInput } from './measure-process.ts';

/** `project-exchange` is the project with its profile for Exchange Online. */
export type Contender = 'pump' | 'project' | 'project-exchange' | 'mbsync';

/** One copy that somebody has to make. */
export interface CopyTask {
  readonly ports: Readonly<Record<LinkEnd, number>>;
  readonly users: Readonly<Record<LinkEnd, string>>;
  readonly passwords: Readonly<Record<LinkEnd, string>>;
  readonly connections: number;
  /** Private to the contender and the target user; a rerun finds what the first run left. */
  readonly workDirectory: string;
  /** The project's, for all of its runs. */
  readonly dataDirectory: string;
  /** Where Node.js keeps the pump compiled. */
  readonly cacheDirectory: string;
}

type Command = Pick<MeasureInput, 'command' | 'environment'>;

const ROOT = path.join(import.meta.dirname, '../../..');

function pump(task: CopyTask): Command {
  const { ports, users, passwords, connections, cacheDirectory } = task;
  const account = (end: LinkEnd): PumpInput['source'] => ({
    port: ports[end],
    user: users[end],
    password: passwords[end],
  });
  const input: PumpInput = {
    source: account('source'),
    target: account('target'),
    connections,
    folderNames: RENAMED_FOLDERS,
  };
  const script = path.join(import.meta.dirname, '../pump/pump-process.ts');
  return {
    command: [process.execPath, script, JSON.stringify(input)],
    // A limit should not wait for types to be stripped: plain JavaScript would not, either.
    environment: { NODE_COMPILE_CACHE: cacheDirectory },
  };
}

function project(task: CopyTask, targetProfile: string): Command {
  const { ports, users, passwords, connections, dataDirectory } = task;
  const url = (end: LinkEnd): string => `imap://${users[end]}@127.0.0.1:${ports[end]}`;
  return {
    command: [
      process.execPath,
      path.join(ROOT, 'src/main.ts'),
      'copy',
      '--json',
      `--source=${url('source')}`,
      `--target=${url('target')}`,
      `--target-connections=${connections}`,
      `--target-profile=${targetProfile}`,
    ],
    environment: {
      DATA_DIR: dataDirectory,
      SOURCE_PASSWORD: passwords.source,
      TARGET_PASSWORD: passwords.target,
    },
  };
}

/** mbsync's configuration; version 1.5 gave one word another name. */
function mbsyncConfig(task: CopyTask, tlsWord: 'SSLType' | 'TLSType'): string {
  const store = (end: LinkEnd): string => `IMAPAccount ${end}
Host 127.0.0.1
Port ${task.ports[end]}
User ${task.users[end]}
Pass ${task.passwords[end]}
${tlsWord} None
AuthMechs LOGIN
Timeout 300

IMAPStore ${end}
Account ${end}
`;
  const channel = `Create Near
Sync Pull
Expunge None
CopyArrivalDate yes
SyncState ${task.workDirectory}/state/
`;
  const renamed = Object.entries(RENAMED_FOLDERS);
  const others = renamed.flat().map((name) => `"!${name}"`);
  const channels = renamed.map(
    ([from, to], index) =>
      `Channel renamed${index}\nFar ":source:${from}"\nNear ":target:${to}"\n${channel}`,
  );
  return [
    'FSync no\n',
    store('source'),
    store('target'),
    `Channel others\nFar :source:\nNear :target:\nPatterns * ${others.join(' ')}\n${channel}`,
    ...channels,
  ].join('\n');
}

async function mbsync(task: CopyTask, version: string): Promise<Command> {
  const file = path.join(task.workDirectory, 'mbsyncrc');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const tlsWord = major > 1 || minor >= 5 ? 'TLSType' : 'SSLType';
  await mkdir(path.join(task.workDirectory, 'state'), { recursive: true });
  await writeFile(file, mbsyncConfig(task, tlsWord), { mode: 0o600 });
  return { command: ['mbsync', '-c', file, '-a'], environment: {} };
}

/** How each is prepared; `mbsyncVersion` as mbsync says it. */
export const PREPARE: Readonly<
  Record<Contender, (task: CopyTask, mbsyncVersion: string) => Command | Promise<Command>>
> = {
  pump,
  project: (task) => project(task, 'generic'),
  'project-exchange': (task) => project(task, 'exchange-online'),
  mbsync,
};
