import type { Directory, SimMailbox, SimUser } from './directory.ts';
import { findMailboxUser, hasReadyMailbox } from './directory.ts';
import { badValue, CmdletFailure, objectNotFound, unknownParameter } from './exchange-errors.ts';
import type { Journal } from './journal.ts';

export type ParameterKind = 'string' | 'boolean' | 'strings' | 'size' | 'number';
export type ParameterValue = string | boolean | number | readonly string[];

/** Parameters of one call, each known to the cmdlet and of the right kind. */
export interface CmdletCall {
  readonly directory: Directory;
  readonly journal: Journal;
  readonly quirks: ExchangeQuirks;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

export interface CmdletResult {
  readonly value: readonly Readonly<Record<string, unknown>>[];
  readonly warnings?: readonly string[];
}

export interface Cmdlet {
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParameterKind>>;
  readonly required: readonly string[];
  readonly run: (call: CmdletCall) => CmdletResult;
}

/** Switches for what differs between tenants, or is not known for certain. */
export interface ExchangeQuirks {
  /** How Get-MailboxPermission shows a service principal. */
  permissionUserShownAs: 'object-id' | 'sid' | 'display-name';
  errorPlace: 'details' | 'internal-exception' | 'message';
  /** False: recipients cannot be filtered by their object id in Entra ID. */
  filtersByObjectId: boolean;
  /** Whether Get-MailboxStatistics has figures of a mailbox that nobody has opened yet. */
  figuresOfUnopened: boolean;
  /** False: Get-MailboxFolderStatistics tells a folder's type and not its class. */
  showsContainerClass: boolean;
  /** Rows per answer; the rest behind `@odata.nextLink`. */
  pageSize: number;
}

const SIZE = /^\d+(\.\d+)? ?(B|KB|MB|GB)?$/i;

const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0;

const KINDS: Readonly<Record<ParameterKind, (value: unknown) => boolean>> = {
  string: isText,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number' || value === 'Unlimited',
  size: (value) => isText(value) && SIZE.test(value),
  strings: (value) => isText(value) || (Array.isArray(value) && value.every(isText)),
};

const isKind = (value: unknown, kind: ParameterKind): value is ParameterValue => KINDS[kind](value);

/** Every cmdlet takes these. */
const COMMON: Readonly<Record<string, ParameterKind>> = {
  Confirm: 'boolean',
  ErrorAction: 'string',
};

/** Binds raw JSON parameters as PowerShell would; names are case-insensitive there, exact here. */
export function bindParameters(
  cmdlet: Cmdlet,
  raw: Readonly<Record<string, unknown>>,
): Readonly<Record<string, ParameterValue>> {
  const bound: Record<string, ParameterValue> = {};
  for (const [name, value] of Object.entries(raw)) {
    const kind = cmdlet.parameters[name] ?? COMMON[name];
    if (kind === undefined) {
      throw unknownParameter(cmdlet.name, name);
    }
    if (!isKind(value, kind)) {
      throw badValue(cmdlet.name, name);
    }
    bound[name] = value;
  }
  for (const name of cmdlet.required) {
    if (bound[name] === undefined) {
      throw new CmdletFailure(
        'System.Management.Automation.ParameterBindingException',
        `Cannot process command because of one or more missing mandatory parameters: ${name}. (${cmdlet.name})`,
        true,
      );
    }
  }
  return bound;
}

export function textOf(call: CmdletCall, name: string): string {
  const value = call.parameters[name];
  return typeof value === 'string' ? value : '';
}

/** The mailbox named by Identity. */
export function requireMailbox(call: CmdletCall): SimUser & { mailbox: SimMailbox } {
  const identity = textOf(call, 'Identity');
  const user = findMailboxUser(call.directory, identity);
  if (user === undefined) {
    throw objectNotFound(identity);
  }
  return user;
}

const FILTER_TERM = /^ExternalDirectoryObjectId -eq '([0-9a-f-]{36})'$/i;

/** Object ids that an OPATH filter names; null without one. */
function filteredIds(call: CmdletCall): readonly string[] | null {
  const filter = call.parameters['Filter'];
  if (typeof filter !== 'string') {
    return null;
  }
  if (!call.quirks.filtersByObjectId) {
    throw new CmdletFailure(
      'Microsoft.Exchange.Data.ParsingException',
      "Cannot bind parameter 'Filter': 'ExternalDirectoryObjectId' is not a recognized filterable property.",
    );
  }
  return filter.split(' -or ').map((term) => {
    const [, id] = FILTER_TERM.exec(term) ?? [];
    if (id === undefined) {
      throw new CmdletFailure(
        'Microsoft.Exchange.Data.ParsingException',
        `Cannot bind parameter 'Filter': invalid syntax near '${term}'.`,
        true,
      );
    }
    return id.toLowerCase();
  });
}

/** The mailbox named by Identity, those that a filter names, or every mailbox. */
export function chosenMailboxes(call: CmdletCall): readonly (SimUser & { mailbox: SimMailbox })[] {
  if (call.parameters['Identity'] !== undefined) {
    return [requireMailbox(call)];
  }
  const wanted = filteredIds(call);
  const every = everyMailbox(call);
  return wanted === null ? every : every.filter((user) => wanted.includes(user.id));
}

function everyMailbox({ directory }: CmdletCall): readonly (SimUser & { mailbox: SimMailbox })[] {
  return directory.users.filter((user) => hasReadyMailbox(directory, user));
}
