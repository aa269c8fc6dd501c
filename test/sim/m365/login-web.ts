import { createHash, randomBytes } from 'node:crypto';
import type { Directory, SimApplication, SimUser } from './directory.ts';
import { entraError } from './login-errors.ts';
import type { Answer } from './service.ts';
import type { TokenAuthority, TokenSettings } from './tokens.ts';

/** A sign-in at an application with a web platform, from the request on. */
interface Request {
  readonly application: SimApplication;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly challenge: string;
  readonly scopes: readonly string[];
}

interface Code extends Request {
  readonly user: SimUser;
  readonly endsAtMs: number;
}

/** People who sign in to a confidential client in a browser: authorization code with PKCE. */
export interface WebSignIn {
  /** True for a client that is known to have a web platform, and not one of Microsoft's own. */
  isFor(clientId: string): boolean;
  /** The page that asks who signs in. */
  authorize(query: URLSearchParams, pickUrl: string): string;
  /** What a press on that page leads to. */
  pick(form: URLSearchParams): Answer;
  /** The client has proved itself before. */
  redeem(form: URLSearchParams, application: SimApplication): Promise<Answer>;
}

export interface WebSignInDeps {
  readonly directory: Directory;
  readonly tokens: TokenAuthority;
  readonly settings: TokenSettings;
  readonly noteToken: (token: string) => void;
}

/** Delegated scopes that the application may ask a person for; `offline_access` is none of them. */
const SCOPES: readonly string[] = ['openid', 'profile'];
const CODE_LIFETIME_MS = 600_000;
const KNOWN = new Set([
  'client_id',
  'scope',
  'redirect_uri',
  'response_mode',
  'response_type',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'nonce',
  'state',
  'client_info',
  'clidata',
  'claims',
  'client-request-id',
]);

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** Case counts, and of a web application on this machine every port is the registered one. */
function isRegistered(redirectUri: string, registered: readonly string[]): boolean {
  const withoutPort = (uri: string): string =>
    uri.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1)):\d+(?=\/|$)/, '$1');
  const isAllowed = redirectUri.startsWith('https://') || withoutPort(redirectUri) !== redirectUri;
  return isAllowed && registered.some((one) => withoutPort(one) === withoutPort(redirectUri));
}

