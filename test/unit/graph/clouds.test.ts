import { expect, test } from 'vitest';
import { chooseCloud } from '../../../src/graph/clouds.ts';

test.each([
  ['global', 'login.microsoftonline.com', 'graph.microsoft.com', 'outlook.office365.com'],
  ['usgov', 'login.microsoftonline.us', 'graph.microsoft.us', 'outlook.office365.us'],
  ['usgovdod', 'login.microsoftonline.us', 'dod-graph.microsoft.us', 'outlook-dod.office365.us'],
  ['china', 'login.chinacloudapi.cn', 'microsoftgraph.chinacloudapi.cn', 'outlook.office365.cn'],
] as const)('%s has its own hosts and asks for its own tokens', (name, login, graph, exchange) => {
  expect(chooseCloud(name)).toEqual({
    loginUrl: `https://${login}`,
    graphUrl: `https://${graph}`,
    exchangeAdminUrl: `https://${exchange}`,
    resources: { graph: `https://${graph}`, exchange: `https://${exchange}` },
  });
});

test('an override changes where is asked, not what the token is for', () => {
  const cloud = chooseCloud('global', { graphUrl: 'https://127.0.0.1:8443/' });
  expect(cloud.graphUrl).toBe('https://127.0.0.1:8443');
  expect(cloud.loginUrl).toBe('https://login.microsoftonline.com');
  expect(cloud.resources.graph).toBe('https://graph.microsoft.com');
});
