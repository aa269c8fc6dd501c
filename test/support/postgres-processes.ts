/** The processes of the PostgreSQL under a DATA_DIR, found by what Linux tells of them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Numbers of the server and its workers, the server first; empty where none runs. */
export function postgresProcesses(dataDir: string): readonly number[] {
  const pidFile = path.join(dataDir, 'postgres', 'data', 'postmaster.pid');
  const server = Number(read(pidFile).split('\n')[0]);
  // "123 (postgres) S 1 …"; the number may have gone to another program since.
  if (!(server > 0) || !/\(postgres\) [^Z]/.test(read(`/proc/${server}/stat`))) {
    return [];
  }
  const workers = read(`/proc/${server}/task/${server}/children`).trim().split(' ');
  return [server, ...workers.filter((pid) => pid !== '').map(Number)];
}

/** SIGKILL to all of them, without a turn of the event loop in between; returns how many. */
export function killPostgres(dataDir: string): number {
  const processes = postgresProcesses(dataDir);
  for (const pid of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself when the server died.
    }
  }
  return processes.length;
}
