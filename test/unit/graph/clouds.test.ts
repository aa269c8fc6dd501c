import { expect, test, vi } from 'vitest';
import { cloudOf } from '../../../src/app/tenant-clients.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import { chooseCloud } from '../../../src/graph/clouds.ts';
import { createM365 } from '../../../src/graph/m365.ts';
import { silentLogger } from '../../../src/log.ts';
import { never } from './tenant-world.ts';

const CLOUDS = [
  {
    name: 'global',
    login: 'login.microsoftonline.com',
    issuer: 'login.microsoftonline.com',
    graph: 'graph.microsoft.com',
    exchange: 'outlook.office365.com',
    imap: 'outlook.office365.com',
    files: '.sharepoint.com',
  },
  {
    name: 'usgov',
    login: 'login.microsoftonline.us',
    issuer: 'login.microsoftonline.us',
    graph: 'graph.microsoft.us',
    exchange: 'outlook.office365.us',
    imap: 'outlook.office365.us',
    files: '.sharepoint.us',
  },
  {
    name: 'usgovdod',
    login: 'login.microsoftonline.us',
    issuer: 'login.microsoftonline.us',
    graph: 'dod-graph.microsoft.us',
    exchange: 'outlook-dod.office365.us',
    imap: 'outlook-dod.office365.us',
    files: '.sharepoint-mil.us',
  },
  {
    name: 'china',
    login: 'login.chinacloudapi.cn',
    issuer: 'login.partner.microsoftonline.cn',
    graph: 'microsoftgraph.chinacloudapi.cn',
    exchange: 'outlook.office365.cn',
    imap: 'partner.outlook.cn',
    files: '.sharepoint.cn',
  },
] as const;

test.each(CLOUDS)('$name has its own hosts and asks for its own tokens', (cloud) => {
  const { login, issuer, graph, exchange, imap, files } = cloud;
  expect(chooseCloud(cloud.name)).toEqual({
    loginUrl: `https://${login}`,
    graphUrl: `https://${graph}`,
    exchangeAdminUrl: `https://${exchange}`,
    imapUrl: `imaps://${imap}:993`,
    resources: { graph: `https://${graph}`, exchange: `https://${exchange}` },
    issuerHost: issuer,
    fileHostSuffix: files,
  });
});

test('mail goes to the server of the cloud, unless another one is named', () => {
  const configured = (environment: Record<string, string>): string =>
    cloudOf(parseConfig(environment)).imapUrl;
  expect(configured({})).toBe('imaps://outlook.office365.com:993');
  expect(configured({ CLOUD: 'usgov' })).toBe('imaps://outlook.office365.us:993');
  expect(configured({ CLOUD: 'china', TARGET_IMAP_URL: 'imaps://127.0.0.1:1993' })).toBe(
    'imaps://127.0.0.1:1993',
  );
});

test('an override changes where is asked, not what the token is for', () => {
  const cloud = chooseCloud('global', { graphUrl: 'https://127.0.0.1:8443/' });
  expect(cloud.graphUrl).toBe('https://127.0.0.1:8443');
  expect(cloud.loginUrl).toBe('https://login.microsoftonline.com');
  expect(cloud.resources.graph).toBe('https://graph.microsoft.com');
});

const TENANT = '11111111-2222-4333-8444-555555555555';

/** Stands for every host of Microsoft's; notes where it was asked, and for what. */
function answerEverything(login: string): {
  readonly seen: Set<string>;
  readonly scopes: string[];
} {
  const seen = new Set<string>();
  const scopes: string[] = [];
  const claims = Buffer.from('{}').toString('base64url');
  const bodyFor = (url: URL): unknown => {
    if (url.pathname.endsWith('/openid-configuration')) {
      return {
        issuer: `https://${login}/${TENANT}/v2.0`,
        authorization_endpoint: `https://${login}/${TENANT}/oauth2/v2.0/authorize`,
        token_endpoint: `https://${login}/${TENANT}/oauth2/v2.0/token`,
        jwks_uri: `https://${login}/${TENANT}/discovery/v2.0/keys`,
      };
    }
    if (url.pathname.endsWith('/token')) {
      return { token_type: 'Bearer', expires_in: 3599, access_token: `a.${claims}.b` };
    }
    return { value: [{ id: TENANT, exportedCmdlets: 'Get-Mailbox' }] };
  };
  vi.stubGlobal('fetch', (input: string, init: RequestInit) => {
    const url = new URL(input);
    seen.add(url.host);
    const scope = new URLSearchParams(typeof init.body === 'string' ? init.body : '').get('scope');
    scopes.push(...(scope === null ? [] : scope.split(' ').filter((one) => one.includes('//'))));
    return Promise.resolve(Response.json(bodyFor(url)));
  });
  return { seen, scopes };
}

test.each(CLOUDS)('$name: no request and no token leaves the cloud', async (cloud) => {
  const { seen, scopes } = answerEverything(cloud.login);
  const m365 = createM365({
    cloud: chooseCloud(cloud.name),
    tenantId: TENANT,
    clientId: TENANT,
    credential: { kind: 'secret', secret: 'a secret' },
    clock: systemClock,
    log: silentLogger,
  });
  expect((await m365.organization.read(never)).tenantId).toBe(TENANT);
  expect(await m365.exchange.allowedCmdlets(never)).toEqual(['Get-Mailbox']);
  vi.unstubAllGlobals();
  expect(seen).toEqual(new Set([cloud.login, cloud.graph, cloud.exchange]));
  expect(scopes).toEqual([`https://${cloud.graph}/.default`, `https://${cloud.exchange}/.default`]);
});
