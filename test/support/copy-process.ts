/**
 * `copy` in a process that dies with SIGKILL at a chosen step of the ledger, for tests that kill it:
 *
 *   node test/support/copy-process.ts '{"words":[…],"dataDir":…, …}'
 *
 * Beside the events of `copy --json` it writes `test-suspects` (rows in flight that the run before
 * left, at the first look) and `test-copying` (the first intents are on disk).
 */
import { z } from 'zod';
import { runCopy } from '../../src/app/copy-command.ts';
import { parseConfig } from '../../src/config.ts';
import type { LedgerStore } from '../../src/jobs/db/ledger-store.ts';
import { createLogger } from '../../src/log.ts';
import { killPostgres } from './postgres-processes.ts';

const inputSchema = z.object({
  words: z.array(z.string()),
  dataDir: z.string(),
  sourcePassword: z.string(),
  targetPassword: z.string().optional(),
  targetAccessToken: z.string().optional(),
  /** Instead of the profile's own. */
  settleMs: z.number().optional(),
  dieAt: z
    .object({
      step: z.enum(['intents-recorded', 'before-done', 'in-look']),
      withDatabase: z.boolean(),
    })
    .optional(),
  /** Breaks the ledger on purpose: intents are not recorded. */
  forgetIntents: z.boolean().optional(),
});

/** What the process is told. */
export type CopyProcessInput = z.infer<typeof inputSchema>;

type Step = NonNullable<CopyProcessInput['dieAt']>['step'];

const input = inputSchema.parse(JSON.parse(process.argv[2] ?? ''));

function tell(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Returns only where this is not the step to die at. */
function dieHere(step: Step): void {
  if (input.dieAt?.step !== step) {
    return;
  }
  if (input.dieAt.withDatabase) {
    killPostgres(input.dataDir);
  }
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way; nothing more may happen until it comes.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function watch(ledger: LedgerStore): LedgerStore {
  let hasLooked = false;
  let isCopying = false;
  return {
    ...ledger,
    suspects: async (turn) => {
      const rows = await ledger.suspects(turn);
      if (!hasLooked) {
        hasLooked = true;
        // Those of earlier kills were looked for before: their death has a date.
        const fresh = rows.filter((row) => row.linkDiedAt === null).length;
        tell({ event: 'test-suspects', fresh, all: rows.length });
      }
      return rows;
    },
    recordIntents: async (turn, intents) => {
      if (input.forgetIntents !== true) {
        await ledger.recordIntents(turn, intents);
      }
      if (intents.length > 0) {
        dieHere('intents-recorded');
        if (!isCopying) {
          isCopying = true;
          tell({ event: 'test-copying' });
        }
      }
    },
    settle: async (turn, settlements) => {
      if (settlements.some(({ state }) => state === 'done')) {
        dieHere('before-done');
      }
      await ledger.settle(turn, settlements);
    },
    claimedUids: async (folderId, uidValidity, uids) => {
      const claimed = await ledger.claimedUids(folderId, uidValidity, uids);
      // The target was looked through, and nothing of it is written down yet.
      dieHere('in-look');
      return claimed;
    },
  };
}

process.exitCode = await runCopy(
  {
    config: parseConfig({ DATA_DIR: input.dataDir }),
    secrets: {
      sourcePassword: input.sourcePassword,
      targetPassword: input.targetPassword,
      targetAccessToken: input.targetAccessToken,
    },
    logger: createLogger('warn', 2),
    wrapLedger: watch,
    ...(input.settleMs === undefined ? {} : { traits: { settleMs: input.settleMs } }),
  },
  input.words,
  new AbortController().signal,
);
