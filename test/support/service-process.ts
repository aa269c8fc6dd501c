/**
 * The service as a process of its own, as `serve` starts it, with the paces and addresses of the
 * simulated world: argument 1 is JSON of ServiceOverrides. Sends `{ port }` to its parent when it listens.
 */
import { env, exit } from 'node:process';
import { z } from 'zod';
import { watchEndSignals } from '../../src/app/end-signals.ts';
import { runService } from '../../src/app/serve-command.ts';
import { parseConfig, requireServiceSettings } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';

/** Any of these, each a number. */
function numbers<K extends string>(...names: readonly K[]): z.ZodType<Partial<Record<K, number>>> {
  return z.partialRecord(z.enum(names), z.number()).default({});
}

const overridesSchema = z.object({
  roles: z.array(z.enum(['bot', 'worker'])).default(['bot', 'worker']),
  pace: z
    .object({ sliceMs: z.number(), pollMs: z.number(), waitMs: z.number() })
    .partial()
    .default({}),
  traits: z.object({ settleMs: z.number() }).default({ settleMs: 1000 }),
  lease: numbers('leaseMs', 'beatMs', 'marginMs'),
  slots: numbers('mailboxes', 'trials', 'cleanUps', 'turnMs', 'lookMs', 'drainMs', 'giveUpMs'),
  limits: numbers('source', 'target', 'targetPerMailbox'),
  bot: z
    .object({
      loginUrl: z.string(),
      moreServiceUrlHosts: z.array(z.string()),
      defaultServiceUrl: z.string(),
      updateEveryMs: z.number(),
      channelEveryMs: z.number(),
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
const { bot, pace, traits, roles, lease, slots, limits } = overridesSchema.parse(
  JSON.parse(process.argv[2] ?? '{}'),
);
requireServiceSettings(config, {
  isBot: roles.includes('bot'),
  isWorker: roles.includes('worker'),
});
const defined = Object.fromEntries(Object.entries(bot).filter(([, value]) => value !== undefined));
const ending = watchEndSignals();
// Whoever started it is gone: nobody will ask it to stop.
const orphaned = new AbortController();
process.once('disconnect', () => orphaned.abort(new Error('disconnected')));
const code = await runService(
  {
    config,
    roles,
    logger: createLogger(config.LOG_LEVEL),
    overrides: {
      host: '127.0.0.1',
      traits,
      lease,
      slots,
      limits,
      pace: Object.fromEntries(Object.entries(pace)),
      bot: defined,
    },
    onListening: (port) => process.send?.({ port }),
  },
  { stop: AbortSignal.any([ending.stop, orphaned.signal]), destroy: ending.destroy },
);
exit(code);