export function createWebSignIn(deps: WebSignInDeps): WebSignIn {
  const { directory, tokens, settings, noteToken } = deps;
  const requests = new Map<string, Request>();
  const codes = new Map<string, Code>();

  const applicationOf = (clientId: string): SimApplication | undefined =>
    directory.applications.find((known) => known.clientId === clientId);

  const refuse = (code: number, text: string, violation: string | null): never => {
    throw entraError(400, 'invalid_request', { code, text }, violation);
  };

  const read = (query: URLSearchParams): Request => {
    const unknown = [...query.keys()].filter(
      (key) => !KNOWN.has(key) && !key.startsWith('x-client-') && !key.startsWith('x-app-'),
    );
    if (unknown.length > 0) {
      refuse(90_014, 'The request has an unknown field.', `unknown field ${unknown.join(', ')}`);
    }
    const need = (name: string, pattern: RegExp): string => {
      const value = query.get(name) ?? '';
      return pattern.test(value) && query.getAll(name).length === 1
        ? value
        : refuse(90_014, `The field '${name}' is missing.`, `authorize without a good ${name}`);
    };
    const application = applicationOf(need('client_id', /^[0-9a-f-]{36}$/));
    if (application === undefined) {
      return refuse(700_016, 'Application was not found in the directory.', 'unknown client');
    }
    const redirectUri = need('redirect_uri', /^https?:\/\/\S+$/);
    if (!isRegistered(redirectUri, application.redirectUris)) {
      return refuse(
        50_011,
        `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${application.clientId}'.`,
        null,
      );
    }
    need('response_type', /^code$/);
    need('response_mode', /^query$/);
    need('code_challenge_method', /^S256$/);
    const scopes = need('scope', /./).split(' ');
    if (!scopes.includes('openid') || scopes.some((scope) => !SCOPES.includes(scope))) {
      refuse(65_001, 'The user has not consented to the application.', `scope ${scopes.join(' ')}`);
    }
    return {
      application,
      redirectUri,
      scopes,
      state: need('state', /^[\w-]{32,}$/),
      nonce: need('nonce', /^[\w-]{32,}$/),
      challenge: need('code_challenge', /^[\w-]{43}$/),
    };
  };

  return {
    isFor: (clientId) => applicationOf(clientId) !== undefined,

    authorize: (query, pickUrl) => {
      const request = read(query);
      const handle = randomBytes(16).toString('base64url');
      requests.set(handle, request);
      const people = directory.users.map(
        ({ id, displayName, userPrincipalName }) =>
          `<p><button name="user" value="${id}">${escapeHtml(displayName)} (${escapeHtml(userPrincipalName)})</button></p>`,
      );
      return `<!doctype html><html lang="en"><title>Pick an account</title><h1>Pick an account</h1><form method="POST" action="${escapeHtml(pickUrl)}"><input type="hidden" name="request" value="${handle}">${people.join('')}<p><button name="user" value="">Cancel</button></p></form></html>`;
    },

    pick: (form) => {
      const handle = form.get('request') ?? '';
      const request = requests.get(handle);
      requests.delete(handle);
      if (request === undefined) {
        return refuse(165_000, 'Invalid Request: The request tokens do not match.', null);
      }
      const back = new URL(request.redirectUri);
      const user = directory.users.find(({ id }) => id === form.get('user'));
      back.searchParams.set('state', request.state);
      if (user === undefined) {
        back.searchParams.set('error', 'access_denied');
        back.searchParams.set('error_description', 'AADSTS65004: User declined to consent.');
        return { status: 302, location: back.href };
      }
      if (!user.accountEnabled) {
        return refuse(50_057, 'The user account is disabled.', null);
      }
      const code = randomBytes(32).toString('base64url');
      codes.set(code, { ...request, user, endsAtMs: directory.now() + CODE_LIFETIME_MS });
      back.searchParams.set('code', code);
      back.searchParams.set('session_state', randomBytes(8).toString('hex'));
      return { status: 302, location: back.href };
    },

    redeem: async (form, application) => {
      const invalid = (number: number, text: string, violation: string | null): never => {
        throw entraError(400, 'invalid_grant', { code: number, text }, violation);
      };
      const code = form.get('code') ?? '';
      const grant = codes.get(code);
      codes.delete(code);
      if (grant === undefined || grant.application !== application) {
        return invalid(54_005, 'OAuth2 Authorization code was already redeemed.', null);
      }
      if (directory.now() > grant.endsAtMs) {
        return invalid(70_008, 'The provided authorization code has expired.', null);
      }
      if (grant.redirectUri !== form.get('redirect_uri')) {
        return invalid(500_112, 'The reply address does not match.', 'another redirect URI');
      }
      const verifier = form.get('code_verifier') ?? '';
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      if (!/^[\w.~-]{43,128}$/.test(verifier) || challenge !== grant.challenge) {
        return invalid(501_481, 'The Code_Verifier does not match.', 'another code verifier');
      }
      const scopes = (form.get('scope') ?? '').split(' ');
      if (scopes.some((scope) => !grant.scopes.includes(scope))) {
        return invalid(65_001, 'The user has not consented.', `scope ${scopes.join(' ')}`);
      }
      const { id, userPrincipalName } = grant.user;
      const person = { id, userPrincipalName, roles: [] };
      const accessToken = await tokens.issueDelegated({
        clientId: application.clientId,
        person,
        audience: 'https://graph.microsoft.com',
        granted: scopes,
      });
      const idToken = await tokens.issueIdToken({
        clientId: application.clientId,
        person,
        nonce: grant.nonce,
      });
      noteToken(accessToken);
      noteToken(idToken);
      noteToken(code);
      return {
        status: 200,
        body: {
          token_type: 'Bearer',
          scope: scopes.join(' '),
          expires_in: settings.lifetimeSeconds,
          ext_expires_in: settings.lifetimeSeconds,
          access_token: accessToken,
          id_token: idToken,
          client_info: Buffer.from(JSON.stringify({ uid: id, utid: directory.tenantId })).toString(
            'base64url',
          ),
        },
      };
    },
  };
}
