import type { Express, Request, Response } from 'express';
import { DIRECTORY_ROLES } from './administrators.ts';
import { bindParameters, type Cmdlet, type ExchangeQuirks } from './cmdlet.ts';
import { ACCESS_CMDLETS } from './cmdlets-access.ts';
import { FOLDER_CMDLETS } from './cmdlets-folders.ts';
import { MAILBOX_CMDLETS } from './cmdlets-mailbox.ts';
import { ORGANIZATION_CMDLETS } from './cmdlets-organization.ts';
import { POLICY_CMDLETS } from './cmdlets-policies.ts';
import { ROLE_GROUP_CMDLETS } from './cmdlets-role-groups.ts';
import { ROLE_CMDLETS } from './cmdlets-roles.ts';
import { type Directory, findMailboxUser, type SimApplication } from './directory.ts';
import {
  CmdletFailure,
  endpointRefusal,
  exchangeRefusal,
  unknownParameter,
} from './exchange-errors.ts';
import { allowedCmdlets, outsideScope, permissionOf } from './exchange-rbac.ts';
import type { Journal } from './journal.ts';
import {
  type Answer,
  answerRoot,
  createApplication,
  Refusal,
  runOperation,
  type ServiceContext,
} from './service.ts';
import type { TokenAuthority, TokenClaims } from './tokens.ts';

export interface ExchangeServiceDeps {
  readonly context: ServiceContext;
  readonly directory: Directory;
  readonly journal: Journal;
  readonly tokens: TokenAuthority;
  readonly quirks: ExchangeQuirks;
}

interface CmdletInput {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

const CMDLETS = new Map<string, Cmdlet>(
  [
    ...MAILBOX_CMDLETS,
    ...FOLDER_CMDLETS,
    ...ACCESS_CMDLETS,
    ...POLICY_CMDLETS,
    ...ORGANIZATION_CMDLETS,
    ...ROLE_CMDLETS,
    ...ROLE_GROUP_CMDLETS,
  ].map((cmdlet) => [cmdlet.name, cmdlet]),
);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{"CmdletInput":{"CmdletName":…,"Parameters":{…}}}` and nothing else; null when it is not. */
function readInput(request: Request): CmdletInput | null {
  try {
    const body: unknown = JSON.parse(String(request.body));
    const input = isRecord(body) && Object.keys(body).length === 1 ? body['CmdletInput'] : null;
    if (
      !isRecord(input) ||
      Object.keys(input).some((key) => !['CmdletName', 'Parameters'].includes(key))
    ) {
      return null;
    }
    const { CmdletName: name, Parameters: parameters = {} } = input;
    return typeof name === 'string' && isRecord(parameters) ? { name, parameters } : null;
  } catch {
    return null;
  }
}

async function readClaims(deps: ExchangeServiceDeps, request: Request): Promise<TokenClaims> {
  const [, token] = /^Bearer (\S+)$/.exec(request.get('authorization') ?? '') ?? [];
  if (token === undefined) {
    throw endpointRefusal(401, 'Unauthorized', 'No bearer token.');
  }
  const check = await deps.tokens.check(token, 'https://outlook.office365.com');
  if (check.kind === 'ok') {
    return check.claims;
  }
  const refusal = endpointRefusal(401, 'Unauthorized', check.reason);
  // An expired token is part of life; a foreign or broken one is a fault of the client.
  throw check.reason.includes('expired') ? new Refusal(refusal.answer, null) : refusal;
}

/** An application, or null for a person who administers Exchange. */
async function authenticate(
  deps: ExchangeServiceDeps,
  request: Request,
): Promise<SimApplication | null> {
  const claims = await readClaims(deps, request);
  if (claims.person !== undefined) {
    authorizePerson(claims.person);
    return null;
  }
  const application = deps.directory.applications.find(
    (known) => known.clientId === claims.clientId,
  );
  const admitted = claims.roles.includes('Exchange.ManageAsApp');
  if (
    application === undefined ||
    !admitted ||
    allowedCmdlets(deps.directory, application).length === 0
  ) {
    // Believed wording. Two things are needed: the app role and a role in Exchange or Entra ID.
    throw endpointRefusal(
      403,
      'Forbidden',
      `The role assigned to application ${claims.clientId} isn't supported in this scenario.`,
      admitted ? 'no Exchange role' : 'the token has no role Exchange.ManageAsApp',
    );
  }
  return application;
}

function authorizePerson(person: NonNullable<TokenClaims['person']>): void {
  const admins: readonly string[] = [
    DIRECTORY_ROLES.globalAdministrator,
    DIRECTORY_ROLES.exchangeAdministrator,
  ];
  if (!person.scopes.includes('Exchange.Manage')) {
    throw endpointRefusal(403, 'Forbidden', 'Access is denied.', 'no scope Exchange.Manage');
  }
  if (!person.directoryRoles.some((role) => admins.includes(role))) {
    const { answer } = endpointRefusal(403, 'Forbidden', 'Access is denied.');
    throw new Refusal(answer, null);
  }
}

function checkHeaders(deps: ExchangeServiceDeps, request: Request): void {
  const { directory } = deps;
  if (!/^application\/json\b/i.test(request.get('content-type') ?? '')) {
    throw endpointRefusal(415, 'UnsupportedMediaType', 'Content type must be application/json.');
  }
  const anchor = request.get('x-anchormailbox') ?? '';
  const system = `APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${directory.tenantId}`;
  if (anchor !== system && !/^(UPN:)?[^@\s:]+@[^@\s]+$/.test(anchor)) {
    throw endpointRefusal(400, 'BadRequest', 'X-AnchorMailbox is missing or malformed.');
  }
}

