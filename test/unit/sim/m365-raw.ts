import {
  ALL_CMDLETS,
  addApplication,
  addSku,
  createDirectory,
  type Directory,
  type DirectoryOptions,
  type SimApplication,
} from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { type RunningM365, startM365 } from '../../sim/m365/start-m365.ts';

export interface RawAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface RawRequest {
  readonly body?: unknown;
  /** Sent over the usual ones; an empty value leaves the header out. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The simulator over plain HTTP, spoken to with nothing but fetch. */
export interface RawTenant {
  readonly directory: Directory;
  readonly application: SimApplication;
  readonly server: RunningM365;
  tokenRequest(fields: Readonly<Record<string, string>>): Promise<RawAnswer>;
  token(resource: 'graph' | 'exchange'): Promise<string>;
  /** `GET /users?$top=1` below /v1.0. */
  graph(line: string, request?: RawRequest): Promise<RawAnswer>;
  cmdlet(name: string, parameters: unknown, request?: RawRequest): Promise<RawAnswer>;
}

const SECRET = 'raw secret';
const SCOPES = {
  graph: 'https://graph.microsoft.com/.default',
  exchange: 'https://outlook.office365.com/.default',
};

const WELL_PREPARED: Partial<SimApplication> = {
  secret: SECRET,
  graphRoles: [
    'User.ReadWrite.All',
    'Organization.Read.All',
    'LicenseAssignment.ReadWrite.All',
    'GroupMember.Read.All',
    'MailboxSettings.Read',
    'Mail.ReadBasic.All',
  ],
  exchangeRoles: ['Exchange.ManageAsApp', 'IMAP.AccessAsApp'],
  allowedCmdlets: [...ALL_CMDLETS],
};

async function ask(url: string, init: RequestInit): Promise<RawAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

function headersOf(
  usual: Readonly<Record<string, string>>,
  request: RawRequest,
): Record<string, string> {
  const all = Object.entries({ ...usual, ...request.headers });
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

export async function startRawTenant(options: DirectoryOptions = {}): Promise<RawTenant> {
  const directory = createDirectory(options);
  const application = addApplication(directory, structuredClone(WELL_PREPARED));
  addSku(directory, PRODUCTS.businessBasic, 2);
  const server = await startM365({ directory });

  const tokenRequest: RawTenant['tokenRequest'] = (fields) =>
    ask(`${server.loginUrl}/${directory.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams(fields),
    });

  const token: RawTenant['token'] = async (resource) => {
    const { body } = await tokenRequest({
      client_id: application.clientId,
      client_secret: SECRET,
      grant_type: 'client_credentials',
      scope: SCOPES[resource],
    });
    const issued =
      typeof body === 'object' && body !== null && 'access_token' in body ? body.access_token : '';
    return typeof issued === 'string' ? issued : '';
  };

  return {
    directory,
    application,
    server,
    tokenRequest,
    token,
    graph: async (line, request = {}) => {
      const [method = '', path = ''] = line.split(/ (.*)/);
      const json = request.body === undefined ? {} : { 'content-type': 'application/json' };
      const authorization = `Bearer ${await token('graph')}`;
      return ask(`${server.graphUrl}/v1.0${path}`, {
        method,
        headers: headersOf({ authorization, ...json }, request),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
    },
    cmdlet: async (name, parameters, request = {}) => {
      const usual = {
        authorization: `Bearer ${await token('exchange')}`,
        'content-type': 'application/json; charset=utf-8',
        'x-anchormailbox': `APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${directory.tenantId}`,
      };
      return ask(`${server.exchangeAdminUrl}/adminapi/beta/${directory.tenantId}/InvokeCommand`, {
        method: 'POST',
        headers: headersOf(usual, request),
        body: JSON.stringify(
          request.body ?? { CmdletInput: { CmdletName: name, Parameters: parameters } },
        ),
      });
    },
  };
}
