import { stderr, stdin, stdout } from 'node:process';
import { systemClock } from '../clock.ts';
import {
  type Config,
  ConfigError,
  parseConfig,
  requireServiceSettings,
  requireTenantSettings,
} from '../config.ts';
import { isAppError } from '../errors.ts';
import { problemOf } from '../jobs/problem.ts';
import { createLogger } from '../log.ts';
import { explain } from '../words/words.ts';
import { AUDIT_USAGE } from './audit-arguments.ts';
import { BACKUP_USAGE } from './backup-arguments.ts';
import { COPY_USAGE, UsageError } from './copy-arguments.ts';
import { DOCTOR_USAGE } from './doctor-arguments.ts';
import { type EndSignals, untilDestroyed, watchEndSignals } from './end-signals.ts';
import { parseServeArguments, SERVE_USAGE } from './process-roles.ts';
import { SETUP_USAGE } from './setup-arguments.ts';
import { SUPPORT_USAGE } from './support-arguments.ts';

const USAGE = `Skybridge moves people's iCloud Mail into Microsoft 365.

node src/main.ts serve      the service, from the environment (.env.example)
node src/main.ts copy       one mailbox, without Teams
node src/main.ts doctor     looks whether a tenant is ready
node src/main.ts setup      prepares a tenant of Microsoft 365
node src/main.ts audit      prints the audit, or looks whether it is whole
node src/main.ts support    writes a support bundle without names
node src/main.ts backup     copies the database into a file
node src/main.ts restore    brings it back

${SERVE_USAGE}
${COPY_USAGE}
${DOCTOR_USAGE}
${SETUP_USAGE}
${AUDIT_USAGE}
${SUPPORT_USAGE}
${BACKUP_USAGE}`;

/** The settings as the process found them. */
export type Environment = Readonly<Record<string, string | undefined>>;

type CommandRun = (
  words: readonly string[],
  env: Environment,
  signal: AbortSignal,
  ending: EndSignals,
) => Promise<number>;

const COMMANDS: Readonly<Record<string, CommandRun>> = {
  // Each command loads what it needs: a copy should not wait for the libraries of the bot.
  copy: async (words, env, signal) => {
    const { runCopy } = await import('./copy-command.ts');
    const config = parseConfig(env);
    const secrets = {
      sourcePassword: env['SOURCE_PASSWORD'],
      targetPassword: env['TARGET_PASSWORD'],
      targetAccessToken: env['TARGET_ACCESS_TOKEN'],
    };
    // A person watches: what goes right is shown by the command itself.
    const level = config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL;
    return runCopy({ config, secrets, logger: createLogger(level, 2) }, words, signal);
  },
  doctor: async (words, env, signal) => {
    const { runDoctor } = await import('./doctor-command.ts');
    const config = parseConfig(env);
    requireTenantSettings(config);
    // What it found is the output; a log line for each answer would only repeat it.
    const level = config.LOG_LEVEL === 'info' ? 'error' : config.LOG_LEVEL;
    return runDoctor({ config, logger: createLogger(level, 2) }, words, signal);
  },
  audit: async (words, env, signal) => {
    const { runAudit } = await import('./audit-command.ts');
    const config = parseConfig(env);
    return runAudit({ config, logger: createLogger(quietLevel(config), 2) }, words, signal);
  },
  serve: async (words, env, _signal, ending) => {
    const roles = parseServeArguments(words);
    const config = parseConfig(env);
    requireServiceSettings(config, {
      isBot: roles.includes('bot'),
      isWorker: roles.includes('worker'),
    });
    const { runService } = await import('./serve-command.ts');
    return runService({ config, roles, logger: createLogger(config.LOG_LEVEL) }, ending);
  },
  setup: async (words, env, signal) => {
    const { runSetup } = await import('./setup-command.ts');
    const { createSetupFiles } = await import('./setup-files.ts');
    const { createTerminal } = await import('./terminal.ts');
    const config = parseConfig(env);
    const level = config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL;
    return runSetup(
      {
        config,
        terminal: createTerminal(stdin, stdout),
        files: createSetupFiles(config.DATA_DIR),
        clock: systemClock,
        logger: createLogger(level, 2),
      },
      words,
      signal,
    );
  },
  backup: async (words, env, signal) => {
    const { runBackup } = await import('./backup-command.ts');
    const config = parseConfig(env);
    return runBackup({ config, logger: createLogger(quietLevel(config), 2) }, words, signal);
  },
  restore: async (words, env, signal) => {
    const { runRestore } = await import('./backup-command.ts');
    const config = parseConfig(env);
    return runRestore({ config, logger: createLogger(quietLevel(config), 2) }, words, signal);
  },
  support: async (words, env, signal) => {
    const { runSupport } = await import('./support-command.ts');
    const config = parseConfig(env);
    return runSupport({ config, logger: createLogger(quietLevel(config), 2) }, words, signal);
  },
  help: async () => {
    stdout.write(USAGE);
    return 0;
  },
};

/** What goes right is shown by the command itself. */
function quietLevel({ LOG_LEVEL }: Config): Config['LOG_LEVEL'] {
  return LOG_LEVEL === 'info' ? 'error' : LOG_LEVEL;
}

/** EX_USAGE of sysexits.h. */
const EXIT_USAGE = 64;
const EXIT_FAILED = 1;

/** Wherever one of these stands, nothing is done but to explain. */
const HELP_WORDS = new Set(['--help', '-h']);

/** Runs `skybridge <command> …`; returns the exit code. */
export async function runCommand(words: readonly string[], env: Environment): Promise<number> {
  const [first = '', ...rest] = words;
  const command = words.some((word) => HELP_WORDS.has(word)) ? 'help' : first;
  const ending = watchEndSignals();
  try {
    const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
    if (run === undefined) {
      throw new UsageError(command ? `there is no command "${command}"` : 'a command is needed');
    }
    const running = run(rest, env, ending.stop, ending);
    // The service has something to end besides this process, and sees to it by itself.
    return command === 'serve'
      ? await running
      : ((await untilDestroyed(running, ending.destroy)) ?? EXIT_FAILED);
  } catch (error) {
    return complain(error);
  }
}

/** Words for what stands in the way; anything unforeseen is a defect and thrown. */
function complain(error: unknown): number {
  if (error instanceof UsageError) {
    stderr.write(`${error.problem}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  if (error instanceof ConfigError) {
    stderr.write(`The settings cannot be used:\n${error.problems.map((p) => `  ${p}\n`).join('')}`);
    return EXIT_USAGE;
  }
  if (isAppError(error)) {
    const { what, doNext } = explain(problemOf(error));
    stderr.write(`${what} ${doNext}\n(${error.code}; docs/errors.md)\n`);
    return EXIT_FAILED;
  }
  throw error;
}
