import { z } from 'zod';
import { AppError } from './errors.ts';

const absoluteUrl = (protocols: readonly string[]): z.ZodType<string> =>
  z.string().refine(
    (text) => {
      try {
        return protocols.includes(new URL(text).protocol);
      } catch {
        return false;
      }
    },
    `must be an absolute URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  );

const guid = z.guid({ message: 'must be a GUID such as 00000000-0000-4000-8000-000000000001' });
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be a port number from 0 to 65535');

/** The environment, as .env.example documents it. An unset or empty variable takes its default. */
const environmentSchema = z.object({
  PORT: port.default(3978),
  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: absoluteUrl(['postgres:', 'postgresql:']).optional(),
  PUBLIC_URL: absoluteUrl(['https:', 'http:']).optional(),
  RETENTION_DAYS: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number of days, or 0 for ever')
    .transform(Number)
    .default(365),
  METRICS_PORT: port.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: absoluteUrl(['https:', 'http:']).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  BOT_ID: guid.optional(),
  BOT_TYPE: z.enum(['SingleTenant', 'UserAssignedMSI']).default('SingleTenant'),
  BOT_PASSWORD: z.string().optional(),
  BOT_OPENID_METADATA_URL: absoluteUrl(['https:', 'http:']).optional(),
  TENANT_ID: guid.optional(),
  CLIENT_ID: guid.optional(),
  CLIENT_CERTIFICATE_PATH: z.string().optional(),
  CLIENT_SECRET: z.string().optional(),
  MANAGED_IDENTITY_CLIENT_ID: guid.optional(),
  CLOUD: z.enum(['global', 'usgov', 'usgovdod', 'china']).default('global'),
  KEY_VAULT_KEY_ID: absoluteUrl(['https:']).optional(),
  SECRETS_KEY_FILE: z.string().optional(),
  ADMIN_GROUP_ID: guid.optional(),
  HELPDESK_GROUP_ID: guid.optional(),
  // Sign-in libraries refuse anything else, with reason.
  LOGIN_URL: absoluteUrl(['https:']).optional(),
  GRAPH_URL: absoluteUrl(['https:', 'http:']).optional(),
  EXCHANGE_ADMIN_URL: absoluteUrl(['https:', 'http:']).optional(),
  SOURCE_IMAP_URL: absoluteUrl(['imaps:', 'imap:']).default('imaps://imap.mail.me.com:993'),
  TARGET_IMAP_URL: absoluteUrl(['imaps:', 'imap:']).optional(),
});

/** The settings of one process; names as in .env.example. */
export type Config = z.infer<typeof environmentSchema>;

/** Names of every setting, for the test that holds .env.example to this file. */
export const SETTING_NAMES = Object.keys(environmentSchema.shape);

/** The environment cannot be used; `problems` names every variable and what it must be, never its value. */
export class ConfigError extends AppError {
  override readonly name = 'ConfigError';
  readonly code = 'config.invalid';
  readonly disposition = 'stop';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super('The settings in the environment cannot be used.');
    this.problems = problems;
  }
}

/** Reads the settings; throws ConfigError with all problems at once. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, environment[name]] as const).filter(([, value]) => value),
  );
  const result = environmentSchema.safeParse(given);
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    );
  }
  return result.data;
}

/** What `doctor` needs beyond the defaults; throws ConfigError naming each thing that is missing. */
export function requireTenantSettings(config: Config): void {
  const problems = tenantProblems(config);
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
}

function tenantProblems(config: Config): readonly string[] {
  const hasCredential =
    config.CLIENT_CERTIFICATE_PATH || config.CLIENT_SECRET || config.MANAGED_IDENTITY_CLIENT_ID;
  return [
    config.TENANT_ID ? null : 'TENANT_ID: is needed so that other tenants are refused',
    config.CLIENT_ID ? null : 'CLIENT_ID: is needed to call Microsoft Graph',
    hasCredential
      ? null
      : 'CLIENT_CERTIFICATE_PATH, MANAGED_IDENTITY_CLIENT_ID or CLIENT_SECRET: one is needed to sign in to Microsoft 365',
  ].filter((problem) => problem !== null);
}

/**
 * What `serve` needs beyond the defaults, for a process that is the bot, the worker or both; throws
 * ConfigError naming each thing that is missing.
 */
export function requireServiceSettings(
  config: Config,
  { isBot, isWorker }: { readonly isBot: boolean; readonly isWorker: boolean },
): void {
  const problems: string[] = [];
  const need = (name: keyof Config, why: string): void => {
    if (!config[name]) {
      problems.push(`${name}: is needed ${why}`);
    }
  };
  if (isBot) {
    need('BOT_ID', 'so that only Teams can talk to the bot');
  }
  problems.push(...tenantProblems(config));
  if (!(isBot && isWorker)) {
    need('DATABASE_URL', 'where bot and worker are processes of their own');
  }
  if (config.KEY_VAULT_KEY_ID) {
    problems.push('KEY_VAULT_KEY_ID: is not supported yet; use SECRETS_KEY_FILE, or neither');
  }
  if (isBot && config.BOT_TYPE === 'SingleTenant' && !config.BOT_PASSWORD) {
    problems.push('BOT_PASSWORD: is needed when BOT_TYPE is SingleTenant');
  }
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
}
