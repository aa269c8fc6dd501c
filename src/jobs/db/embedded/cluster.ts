/**
 * The cluster's files. DATA_DIR/postgres holds `data` (PostgreSQL's own directory), `secrets.json`
 * and `server.log`. It is made beside its final place and renamed when complete, so that a process
 * killed on the way leaves nothing that looks like a cluster.
 */
import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type Account, chooseLauncher, type Launcher, runProgram } from './account.ts';
import { locateBinaries, POSTGRES_MAJOR, type PostgresBinaries } from './binaries.ts';
import { DatabaseStartError, DatabaseVersionError } from './errors.ts';

const STAGING_PREFIX = 'postgres-new-';

const secretsSchema = z.object({ administrator: z.string(), application: z.string() });

/** Passwords of the superuser `postgres` and of the role `skybridge`. */
export type ClusterSecrets = z.infer<typeof secretsSchema>;

/** A cluster on disk and the means to run it. */
export interface Cluster {
  /** DATA_DIR/postgres. */
  readonly dir: string;
  /** What PostgreSQL calls its data directory. */
  readonly pgdata: string;
  readonly logFile: string;
  readonly secrets: ClusterSecrets;
  readonly binaries: PostgresBinaries;
  readonly launcher: Launcher;
}

/** URL of the database `skybridge` of a server on `port`, password included: never to be logged. */
export function connectionStringOf({ secrets }: Pick<Cluster, 'secrets'>, port: number): string {
  return `postgres://skybridge:${secrets.application}@127.0.0.1:${port}/skybridge`;
}

/** True where a cluster lies under `dataDir`. */
export function hasCluster(dataDir: string): Promise<boolean> {
  return exists(path.join(dataDir, 'postgres', 'data'));
}

/** Opens the cluster under `dataDir`, making it first where there is none. */
export async function openCluster(dataDir: string): Promise<Cluster> {
  const binaries = locateBinaries();
  const root = await realpath(dataDir);
  const dir = path.join(root, 'postgres');
  const pgdata = path.join(dir, 'data');
  if (!(await exists(pgdata))) {
    await createCluster(root, binaries);
  }
  const found = (await readFile(path.join(pgdata, 'PG_VERSION'), 'utf8')).trim();
  if (found !== POSTGRES_MAJOR) {
    throw new DatabaseVersionError(found, POSTGRES_MAJOR, pgdata);
  }
  const owner = await stat(pgdata);
  return {
    dir,
    pgdata,
    logFile: path.join(dir, 'server.log'),
    secrets: await readSecrets(dir),
    binaries,
    launcher: await chooseLauncher(
      { binDir: path.dirname(binaries.initdb), dataDir: pgdata },
      owner,
    ),
  };
}

/** Removes what killed processes left of clusters in the making; only the owner of the cluster may. */
export async function removeStagedClusters(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(STAGING_PREFIX)) {
      await rm(path.join(dataDir, name), { recursive: true, force: true });
    }
  }
}

async function createCluster(dataDir: string, binaries: PostgresBinaries): Promise<void> {
  const staging = await mkdtemp(path.join(dataDir, STAGING_PREFIX));
  try {
    await fillCluster(staging, binaries);
    await rename(staging, path.join(dataDir, 'postgres'));
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // A process in another container was faster: its cluster is as good as ours.
    if (!(await exists(path.join(dataDir, 'postgres', 'data')))) {
      throw error;
    }
  }
}

async function fillCluster(staging: string, binaries: PostgresBinaries): Promise<void> {
  const pgdata = path.join(staging, 'data');
  const passwordFile = path.join(staging, 'initdb-password');
  const logFile = path.join(staging, 'server.log');
  const secrets: ClusterSecrets = { administrator: newPassword(), application: newPassword() };
  // The account passes through here to its own directory, and can neither list nor change anything.
  await chmod(staging, 0o711);
  await mkdir(pgdata, { mode: 0o700 });
  const launcher = await chooseLauncher(
    { binDir: path.dirname(binaries.initdb), dataDir: pgdata },
    null,
  );
  await writeFile(path.join(staging, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
  await writeFile(passwordFile, secrets.administrator, { mode: 0o600 });
  await writeFile(logFile, '', { mode: 0o600 });
  await give(launcher.account, [pgdata, passwordFile, logFile]);
  const { exitCode, output } = await runProgram(launcher, binaries.initdb, [
    `--pgdata=${pgdata}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own locale: text sorts alike on every machine, whatever its C library.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ]);
  if (exitCode !== 0) {
    throw new DatabaseStartError('PostgreSQL could not make its cluster.', output.slice(-2000));
  }
  await rm(passwordFile);
}

async function give(account: Account | null, files: readonly string[]): Promise<void> {
  for (const file of account === null ? [] : files) {
    await chown(file, account?.uid ?? 0, account?.gid ?? 0);
  }
}

async function readSecrets(dir: string): Promise<ClusterSecrets> {
  const file = path.join(dir, 'secrets.json');
  try {
    return secretsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new DatabaseStartError(
      `The passwords of the database in ${file} cannot be read.`,
      '',
      error,
    );
  }
}

function newPassword(): string {
  return randomBytes(32).toString('base64url');
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
