import type { Cloud } from '../graph/clouds.ts';
import type { TimeSource } from '../graph/doctor/check-clock.ts';
import { ICLOUD_IMAP_HOST, ICLOUD_SMTP } from '../imap/profiles/icloud.ts';
import type { CheckedServer } from '../jobs/adapters/server-findings.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** An IMAP server from its URL; without TLS of its own STARTTLS is asked for, but for this machine. */
function imapTarget(url: string): Pick<CheckedServer, 'protocol' | 'host' | 'port' | 'security'> {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === 'imaps:';
  const upgraded = LOOPBACK.test(hostname) ? 'none' : 'starttls';
  return {
    protocol: 'imap',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (isTls ? 993 : 143)),
    security: isTls ? 'tls' : upgraded,
  };
}

function httpsTarget(name: string, url: string): readonly CheckedServer[] {
  const { protocol, hostname, port } = new URL(url);
  return protocol === 'https:'
    ? [
        {
          check: 'microsoft-hosts',
          name,
          protocol: 'https',
          host: hostname.replace(/^\[(.*)\]$/, '$1'),
          port: Number(port || 443),
          security: 'tls',
        },
      ]
    : [];
}

/**
 * Every server that a move talks to. Mail is sent through Apple only where it is read there: for another
 * source nobody named an SMTP server.
 */
export function serversToCheck(cloud: Cloud, sourceImapUrl: string): readonly CheckedServer[] {
  const source = imapTarget(sourceImapUrl);
  const isApple = source.host === ICLOUD_IMAP_HOST;
  return [
    { check: 'source-imap', name: isApple ? 'iCloud IMAP' : 'The source', ...source },
    ...(isApple
      ? [
          {
            check: 'source-smtp',
            name: 'iCloud SMTP',
            protocol: 'smtp',
            security: 'starttls',
            ...ICLOUD_SMTP,
          } as const,
        ]
      : []),
    { check: 'target-imap', name: 'Exchange IMAP', ...imapTarget(cloud.imapUrl) },
    ...httpsTarget('Entra ID', cloud.loginUrl),
    ...httpsTarget('Microsoft Graph', cloud.graphUrl),
    ...httpsTarget('Exchange', cloud.exchangeAdminUrl),
  ];
}

/** The services that tell the time. */
export function timeSources(cloud: Cloud): readonly TimeSource[] {
  return [
    { name: 'Entra ID', url: `${cloud.loginUrl}/` },
    { name: 'Microsoft Graph', url: `${cloud.graphUrl}/` },
    { name: 'Exchange', url: `${cloud.exchangeAdminUrl}/` },
  ];
}
