import { expect, test } from 'vitest';
import { cloudOf } from '../../../src/app/tenant-clients.ts';
import { parseConfig } from '../../../src/config.ts';
import { chooseCloud } from '../../../src/graph/clouds.ts';

test.each([
  {
    name: 'global',
    login: 'login.microsoftonline.com',
    graph: 'graph.microsoft.com',
    exchange: 'outlook.office365.com',
    imap: 'outlook.office365.com',
  },
  {
    name: 'usgov',
    login: 'login.microsoftonline.us',
    graph: 'graph.microsoft.us',
    exchange: 'outlook.office365.us',
    imap: 'outlook.office365.us',
  },
  {
    name: 'usgovdod',
    login: 'login.microsoftonline.us',
    graph: 'dod-graph.microsoft.us',
    exchange: 'outlook-dod.office365.us',
    imap: 'outlook-dod.office365.us',
  },
  {
    name: 'china',
    login: 'login.chinacloudapi.cn',
    graph: 'microsoftgraph.chinacloudapi.cn',
    exchange: 'outlook.office365.cn',
    imap: 'partner.outlook.cn',
  },
] as const)('$name has its own hosts and asks for its own tokens', (cloud) => {
  const { login, graph, exchange, imap } = cloud;
  expect(chooseCloud(cloud.name)).toEqual({
    loginUrl: `https://${login}`,
    graphUrl: `https://${graph}`,
    exchangeAdminUrl: `https://${exchange}`,
    imapUrl: `imaps://${imap}:993`,
    resources: { graph: `https://${graph}`, exchange: `https://${exchange}` },
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
