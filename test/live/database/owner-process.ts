/**
 * A process that owns the embedded database of the directory it is given, for tests that kill it. It
 * writes one line of JSON when it is ready or was refused, another when it stopped after SIGTERM or SIGINT.
 */
import pg from 'pg';
import { systemClock } from '../../../src/clock.ts';
import { errorCodeOf } from '../../../src/errors.ts';
import { startEmbeddedDatabase } from '../../../src/jobs/db/embedded/embedded-database.ts';
import { silentLogger } from '../../../src/log.ts';

const [, , dataDir = ''] = process.argv;

function tell(facts: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}

try {
  const deps = { dataDir, logger: silentLogger, clock: systemClock };
  const database = await startEmbeddedDatabase(deps, new AbortController().signal);
  const { connectionString, startedByUs } = database;
  const end = async (): Promise<void> => {
    // The server is still there after the signal: that is what a drain needs.
    const client = new pg.Client(connectionString);
    await client.connect();
    const { rows } = await client.query('select 1 as one');
    await client.end();
    await database.stop();
    tell({ event: 'stopped', queried: rows });
  };
  process.once('SIGTERM', () => void end());
  process.once('SIGINT', () => void end());
  tell({ event: 'ready', connectionString, startedByUs });
} catch (error) {
  tell({ event: 'refused', code: errorCodeOf(error), message: String(error) });
}
