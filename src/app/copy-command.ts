import { setFlagsFromString } from 'node:v8';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { errorCodeOf } from '../errors.ts';
import type { ImapCredential } from '../imap/types.ts';
import { createAccountPaces } from '../jobs/adapters/account-pace.ts';
import {
  type ImapEndsDeps,
  openImapSource,
  openImapTarget,
  traitsOf,
} from '../jobs/adapters/imap-ends.ts';
import { createByteBudget } from '../jobs/copy/byte-budget.ts';
import type { CopyDeps } from '../jobs/copy/deps.ts';
import { editFolderMap } from '../jobs/copy/edit-folder-map.ts';
import { mapFolders } from '../jobs/copy/folder-map.ts';
import { needsLook } from '../jobs/copy/folder-problem.ts';
import { discoverFolders } from '../jobs/copy/list-folders.ts';
import { countRuledOut, isWithin, type OwnRule } from '../jobs/copy/skip-rules.ts';
import { copyMailbox } from '../jobs/copy-mailbox.ts';
import { type CopyRow, createCopyStore } from '../jobs/db/copy-store.ts';
import { createFolderMapStore, type FolderMapStore } from '../jobs/db/folder-map-store.ts';
import { createLedgerStore, type LedgerStore } from '../jobs/db/ledger-store.ts';
import { tallyFolders } from '../jobs/db/tally-store.ts';
import type { MailSource, MailTarget, TargetTraits } from '../jobs/ports.ts';
import { addTallies, type FolderTally } from '../jobs/tally.ts';
import type { Logger } from '../log.ts';
import {
  type CopyArguments,
  type CopyEnd,
  parseCopyArguments,
  UsageError,
} from './copy-arguments.ts';
import { type CopyOutput, createJsonOutput, createTerminalOutput } from './copy-output.ts';
import { openDataStore, spoolDirectoryOf } from './data-store.ts';
import { changesOf, chooseFolders, parseChoices } from './folder-choices.ts';

/** Message bytes that a copy holds at most, beyond what its connections buffer: several times what a fast link has under way. */
const BUDGET_BYTES = 36 * 1024 * 1024;

/** Passwords from the environment. */
export interface CopySecrets {
  readonly sourcePassword: string | undefined;
  readonly targetPassword: string | undefined;
  readonly targetAccessToken: string | undefined;
}

export interface CopyCommandDeps {
  readonly config: Config;
  readonly secrets: CopySecrets;
  readonly logger: Logger;
  /** For tests that die at a step of the ledger. */
  readonly wrapLedger?: (ledger: LedgerStore) => LedgerStore;
  /** For tests that cannot wait out a server's settling time. */
  readonly traits?: Partial<Pick<TargetTraits, 'settleMs'>>;
}

/** `copy`: one mailbox without Teams. Returns the exit code: 0 all copied, 2 some not, 1 not finished. */
export async function runCopy(
  deps: CopyCommandDeps,
  words: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const parsed = parseCopyArguments(words);
  // Message bytes lie outside V8's heap and are freed when their wrappers are: a young generation that
  // grows to 64 MB is swept so seldom that it keeps 50 to 70 MB of messages which nobody needs.
  setFlagsFromString('--semi-space-growth-factor=1');
  const ends = { source: sourceCredential(deps), target: targetCredential(deps) };
  const output = parsed.json ? createJsonOutput(process) : createTerminalOutput(process);
  try {
    const folders = parsed.dryRun
      ? await dryRun(deps, parsed, { ends, output, signal })
      : await copy(deps, parsed, { ends, output, signal });
    return folders === null ? 0 : exitCodeOf(folders);
  } catch (error) {
    if (error instanceof UsageError) {
      throw error;
    }
    output.failed(error);
    return 1;
  }
}

interface RunContext {
  readonly ends: Readonly<Record<'source' | 'target', ImapCredential>>;
  readonly output: CopyOutput;
  readonly signal: AbortSignal;
}

async function copy(
  deps: CopyCommandDeps,
  parsed: CopyArguments,
  { ends, output, signal }: RunContext,
): Promise<readonly FolderTally[]> {
  const { config, logger } = deps;
  const clock = systemClock;
  const imap = imapEndsOf(deps);
  // The slow beginnings at once: PostgreSQL starts while both servers are logged in to.
  const [data, source, target] = await Promise.allSettled([
    openDataStore(config, { logger, clock }, signal),
    openSource(imap, parsed, ends.source, signal),
    openTarget(imap, parsed, ends.target, signal),
  ]);
  try {
    const { database } = need(data);
    const open = { source: need(source), target: need(target) };
    const store = createCopyStore(database.pool);
    const ledger = createLedgerStore(database.pool);
    const row = await store.findOrCreate({
      sourceAddress: parsed.source.user,
      sourceHost: `${parsed.source.host}:${parsed.source.port}`,
      targetMailbox: `${parsed.target.user} at ${parsed.target.host}:${parsed.target.port}`,
    });
    const copyDeps = {
      ...open,
      traits: { ...traitsOf(parsed.target.profile), ...deps.traits },
      ledger: deps.wrapLedger?.(ledger) ?? ledger,
      budget: createByteBudget(BUDGET_BYTES),
      clock,
      logger,
      store,
    };
    await needFolders(open.source, parsed.skip, signal);
    await store.saveRules(row.id, parsed.skip);
    if (parsed.folders.length > 0) {
      await saveChoices(copyDeps, createFolderMapStore(database.pool), { row, parsed }, signal);
    }
    output.started(row.pass);
    await copyMailbox(copyDeps, row, output.progress, signal);
    const folders = await tallyFolders(database.pool, row.id);
    output.finished(folders, copyDeps.traits.name);
    return folders;
  } finally {
    await Promise.allSettled([closeOf(source), closeOf(target)]);
    await closeOf(data);
  }
}

