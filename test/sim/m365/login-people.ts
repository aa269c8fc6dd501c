import { createHash, randomBytes } from 'node:crypto';
import { PUBLIC_CLIENTS, type SimAdministrator } from './administrators.ts';
import type { Directory } from './directory.ts';
import { entraError } from './login-errors.ts';
import type { Answer } from './service.ts';
import type { Audience, TokenAuthority, TokenSettings } from './tokens.ts';

/** Somebody's sign-in at a public client: what the code, or the device code, is later redeemed for. */
interface Grant {
  readonly clientId: string;
  readonly administrator: SimAdministrator;
  readonly scopes: readonly string[];
  readonly redirectUri: string | null;
  /** S256 of the verifier; null for device codes and refresh tokens. */
  readonly challenge: string | null;
}

interface DeviceSignIn {
  readonly userCode: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  administrator: SimAdministrator | 'declined' | null;
}

/** People who sign in: authorization code with PKCE, device code, refresh. */
export interface PeopleSignIn {
  /** The page that a browser gets once its user has signed in: a form that sends itself. */
  authorize(query: URLSearchParams): string;
  startDevice(form: URLSearchParams, loginUrl: string): Answer;
  /** What a person does in another browser. */
  finishDevice(userCode: string, outcome: 'approved' | 'declined'): void;
  redeem(form: URLSearchParams): Promise<Answer>;
  /** A token for whoever would sign in, without the ceremony. */
  tokenOf(audience: Audience): Promise<string>;
}

export const PEOPLE_GRANTS: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'device_code',
  'urn:ietf:params:oauth:grant-type:device_code',
];

/** Delegated scopes by their resource, as far as a public client may ask an administrator for them. */
const DELEGATED: Readonly<Record<Audience, readonly string[]>> = {
  'https://graph.microsoft.com': ['Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'],
  'https://outlook.office365.com': ['Exchange.Manage'],
};

const OPENID = ['openid', 'profile', 'offline_access'];

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

export interface PeopleSignInDeps {
  readonly directory: Directory;
  readonly tokens: TokenAuthority;
  readonly settings: TokenSettings;
  readonly noteToken: (token: string) => void;
}

export function createPeopleSignIn(deps: PeopleSignInDeps): PeopleSignIn {
  const { directory, tokens, settings, noteToken } = deps;
  const codes = new Map<string, Grant>();
  const devices = new Map<string, DeviceSignIn>();
  const refreshes = new Map<string, Grant>();

  const administrator = (): SimAdministrator => {
    const [first] = directory.administrators;
    if (first === undefined) {
      throw entraError(400, 'access_denied', { code: 50105, text: 'Nobody can sign in.' });
    }
    return first;
  };

  const checkClient = (clientId: string, scopes: readonly string[]): void => {
    const own = directory.publicClientIds.includes(clientId);
    if (!own && !Object.values<string>(PUBLIC_CLIENTS).includes(clientId)) {
      throw entraError(
        400,
        'unauthorized_client',
        { code: 700016, text: `Application with identifier '${clientId}' was not found.` },
        `unknown public client ${clientId}`,
      );
    }
    audienceOf(clientId, scopes);
  };

  const issue = async (grant: Grant): Promise<Answer> => {
    const { clientId, administrator: person, scopes } = grant;
    const { audience, granted } = audienceOf(clientId, scopes);
    const accessToken = await tokens.issueDelegated({ clientId, person, audience, granted });
    const refreshToken = randomBytes(32).toString('base64url');
    refreshes.set(refreshToken, { ...grant, challenge: null, redirectUri: null });
    noteToken(accessToken);
    noteToken(refreshToken);
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        scope: granted.map((scope) => `${audience}/${scope}`).join(' '),
        expires_in: settings.lifetimeSeconds,
        ext_expires_in: settings.lifetimeSeconds,
        access_token: accessToken,
        refresh_token: refreshToken,
        id_token: await tokens.issueIdToken({ clientId, person }),
        client_info: Buffer.from(
          JSON.stringify({ uid: person.id, utid: directory.tenantId }),
        ).toString('base64url'),
      },
    };
  };

  const redeemCode = (form: URLSearchParams): Grant => {
    const code = form.get('code') ?? '';
    const grant = codes.get(code);
    codes.delete(code);
    if (grant === undefined || grant.clientId !== form.get('client_id')) {
      throw entraError(
        400,
        'invalid_grant',
        { code: 54005, text: 'OAuth2 Authorization code was already redeemed.' },
        'unknown or used authorization code',
      );
    }
    if (grant.redirectUri !== form.get('redirect_uri')) {
      throw entraError(
        400,
        'invalid_grant',
        { code: 500112, text: 'The reply address does not match the one of the request.' },
        'another redirect URI than that of the request',
      );
    }
    const verifier = form.get('code_verifier') ?? '';
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (!/^[\w.~-]{43,128}$/.test(verifier) || challenge !== grant.challenge) {
      throw entraError(
        400,
        'invalid_grant',
        { code: 501481, text: 'The Code_Verifier does not match the code_challenge.' },
        'the code verifier does not fit the challenge',
      );
    }
    return grant;
  };

  const redeemDevice = (form: URLSearchParams): Grant => {
    const code = form.get('device_code') ?? '';
    const device = devices.get(code);
    if (device === undefined || device.clientId !== form.get('client_id')) {
      throw entraError(400, 'bad_verification_code', { code: 70019, text: 'Unknown code.' });
    }
    if (device.administrator === null) {
      throw entraError(400, 'authorization_pending', {
        code: 70016,
        text: 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
      });
    }
    devices.delete(code);
    if (device.administrator === 'declined') {
      throw entraError(400, 'authorization_declined', {
        code: 70043,
        text: 'The user declined to authenticate.',
      });
    }
    const { clientId, scopes } = device;
    return {
      clientId,
      scopes,
      administrator: device.administrator,
      redirectUri: null,
      challenge: null,
    };
  };

  const redeemRefresh = (form: URLSearchParams): Grant => {
    const grant = refreshes.get(form.get('refresh_token') ?? '');
    if (grant === undefined || grant.clientId !== form.get('client_id')) {
      throw entraError(400, 'invalid_grant', { code: 700082, text: 'The refresh token expired.' });
    }
    return { ...grant, scopes: scopesOf(form) };
  };

  return {
    authorize: (query) => {
      const grant = readAuthorize(query);
      checkClient(grant.clientId, grant.scopes);
      const code = randomBytes(32).toString('base64url');
      codes.set(code, { ...grant, administrator: administrator() });
      const fields = { code, state: query.get('state') ?? '', session_state: 'a session' };
      const inputs = Object.entries(fields).map(
        ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}" />`,
      );
      return `<html><body><form method="POST" action="${escapeHtml(grant.redirectUri)}">${inputs.join('')}</form></body></html>`;
    },
    startDevice: (form, loginUrl) => {
      const clientId = form.get('client_id') ?? '';
      const scopes = scopesOf(form);
      checkClient(clientId, scopes);
      const deviceCode = randomBytes(32).toString('base64url');
      const userCode = randomBytes(5).toString('hex').toUpperCase().slice(0, 9);
      devices.set(deviceCode, { userCode, clientId, scopes, administrator: null });
      return {
        status: 200,
        body: {
          user_code: userCode,
          device_code: deviceCode,
          verification_uri: `${loginUrl}/common/oauth2/deviceauth`,
          expires_in: 900,
          interval: settings.deviceIntervalSeconds,
          message: `To sign in, open ${loginUrl}/common/oauth2/deviceauth and enter the code ${userCode}.`,
        },
      };
    },
    finishDevice: (userCode, outcome) => {
      const device = [...devices.values()].find((known) => known.userCode === userCode);
      if (device === undefined) {
        throw new Error(`There is no device code ${userCode}.`);
      }
      device.administrator = outcome === 'approved' ? administrator() : 'declined';
    },
    tokenOf: (audience) =>
      tokens.issueDelegated({
        clientId: PUBLIC_CLIENTS.graph,
        person: administrator(),
        audience,
        granted: DELEGATED[audience],
      }),
    redeem: (form) => {
      const grant = {
        authorization_code: redeemCode,
        refresh_token: redeemRefresh,
      }[form.get('grant_type') ?? ''];
      return issue((grant ?? redeemDevice)(form));
    },
  };
}

