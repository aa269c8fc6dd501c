import type { Facts, FindingText } from '../words.ts';
import { argument, dayOf, fact, PAGES, trouble, well } from './finding-text.ts';

const where = (facts: Facts): string =>
  `${fact(facts, 'server', 'The server')} (${fact(facts, 'host')}:${fact(facts, 'port')})`;

const lookup = (facts: Facts): string => `nslookup ${argument(facts, 'host')}`;

/** How the certificate is looked at by hand. */
function certificateOf(facts: Facts): string {
  const upgrade = fact(facts, 'upgrade', '');
  const how = upgrade === '' ? '' : ` -starttls ${upgrade}`;
  const host = argument(facts, 'host');
  return `openssl s_client -connect ${host}:${argument(facts, 'port')} -servername ${host}${how} </dev/null`;
}

const FIREWALL =
  'Let this machine out to that host and port in the firewall (TCP, no proxy), then check again.';

/** Reaching the servers, and what their certificates say. */
export const SERVER_FINDINGS: Readonly<Record<string, (facts: Facts) => FindingText>> = {
  'check.server': well((facts) => {
    return facts['validTo'] === undefined
      ? `${where(facts)} answers.`
      : `${where(facts)} answers; its certificate is good until ${dayOf(facts, 'validTo')}.`;
  }),
  'check.server.no-such-host': trouble(PAGES.networks, (facts) => ({
    what: `${where(facts)} cannot be found: this machine's DNS has no address for the name.`,
    doNext:
      'Check the name in the settings, then the DNS server of this machine (a container may have another one than its host).',
    command: lookup(facts),
  })),
  'check.server.refused': trouble(PAGES.networks, (facts) => ({
    what: `${where(facts)} refused the connection: nothing listens there, or a firewall rejects it.`,
    doNext: `Check host and port in the settings. ${FIREWALL}`,
  })),
  'check.server.no-route': trouble(PAGES.networks, (facts) => ({
    what: `${where(facts)} cannot be reached: this machine has no route to it.`,
    doNext: 'Check the network of this machine, and that it may reach the internet directly.',
  })),
  'check.server.timeout': trouble(PAGES.networks, (facts) => ({
    what: `${where(facts)} did not answer: a firewall most likely drops the connection without a word.`,
    doNext: FIREWALL,
  })),
  'check.server.silent': trouble(PAGES.networks, (facts) => ({
    what: `${where(facts)} takes the connection and then says nothing: a firewall or proxy most likely holds it, or something else listens on that port.`,
    doNext: `Check the port. ${FIREWALL}`,
  })),
  'check.server.closed': trouble(PAGES.networks, (facts) => ({
    what: `${where(facts)} takes the connection and cuts it: most likely a firewall that looks into it.`,
    doNext: FIREWALL,
  })),
  'check.server.no-starttls': trouble(PAGES.appleServers, (facts) => ({
    what: `${where(facts)} offers no encryption (STARTTLS). Apple's server does, so most likely a firewall takes the offer out.`,
    doNext:
      'Switch off the mail inspection of the firewall for this host (on Cisco devices "inspect esmtp").',
    command: certificateOf(facts),
  })),
  'check.server.not-tls': trouble(PAGES.networks, (facts) => ({
    what: `${where(facts)} answers, but not encrypted: it is another service, or a proxy's own page.`,
    doNext: 'Check the port: 993 is IMAP with TLS, 143 is not. imaps:// in the settings means TLS.',
    command: certificateOf(facts),
  })),
  'check.server.turned-away': trouble(PAGES.networks, (facts) => ({
    what: `${where(facts)} turned me away. It may be busy, or not want the address of this machine.`,
    doNext: 'Check again in some minutes; if it stays, ask who runs the network of this machine.',
  })),
  'check.server.strange': trouble(PAGES.networks, (facts) => ({
    what: `${where(facts)} answered in a form that I do not know.`,
    doNext: 'Look at the answer: a proxy often names itself in it.',
  })),
  'check.server.expired': trouble(PAGES.networks, (facts) => ({
    what: `The certificate of ${where(facts)} ended on ${dayOf(facts, 'validTo')}; "${fact(facts, 'issuer')}" signed it.`,
    doNext:
      "If it is a server or proxy of your own, renew it. If it is Apple's or Microsoft's, check the clock of this machine.",
    command: certificateOf(facts),
  })),
  'check.server.not-yet-valid': trouble(PAGES.clock, (facts) => ({
    what: `The certificate of ${where(facts)} begins on ${dayOf(facts, 'validFrom')}: the clock of this machine is most likely wrong.`,
    doNext: 'Set the clock of this machine by a time server.',
    command: 'timedatectl set-ntp true',
  })),
  'check.server.other-name': trouble(PAGES.networks, (facts) => ({
    what: `${where(facts)} shows the certificate of another host (${fact(facts, 'names')}).`,
    doNext:
      'Check the host name in the settings, and whether DNS or a proxy of yours leads to another machine.',
    command: lookup(facts),
  })),
  'check.server.proxy': trouble(PAGES.appleNetworks, (facts) => ({
    what: `A proxy that inspects TLS stands before ${where(facts)}: its certificate was signed by "${fact(facts, 'issuer')}", which this machine does not trust, and not by an authority of Apple's or Microsoft's.`,
    doNext:
      'Exempt this host from inspection (best: mail and passwords would pass through the proxy in clear). Otherwise give me the authority of the proxy in NODE_EXTRA_CA_CERTS.',
    command: certificateOf(facts),
  })),
  'check.server.proxy-trusted': trouble(PAGES.appleNetworks, (facts) => ({
    what: `A proxy that inspects TLS stands before ${where(facts)}: its certificate was signed by "${fact(facts, 'issuer')}", which was added to this machine. I can work, and the proxy can read mail and passwords.`,
    doNext: 'Exempt this host from inspection.',
    command: certificateOf(facts),
  })),
  'check.server.untrusted': trouble(PAGES.networks, (facts) => ({
    what: `This machine does not trust the certificate of ${where(facts)}; "${fact(facts, 'issuer')}" signed it.`,
    doNext:
      'If it is a server of your own, name the file with its authority in NODE_EXTRA_CA_CERTS and start me again.',
    command: certificateOf(facts),
  })),
};
