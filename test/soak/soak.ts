/**
 * `npm run soak`: the whole load, on simulated servers, real processes and a real PostgreSQL. Prints as it
 * goes; `--write` puts the result into docs/operations.md. Ends with 1 when something is not as it must be.
 * `--people N --messages N` change the load; `--stages moves,overhead,frozen,waiting` leaves some out.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { argv, exit, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { systemClock } from '../../src/clock.ts';
import { startEmbeddedDatabase } from '../../src/jobs/db/embedded/embedded-database.ts';
import { silentLogger } from '../../src/log.ts';
import { frozen, moves, overhead, type Stage, type StageResult, waiting } from './stages.ts';

const STAGES: Readonly<Record<string, Stage>> = { overhead, moves, waiting, frozen };
const PAGE = path.join(import.meta.dirname, '../../docs/operations.md');
const [BEGIN, END] = ['<!-- soak: begin -->', '<!-- soak: end -->'];

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    people: { type: 'string', default: '1000' },
    messages: { type: 'string', default: '60' },
    stages: { type: 'string', default: Object.keys(STAGES).join(',') },
    write: { type: 'boolean', default: false },
  },
});

const beganMs = performance.now();
function say(line: string): void {
  const passed = Math.round((performance.now() - beganMs) / 1000);
  stdout.write(`${String(passed).padStart(5)} s  ${line}\n`);
}

const dir = await mkdtemp(path.join(tmpdir(), 'skybridge-soak-'));
const stopping = new AbortController();
const server = await startEmbeddedDatabase(
  { dataDir: path.join(dir, 'database'), logger: silentLogger, clock: systemClock },
  stopping.signal,
);
const results: StageResult[] = [];
try {
  for (const name of values.stages.split(',')) {
    const stage = STAGES[name];
    if (stage === undefined) {
      throw new Error(`no such stage: ${name}`);
    }
    say(name);
    const result = await stage({
      dir: path.join(dir, name),
      people: Number(values.people),
      messages: Number(values.messages),
      createDatabase,
      say,
    });
    results.push(result);
    stdout.write(`${render([result])}\n`);
  }
} finally {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}
if (values.write) {
  await writePage(results);
}
exit(results.some(({ rows }) => rows.some(([, , verdict]) => verdict === 'missed')) ? 1 : 0);

/** The server's own first database belongs to the service's role, which may make no other: one schema each. */
async function createDatabase(): Promise<string> {
  const url = new URL(server.connectionString);
  const secrets: unknown = JSON.parse(
    await readFile(path.join(dir, 'database', 'postgres', 'secrets.json'), 'utf8'),
  );
  const administrator = new URL(url);
  administrator.username = 'postgres';
  administrator.password = String(Object(secrets).administrator);
  const client = new pg.Client(administrator.href);
  await client.connect();
  const name = `soak_${randomBytes(4).toString('hex')}`;
  await client.query(`create database ${name} owner ${url.username}`);
  await client.end();
  url.pathname = `/${name}`;
  return url.href;
}

function render(found: readonly StageResult[]): string {
  return found
    .map(({ title, rows }) =>
      [
        `**${title}**`,
        '',
        '| | | |',
        '|---|---|---|',
        ...rows.map(([what, value, verdict]) => `| ${what} | ${value} | ${verdict} |`),
      ].join('\n'),
    )
    .join('\n\n');
}

async function writePage(found: readonly StageResult[]): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const intro = `Measured by \`npm run soak\` on ${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} processors, which the simulated servers, the database and the workers share.`;
  const section = `${BEGIN}\n\n${intro}\n\n${render(found)}\n\n${END}`;
  const at = page.indexOf(BEGIN);
  const next =
    at < 0
      ? `${page.trimEnd()}\n\n## Load\n\n${section}\n`
      : `${page.slice(0, at)}${section}${page.slice(page.indexOf(END) + END.length)}`;
  await writeFile(PAGE, next);
}
