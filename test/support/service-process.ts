/**
 * The service as a process of its own, as `serve` starts it, with the paces and addresses of the
 * simulated world: argument 1 is JSON of ServiceOverrides. Sends `{ port }` to its parent when it listens.
 */
import { env, exit } from 'node:process';
import { z } from 'zod';
import { startService } from '../../src/app/serve-command.ts';
import { parseConfig, requireServiceSettings } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';

const overridesSchema = z.object({
  pace: z
    .object({ sliceMs: z.number(), pollMs: z.number(), waitMs: z.number() })
    .partial()
    .default({}),
  traits: z.object({ settleMs: z.number() }).default({ settleMs: 1000 }),
  bot: z
    .object({
      loginUrl: z.string(),
      moreServiceUrlHosts: z.array(z.string()),
      defaultServiceUrl: z.string(),
      updateEveryMs: z.number(),
      authentication: z.union([
        z.object({ kind: z.literal('off') }),
        z.object({ kind: z.literal('secret'), botPassword: z.string() }),
      ]),
    })
    .partial()
    .default({}),
});

// oxlint-disable-next-line node/no-process-env -- it is the process that serve would be
const config = parseConfig(env);
requireServiceSettings(config);
const stopping = new AbortController();
const { bot, pace, traits } = overridesSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const defined = Object.fromEntries(Object.entries(bot).filter(([, value]) => value !== undefined));
const service = await startService(
  {
    config,
    logger: createLogger(config.LOG_LEVEL),
    overrides: {
      host: '127.0.0.1',
      traits,
      pace: Object.fromEntries(Object.entries(pace)),
      bot: defined,
    },
  },
  stopping.signal,
);
process.send?.({ port: service.port });

async function stop(): Promise<void> {
  stopping.abort(new Error('stopped'));
  await service.close();
  exit(0);
}
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
process.once('disconnect', () => void stop());
