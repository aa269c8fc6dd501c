import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { chooseProfile } from '../imap/profiles/choose-profile.ts';
import type { ImapProfile, ProfileName } from '../imap/profiles/profile.ts';
import { type OwnRule, parseDay } from '../jobs/copy/skip-rules.ts';

/** The words of a command cannot be used; `problem` says which and what they should be. */
export class UsageError extends AppError {
  override readonly name = 'UsageError';
  readonly code = 'usage.invalid';
  readonly disposition = 'stop';
  readonly problem: string;
  constructor(problem: string) {
    super('The command cannot be used like that.');
    this.problem = problem;
  }
}

export const COPY_USAGE = `node src/main.ts copy --source imap[s]://USER@HOST[:PORT] --target imap[s]://USER@HOST[:PORT]
  [--json] [--dry-run] [--target-connections N] [--folder SOURCE=TARGET]…
  [--skip-before YYYY-MM-DD] [--skip-folder NAME]…
  [--source-profile icloud|generic] [--target-profile exchange-online|generic]

Copies one mailbox; a second run copies what is new. Write an @ in USER as %40.
--folder sends the mail of one folder elsewhere, with what lies below it, as long as none of it was copied;
--skip-before leaves out what was received before that day (UTC), --skip-folder one folder and what lies below it;
a later run without them copies that, too.
--dry-run shows where every folder would go, and why.
In the environment: SOURCE_PASSWORD, and TARGET_PASSWORD or TARGET_ACCESS_TOKEN.
Exit code: 0 all copied but what you left out, 2 finished with skipped or failed messages, 1 could not finish, 64 usage.
`;

/** One end of a copy. */
export interface CopyEnd {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user: string;
  readonly profile: ImapProfile;
}

export interface CopyArguments {
  readonly source: CopyEnd;
  readonly target: CopyEnd;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly targetConnections: number;
  /** `SOURCE=TARGET`, as they were given: which `=` divides them, the folders of the source tell. */
  readonly folders: readonly string[];
  /** What is left out. */
  readonly skip: readonly OwnRule[];
}

const DEFAULT_CONNECTIONS = 4;
const MOST_CONNECTIONS = 16;
const PROFILE_NAMES: readonly ProfileName[] = ['icloud', 'exchange-online', 'generic'];

/** Reads the words after `copy`; throws UsageError. */
export function parseCopyArguments(words: readonly string[]): CopyArguments {
  const values = parseWords(words);
  return {
    source: parseEnd('--source', values.source, values['source-profile']),
    target: parseEnd('--target', values.target, values['target-profile']),
    json: values.json ?? false,
    dryRun: values['dry-run'] ?? false,
    targetConnections: parseConnections(values['target-connections']),
    folders: parseFolders(values.folder ?? []),
    skip: parseSkip(values['skip-before'], values['skip-folder'] ?? []),
  };
}

interface CopyOptions {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly json?: boolean | undefined;
  readonly 'dry-run'?: boolean | undefined;
  readonly 'target-connections'?: string | undefined;
  readonly folder?: readonly string[] | undefined;
  readonly 'skip-before'?: string | undefined;
  readonly 'skip-folder'?: readonly string[] | undefined;
  readonly 'source-profile'?: string | undefined;
  readonly 'target-profile'?: string | undefined;
}

function parseWords(words: readonly string[]): CopyOptions {
  try {
    return parseArgs({
      args: [...words],
      options: {
        source: { type: 'string' },
        target: { type: 'string' },
        json: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        'target-connections': { type: 'string' },
        folder: { type: 'string', multiple: true },
        'skip-before': { type: 'string' },
        'skip-folder': { type: 'string', multiple: true },
        'source-profile': { type: 'string' },
        'target-profile': { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The options cannot be read.');
  }
}

function parseEnd(
  option: string,
  text: string | undefined,
  profileName: string | undefined,
): CopyEnd {
  const url = text === undefined ? null : URL.parse(text);
  if (url === null || !['imap:', 'imaps:'].includes(url.protocol) || url.hostname === '') {
    throw new UsageError(`${option} must be imap[s]://USER@HOST[:PORT]`);
  }
  if (url.username === '') {
    throw new UsageError(`${option} must name the user before the @`);
  }
  if (url.password !== '') {
    throw new UsageError(
      `${option} must not hold a password: others could read it; use the environment`,
    );
  }
  const name = PROFILE_NAMES.find((candidate) => candidate === profileName);
  if (profileName !== undefined && name === undefined) {
    throw new UsageError(`${option}-profile must be one of ${PROFILE_NAMES.join(', ')}`);
  }
  const secure = url.protocol === 'imaps:';
  return {
    host: url.hostname,
    port: Number(url.port || (secure ? 993 : 143)),
    secure,
    user: decodeURIComponent(url.username),
    profile: chooseProfile(url.hostname, name),
  };
}

function parseFolders(choices: readonly string[]): readonly string[] {
  const wrong = choices.find((choice) => !/^.+=.+$/s.test(choice));
  if (wrong !== undefined) {
    throw new UsageError('--folder must be SOURCE=TARGET');
  }
  return choices;
}

function parseSkip(before: string | undefined, folders: readonly string[]): readonly OwnRule[] {
  const date = before === undefined ? null : parseDay(before);
  if (before !== undefined && date === null) {
    throw new UsageError('--skip-before must be a day, as 2019-01-31');
  }
  return [
    ...folders.map((path): OwnRule => ({ kind: 'folder', path })),
    ...(date === null ? [] : [{ kind: 'before', date } as const]),
  ];
}

function parseConnections(text: string | undefined): number {
  const count = text === undefined ? DEFAULT_CONNECTIONS : Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MOST_CONNECTIONS) {
    throw new UsageError(`--target-connections must be a number from 1 to ${MOST_CONNECTIONS}`);
  }
  return count;
}
