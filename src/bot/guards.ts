import type { IncomingActivity } from './activity.ts';

/** Hosts of the Bot Connector for Teams; a leading dot stands for every host below it. */
export const TEAMS_SERVICE_HOSTS: readonly string[] = [
  'smba.trafficmanager.net',
  '.botframework.com',
  '.teams.microsoft.com',
  '.teams.microsoft.us',
];

/** True for a service URL on an allowed host; https alone, except on loopback hosts that are listed. */
export function isAllowedServiceUrl(serviceUrl: string, hosts: readonly string[]): boolean {
  const url = URL.parse(serviceUrl);
  if (url === null || url.username !== '' || url.password !== '') {
    return false;
  }
  const isLoopback = url.hostname === '127.0.0.1' || url.hostname === 'localhost';
  if (url.protocol !== 'https:' && !(isLoopback && url.protocol === 'http:')) {
    return false;
  }
  return hosts.some((host) =>
    host.startsWith('.') ? url.hostname.endsWith(host) : url.hostname === host,
  );
}

export type Refusal = 'other-channel' | 'other-tenant' | 'other-service-url';

/** Why an activity with a valid token is still refused; null when it is not. */
export function refusalOf(
  activity: IncomingActivity,
  settings: { readonly tenantId: string; readonly allowedServiceUrlHosts: readonly string[] },
): Refusal | null {
  if (activity.channelId !== 'msteams') {
    return 'other-channel';
  }
  // Teams names the tenant twice, in personal chats at times only once: each that is there must be ours.
  const tenants = [activity.conversation.tenantId, activity.channelData?.tenant?.id].filter(
    (id) => id !== undefined,
  );
  if (tenants.length === 0 || tenants.some((id) => id !== settings.tenantId)) {
    return 'other-tenant';
  }
  return isAllowedServiceUrl(activity.serviceUrl, settings.allowedServiceUrlHosts)
    ? null
    : 'other-service-url';
}