const scopesOf = (form: URLSearchParams): readonly string[] =>
  (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');

/** One resource a request; Microsoft's own clients have what was agreed beforehand, under `.default`. */
function audienceOf(
  clientId: string,
  scopes: readonly string[],
): { readonly audience: Audience; readonly granted: readonly string[] } {
  const wanted = scopes.filter((scope) => !OPENID.includes(scope));
  const audiences: readonly Audience[] = [
    'https://graph.microsoft.com',
    'https://outlook.office365.com',
  ];
  const audience = audiences.find((known) =>
    wanted.every((scope) => scope.startsWith(`${known}/`)),
  );
  const names = wanted.map((scope) => scope.slice(scope.lastIndexOf('/') + 1));
  const refuse = (): never => {
    throw entraError(
      400,
      'invalid_scope',
      { code: 65002, text: 'Consent between first party applications must be configured.' },
      `scope ${scopes.join(' ')} of client ${clientId}`,
    );
  };
  if (audience === undefined || names.length === 0) {
    return refuse();
  }
  if (names.length === 1 && names[0] === '.default') {
    return clientId === PUBLIC_CLIENTS.exchange && audience === 'https://outlook.office365.com'
      ? { audience, granted: DELEGATED[audience] }
      : refuse();
  }
  const foreign = clientId === PUBLIC_CLIENTS.graph && audience !== 'https://graph.microsoft.com';
  const unknown = names.some((name) => !DELEGATED[audience].includes(name));
  return foreign || unknown || clientId === PUBLIC_CLIENTS.exchange
    ? refuse()
    : { audience, granted: names };
}

function readAuthorize(query: URLSearchParams): Omit<Grant, 'administrator'> & {
  readonly redirectUri: string;
} {
  const need = (name: string, pattern: RegExp): string => {
    const value = query.get(name) ?? '';
    if (!pattern.test(value) || query.getAll(name).length !== 1) {
      throw entraError(
        400,
        'invalid_request',
        { code: 90014, text: `The field '${name}' is missing or malformed.` },
        `authorize without a good ${name}`,
      );
    }
    return value;
  };
  need('response_type', /^code$/);
  need('response_mode', /^form_post$/);
  need('code_challenge_method', /^S256$/);
  need('state', /.{16,}/);
  return {
    clientId: need('client_id', /^[0-9a-f-]{36}$/),
    scopes: need('scope', /./).split(' '),
    // A native client may name any port of this machine, and nothing else.
    redirectUri: need('redirect_uri', /^http:\/\/localhost:\d+\/?$/),
    challenge: need('code_challenge', /^[\w-]{43}$/),
  };
}
