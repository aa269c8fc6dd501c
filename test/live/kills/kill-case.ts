import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CompareResult, compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import type { CopyProcessInput } from '../../support/copy-process.ts';
import { type CopyRun, startCopy } from '../../support/copy-run.ts';
import type { ImapWorld } from '../../support/imap-world.ts';
import { killPostgres, postgresProcesses } from '../../support/postgres-processes.ts';

/** Where iCloud's own folders belong on Exchange, written apart from the product's table. */
const FOLDER_NAMES = {
  '50% *off*': '50_ _off_',
  'The "quoted"': 'The _quoted_',
  'Sent Messages': 'Sent Items',
  'Deleted Messages': 'Deleted Items',
  Junk: 'Junk Email',
};

/** What a copy says of itself when every message arrived. */
export const ALL_COPIED = { exitCode: 0, signal: null };

const started: CopyRun[] = [];

/** Ends what a failed test left running; a copy that is over does not mind. */
export async function endCopies(): Promise<void> {
  await Promise.all(started.splice(0).map((run) => run.kill(true)));
}

/** Data directories of a suite, with whatever still runs on them. */
export interface DataDirectories {
  create(): Promise<string>;
  clear(): Promise<void>;
}

/** Keeps what `create` made, for `clear`. */
export function createDataDirectories(): DataDirectories {
  const made: string[] = [];
  return {
    create: async () => {
      const dataDir = await mkdtemp(path.join(tmpdir(), 'skybridge-kills-'));
      made.push(dataDir);
      return dataDir;
    },
    clear: async () => {
      for (const dataDir of made.splice(0)) {
        killPostgres(dataDir);
        await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      }
    },
  };
}

/** True while the PostgreSQL of that directory runs. */
export function postgresRuns(dataDir: string): boolean {
  return postgresProcesses(dataDir).length > 0;
}

/** Starts a copy that `endCopies` ends at the latest. */
export function startWatchedCopy(input: CopyProcessInput, caFile: string): CopyRun {
  const run = startCopy(input, caFile);
  started.push(run);
  return run;
}

export interface SimulatedCopy {
  readonly world: ImapWorld;
  readonly account: string;
  readonly dataDir: string;
  /** Through the relay, where a connection can be held. */
  readonly throughRelay?: boolean;
  readonly targetProfile?: 'exchange-online' | 'generic';
}

/** Starts a copy from the simulated iCloud to the simulated Exchange. */
export function startSimulatedCopy(
  {
    world,
    account,
    dataDir,
    throughRelay = false,
    targetProfile = 'exchange-online',
  }: SimulatedCopy,
  more: Pick<CopyProcessInput, 'settleMs' | 'dieAt' | 'forgetIntents'>,
): CopyRun {
  const { facts } = world;
  const target = throughRelay
    ? `imap://${account}%40contoso.example@127.0.0.1:${facts.relayPort}`
    : `imaps://${account}%40contoso.example@127.0.0.1:${facts.targetPort}`;
  const source = `imaps://${account}%40icloud.example@127.0.0.1:${facts.sourcePort}`;
  const profiles = ['--source-profile', 'icloud', '--target-profile', targetProfile];
  const words = ['--source', source, '--target', target, '--json', ...profiles];
  const secrets = { sourcePassword: facts.password, targetAccessToken: facts.accessToken };
  return startWatchedCopy({ words, dataDir, ...secrets, ...more }, facts.caFile);
}

/** Holds the two stores against each other, octet by octet, with dates and flags. */
export async function compareStores(world: ImapWorld, account: string): Promise<CompareResult> {
  return compareMailboxes({
    source: await world.source(account),
    target: await world.target(account, 'stored'),
    mode: 'exact',
    folderNames: FOLDER_NAMES,
  });
}