/** The map is made and saved before anything is copied; then the user's choices are put into it. */
async function saveChoices(
  deps: CopyDeps,
  folderMap: FolderMapStore,
  { row, parsed }: { readonly row: CopyRow; readonly parsed: CopyArguments },
  signal: AbortSignal,
): Promise<void> {
  const turn = await deps.ledger.takeTurn(row.id);
  await discoverFolders(deps, { turn, onlyFolders: null }, signal);
  const edit = await folderMap.edit({
    migrationId: row.id,
    actor: null,
    decide(rows) {
      const sourcePaths = rows.map(({ sourcePath }) => sourcePath);
      const renames = parseChoices(parsed.folders, sourcePaths);
      return editFolderMap({ rows, renames, target: deps.traits.name });
    },
  });
  changesOf(edit);
}

function imapEndsOf({ config, logger }: CopyCommandDeps): ImapEndsDeps {
  const clock = systemClock;
  const paces = createAccountPaces(clock);
  return { spoolDirectory: spoolDirectoryOf(config), paces, clock, logger };
}

/** Shows the folder map and the counts; writes to neither server nor to the database. */
async function dryRun(
  deps: CopyCommandDeps,
  parsed: CopyArguments,
  { ends, output, signal }: RunContext,
): Promise<null> {
  const imap = imapEndsOf(deps);
  const source = await openSource(imap, parsed, ends.source, signal);
  try {
    const target = await openTarget(imap, parsed, ends.target, signal);
    try {
      const folders = await source.listFolders(signal);
      await needFolders(source, parsed.skip, signal);
      const traits = traitsOf(parsed.target.profile);
      const proposed = mapFolders({
        source: folders,
        target: await target.listFolders(signal),
        traits,
        saved: new Map(),
      });
      const mapping = chooseFolders(proposed, parsed.folders, traits.name);
      const selectable = new Set(folders.filter((f) => f.selectable).map((f) => f.path));
      for (const folder of mapping.filter(({ sourcePath }) => selectable.has(sourcePath))) {
        output.planned(folder, await countOf(source, folder.sourcePath, signal));
      }
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  return null;
}

/** A folder that is left out must be there: a slip would copy what nobody wanted. */
async function needFolders(
  source: MailSource,
  rules: readonly OwnRule[],
  signal: AbortSignal,
): Promise<void> {
  const named = rules.filter((rule) => rule.kind === 'folder');
  const folders = named.length > 0 ? await source.listFolders(signal) : [];
  const missing = named.find(({ path }) => !folders.some((folder) => isWithin(folder.path, path)));
  if (missing !== undefined) {
    throw new UsageError(`--skip-folder: the source has no folder ${missing.path}`);
  }
}

/** Messages in a folder, or the code of why it does not open. */
async function countOf(
  source: MailSource,
  path: string,
  signal: AbortSignal,
): Promise<number | string> {
  try {
    return (await source.openFolder(path, signal)).exists;
  } catch (error) {
    return errorCodeOf(error);
  }
}

function openSource(
  imap: ImapEndsDeps,
  { source }: CopyArguments,
  credential: ImapCredential,
  signal: AbortSignal,
): Promise<MailSource> {
  return openImapSource(imap, accountOf(source, credential), signal);
}

function openTarget(
  imap: ImapEndsDeps,
  { target, targetConnections: maxConnections }: CopyArguments,
  credential: ImapCredential,
  signal: AbortSignal,
): Promise<MailTarget> {
  return openImapTarget(imap, accountOf(target, credential), { maxConnections }, signal);
}

function accountOf(end: CopyEnd, credential: ImapCredential): Parameters<typeof openImapSource>[1] {
  return { ...end, credential: async () => credential };
}

function sourceCredential({ secrets }: CopyCommandDeps): ImapCredential {
  if (!secrets.sourcePassword) {
    throw new UsageError('SOURCE_PASSWORD must be set in the environment');
  }
  return { kind: 'password', password: secrets.sourcePassword };
}

function targetCredential({ secrets }: CopyCommandDeps): ImapCredential {
  if (secrets.targetAccessToken) {
    return { kind: 'access-token', token: secrets.targetAccessToken };
  }
  if (!secrets.targetPassword) {
    throw new UsageError('TARGET_PASSWORD or TARGET_ACCESS_TOKEN must be set in the environment');
  }
  return { kind: 'password', password: secrets.targetPassword };
}

function need<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') {
    throw settled.reason;
  }
  return settled.value;
}

async function closeOf(settled: PromiseSettledResult<{ close(): Promise<void> }>): Promise<void> {
  if (settled.status === 'fulfilled') {
    await settled.value.close();
  }
}

/** 2 where a message or a folder could not be copied that nobody left out, or is still open. */
function exitCodeOf(folders: readonly FolderTally[]): number {
  const total = addTallies(folders.map(({ tally }) => tally));
  const sum = (reasons: Readonly<Record<string, number>>): number =>
    Object.values(reasons).reduce((all, count) => all + count, 0);
  const left = sum(total.failed) + sum(total.skipped) - countRuledOut(total.skipped);
  const whole =
    left === 0 && total.open === 0 && !folders.some(({ problem }) => needsLook(problem));
  return whole ? 0 : 2;
}