function checkAddress(deps: ExchangeServiceDeps, request: Request, url: URL): void {
  if (request.params['tenant'] !== deps.directory.tenantId) {
    throw endpointRefusal(404, 'NotFound', 'The tenant of the path is unknown.');
  }
  const unknown = [...url.searchParams.keys()].find(
    (name) => !['$select', '$skiptoken'].includes(name),
  );
  if (unknown !== undefined) {
    throw endpointRefusal(400, 'BadRequest', `Unknown query option ${unknown}.`);
  }
}

function runCmdlet(
  deps: ExchangeServiceDeps,
  application: SimApplication | null,
  input: CmdletInput,
): ReturnType<Cmdlet['run']> {
  const cmdlet = CMDLETS.get(input.name);
  const { directory, journal, quirks } = deps;
  const permission =
    application === null
      ? { parameters: null, covers: () => true }
      : permissionOf(directory, application, input.name);
  if (cmdlet === undefined || permission === null) {
    throw new CmdletFailure(
      'System.Management.Automation.CommandNotFoundException',
      `The term '${input.name}' is not recognized as the name of a cmdlet, function, script file, or operable program.`,
      true,
    );
  }
  const { parameters: allowed } = permission;
  const surplus = Object.keys(input.parameters).find((name) => allowed?.includes(name) === false);
  if (surplus !== undefined) {
    throw unknownParameter(cmdlet.name, surplus);
  }
  const parameters = bindParameters(cmdlet, input.parameters);
  if (application !== null) {
    journal.cmdlets.push({ cmdlet: cmdlet.name, parameters: Object.keys(parameters) });
  }
  // A scope limits what is changed, never what is read.
  const user = findMailboxUser(directory, String(parameters['Identity'] ?? ''));
  if (!cmdlet.name.startsWith('Get-') && user !== undefined && !permission.covers(user.id)) {
    throw outsideScope(user.displayName);
  }
  return cmdlet.run({ directory, journal, quirks, parameters });
}

/** Rows of one page; `$select` keeps the named properties only. */
function pageOf(
  rows: readonly Readonly<Record<string, unknown>>[],
  url: URL,
  pageSize: number,
): Readonly<Record<string, unknown>> {
  const selected = url.searchParams.get('$select')?.split(',');
  const unknown = selected?.find((name) => rows.some((row) => !(name in row)));
  if (unknown !== undefined) {
    throw endpointRefusal(400, 'BadRequest', `$select names ${unknown}, which no row has.`);
  }
  const start = Number(url.searchParams.get('$skiptoken') ?? '0');
  const value = rows
    .slice(start, start + pageSize)
    .map((row) =>
      selected === undefined
        ? row
        : Object.fromEntries(selected.map((name) => [name, row[name] ?? null])),
    );
  if (start + pageSize >= rows.length) {
    return { value };
  }
  const next = new URL(url);
  next.searchParams.set('$skiptoken', String(start + pageSize));
  return { value, '@odata.nextLink': next.href };
}

/** Exchange's admin endpoint: the one that its own PowerShell module talks to. */
export function createExchangeApplication(deps: ExchangeServiceDeps): Express {
  const { context, quirks } = deps;
  const application = createApplication();
  answerRoot(application, context);
  const urlOf = (request: Request): URL =>
    new URL(request.originalUrl, `${request.protocol}://${request.get('host') ?? ''}`);

  const invoke = async (request: Request): Promise<Answer> => {
    const url = urlOf(request);
    checkAddress(deps, request, url);
    const client = await authenticate(deps, request);
    checkHeaders(deps, request);
    const input = readInput(request);
    if (input === null) {
      throw endpointRefusal(
        400,
        'BadRequest',
        'The body is not {"CmdletInput":{"CmdletName","Parameters"}}.',
      );
    }
    try {
      const { value, warnings } = runCmdlet(deps, client, input);
      const body = {
        '@odata.context': `${url.origin}/adminapi/beta/$metadata`,
        ...pageOf(value, url, quirks.pageSize),
      };
      return {
        status: 200,
        body: warnings === undefined ? body : { ...body, '@adminapi.warnings': warnings },
      };
    } catch (error) {
      throw error instanceof CmdletFailure ? exchangeRefusal(error, quirks.errorPlace) : error;
    }
  };

  /** The cmdlets the caller may use; the PowerShell module asks for them when it connects. */
  const moduleFile = async (request: Request): Promise<Answer> => {
    if (request.params['tenant'] !== deps.directory.tenantId) {
      throw endpointRefusal(404, 'NotFound', 'The tenant of the path is unknown.');
    }
    const client = await authenticate(deps, request);
    if (
      request.get('commandname') !== '*' ||
      !/^\d+\.\d+\.\d+$/.test(urlOf(request).searchParams.get('Version') ?? '')
    ) {
      throw endpointRefusal(400, 'BadRequest', 'CommandName or Version is missing.');
    }
    const names = client === null ? [...CMDLETS.keys()] : allowedCmdlets(deps.directory, client);
    return { status: 200, body: { value: [{ exportedCmdlets: names.join(',') }] } };
  };

  const invokeNamed = (request: Request, response: Response): Promise<void> =>
    runOperation(context, readInput(request)?.name ?? 'unknown', { request, response }, invoke);
  application.post('/adminapi/beta/:tenant/InvokeCommand', invokeNamed);
  application.post('/adminapi/v1.0/:tenant/InvokeCommand', invokeNamed);
  application.get('/adminapi/v1.0/:tenant/EXOModuleFile', (request, response) =>
    runOperation(context, 'EXOModuleFile', { request, response }, moduleFile),
  );
  application.use((request, response) =>
    runOperation(context, 'unknown', { request, response }, () => {
      throw endpointRefusal(404, 'NotFound', `unknown path ${request.method} ${request.path}`);
    }),
  );
  return application;
}
