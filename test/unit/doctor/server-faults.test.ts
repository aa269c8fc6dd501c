/** Reaching mail servers and reading their certificates, on real sockets: planted, named, mended. */
import { lookup as lookupName } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { probeServer } from '../../../src/imap/probe/probe-server.ts';
import { type CheckedServer, serverFinding } from '../../../src/jobs/adapters/server-findings.ts';
import type { TenantFinding } from '../../../src/jobs/ports.ts';
import { type MailListener, type Manner, startMailListener } from '../../support/mail-listener.ts';
import { createSigningAuthority, type ServerCertificate } from '../../support/tls-authority.ts';
import { expectFinding, type Fault, verdictsOn } from './faults.ts';

const OWN = 'mail.example.test';
const APPLE = 'imap.mail.me.com';
const APPLE_SMTP = 'smtp.mail.me.com';
const IMAP_GREETING = '* OK ready\r\n';

const OPENSSL = 'OpenSSL X509_verify_cert and Node.js TLS, seen on real sockets';
const SOCKETS = 'connect(2), getaddrinfo(3), seen on real sockets';
const APPLE_PAGE =
  'Apple, "iCloud Mail server settings": imap.mail.me.com 993, smtp.mail.me.com 587 with STARTTLS';
const APPLE_NETWORKS =
  'Apple, "Use Apple products on enterprise networks": connections through HTTPS inspection fail';

const day = (days: number): Date => new Date(Date.now() + days * 86_400_000);

const publicAuthority = await createSigningAuthority('O=Public Trust, CN=Public Root');
const company = await createSigningAuthority('O=Contoso, CN=Contoso Root');
const proxy = await createSigningAuthority('O=Contoso, CN=Contoso Web Filter');
const trusted = [...getCACertificates('default'), publicAuthority.ca];
setDefaultCACertificates(trusted);

const good = await publicAuthority.sign({ hosts: [OWN, APPLE, APPLE_SMTP] });
const expired = await publicAuthority.sign({ hosts: [OWN], validFrom: day(-90), validTo: day(-1) });
const early = await publicAuthority.sign({ hosts: [OWN], validFrom: day(2), validTo: day(90) });
const other = await publicAuthority.sign({ hosts: ['parked.example.test'] });
const inspected = await proxy.sign({ hosts: [APPLE, APPLE_SMTP] });
const unknownHere = await company.sign({ hosts: [OWN] });

/** One server of the check, and what stands in its place just now. */
class Place {
  server: CheckedServer = {
    check: 'source-imap',
    name: 'The source',
    protocol: 'imap',
    host: OWN,
    port: 0,
    security: 'tls',
  };
  hosts: readonly string[] = [OWN, APPLE, APPLE_SMTP];
  #listener: MailListener | null = null;

  /** Names lead to this machine; a name that is not listed is unknown to DNS. */
  readonly lookup: LookupFunction = (host, options, answer) => {
    lookupName(this.hosts.includes(host) ? '127.0.0.1' : 'no-such-host.invalid', options, answer);
  };

  async stand(manner: Manner, server: Partial<CheckedServer> = {}): Promise<void> {
    await this.leave();
    this.#listener = await startMailListener(manner, this.server.port);
    this.server = { ...this.server, ...server, port: this.#listener.port };
  }

  async leave(): Promise<void> {
    await this.#listener?.close();
    this.#listener = null;
  }

  async check(): Promise<readonly TenantFinding[]> {
    const deps = { lookup: this.lookup, publicAuthorities: [publicAuthority.ca], stepMs: 300 };
    const result = await probeServer(this.server, deps, new AbortController().signal);
    return [serverFinding(this.server, result)];
  }
}

const place = new Place();
afterEach(async () => {
  await place.leave();
  setDefaultCACertificates(trusted);
});

const tlsWith = (certificate: ServerCertificate): Manner => ({
  kind: 'tls',
  certificate,
  greeting: IMAP_GREETING,
});
const standGood = (): Promise<void> => place.stand(tlsWith(good));
const atApple = { host: APPLE, name: 'iCloud IMAP' };
const smtp = {
  check: 'source-smtp',
  name: 'iCloud SMTP',
  protocol: 'smtp',
  host: APPLE_SMTP,
  security: 'starttls',
} as const;
const offering: Manner = { kind: 'clear', protocol: 'smtp', certificate: good };
const plainOf = (protocol: 'imap' | 'smtp'): Manner => ({
  kind: 'clear',
  protocol,
  certificate: null,
});

const FAULTS: readonly Fault<Place>[] = [
  {
    name: 'a name that DNS does not know',
    fact: SOCKETS,
    mark: 'measured',
    plant: async () => {
      await standGood();
      place.hosts = [];
    },
    code: 'check.server.no-such-host',
    verdict: 'failed',
    names: 'nslookup mail.example.test',
    mend: () => {
      place.hosts = [OWN, APPLE, APPLE_SMTP];
    },
  },
  {
    name: 'nothing listens',
    fact: SOCKETS,
    mark: 'measured',
    plant: async () => {
      await standGood();
      await place.leave();
    },
    code: 'check.server.refused',
    verdict: 'failed',
    names: 'refused',
    mend: standGood,
  },
  {
    name: 'a connection that is taken and then held',
    fact: SOCKETS,
    mark: 'measured',
    plant: () => place.stand({ kind: 'silent' }),
    code: 'check.server.silent',
    verdict: 'failed',
    names: 'says nothing',
    mend: standGood,
  },
  {
    name: 'a connection that is cut at the first octet',
    fact: SOCKETS,
    mark: 'measured',
    plant: () => place.stand({ kind: 'cuts' }),
    code: 'check.server.closed',
    verdict: 'failed',
    names: 'cuts it',
    mend: standGood,
  },
  {
    name: 'a port that speaks no TLS',
    fact: OPENSSL,
    mark: 'measured',
    plant: () => place.stand(plainOf('imap')),
    code: 'check.server.not-tls',
    verdict: 'failed',
    names: '993',
    mend: standGood,
  },
  {
    name: 'a certificate that has ended',
    fact: OPENSSL,
    mark: 'measured',
    plant: () => place.stand(tlsWith(expired)),
    code: 'check.server.expired',
    verdict: 'failed',
    names: day(-1).toISOString().slice(0, 10),
    mend: standGood,
  },
  {
    name: 'a certificate that has not begun',
    fact: OPENSSL,
    mark: 'measured',
    plant: () => place.stand(tlsWith(early)),
    code: 'check.server.not-yet-valid',
    verdict: 'failed',
    names: 'timedatectl',
    mend: standGood,
  },
  {
    name: 'the certificate of another host',
    fact: OPENSSL,
    mark: 'measured',
    plant: () => place.stand(tlsWith(other)),
    code: 'check.server.other-name',
    verdict: 'failed',
    names: 'parked.example.test',
    mend: standGood,
  },
  {
    name: 'a private authority that this machine does not know',
    fact: OPENSSL,
    mark: 'measured',
    plant: () => place.stand(tlsWith(unknownHere)),
    code: 'check.server.untrusted',
    verdict: 'failed',
    names: 'NODE_EXTRA_CA_CERTS',
    mend: () => setDefaultCACertificates([...trusted, company.ca]),
  },
  {
    name: "a proxy that looks into Apple's TLS",
    fact: `${APPLE_NETWORKS}; ${OPENSSL}`,
    mark: 'measured',
    plant: () => place.stand(tlsWith(inspected), atApple),
    code: 'check.server.proxy',
    verdict: 'failed',
    names: 'Contoso Web Filter',
    mend: standGood,
  },
  {
    name: "a proxy that looks into Apple's TLS, trusted on this machine",
    fact: `${APPLE_NETWORKS}; ${OPENSSL}`,
    mark: 'measured',
    plant: async () => {
      setDefaultCACertificates([...trusted, proxy.ca]);
      await place.stand(tlsWith(inspected), atApple);
    },
    code: 'check.server.proxy-trusted',
    verdict: 'warning',
    names: 'can read mail and passwords',
    mend: standGood,
  },
  {
    name: 'a firewall that takes STARTTLS out of the offers',
    fact: `${APPLE_PAGE}; RFC 3207`,
    mark: 'found',
    plant: () => place.stand(plainOf('smtp'), smtp),
    code: 'check.server.no-starttls',
    verdict: 'failed',
    names: 'inspect esmtp',
    mend: () => place.stand(offering),
  },
  {
    name: 'a proxy behind STARTTLS',
    fact: `${APPLE_PAGE}; ${OPENSSL}`,
    mark: 'measured',
    plant: () => place.stand({ kind: 'clear', protocol: 'smtp', certificate: inspected }, smtp),
    code: 'check.server.proxy',
    verdict: 'failed',
    names: /-starttls smtp/,
    mend: () => place.stand(offering),
  },
  {
    name: 'an SMTP server that wants nobody from here',
    fact: 'RFC 5321, section 3.1: 554 in place of a greeting',
    mark: 'found',
    plant: () => place.stand({ kind: 'says', text: '554 no service for your address\r\n' }, smtp),
    code: 'check.server.turned-away',
    verdict: 'warning',
    names: 'turned me away',
    mend: () => place.stand(offering),
  },
  {
    name: 'IMAP without STARTTLS, where the settings say imap://',
    fact: 'RFC 3501, section 6.2.1',
    mark: 'found',
    plant: () =>
      place.stand(plainOf('imap'), { protocol: 'imap', security: 'starttls', host: OWN }),
    code: 'check.server.no-starttls',
    verdict: 'failed',
    names: 'STARTTLS',
    mend: () => place.stand({ kind: 'clear', protocol: 'imap', certificate: good }),
  },
  {
    name: "a proxy's own page",
    fact: 'an answer that is neither IMAP nor SMTP: RFC 3501, section 7.1',
    mark: 'found',
    plant: () =>
      place.stand({ kind: 'tls', certificate: good, greeting: 'HTTP/1.1 403 Forbidden\r\n' }),
    code: 'check.server.strange',
    verdict: 'unknown',
    names: 'form that I do not know',
    mend: standGood,
  },
];

test.for(FAULTS)('$name ($mark)', async (fault) => {
  place.server = { ...place.server, check: 'source-imap', name: 'The source', host: OWN, port: 0 };
  place.server = { ...place.server, protocol: 'imap', security: 'tls' };
  await fault.plant(place);
  const finding = expectFinding(await place.check(), fault);
  await fault.mend(place);
  expect(verdictsOn(finding.check, await place.check())).toEqual(['ok']);
});

test('what is sent in clear behind STARTTLS never passes for encrypted', async () => {
  await place.stand(
    { kind: 'clear', protocol: 'smtp', certificate: good, injects: '250 STARTTLS done\r\n' },
    smtp,
  );
  expect(await place.check()).toMatchObject([{ code: 'check.server.strange', verdict: 'unknown' }]);
});

test('an answer that nobody knows is shown as it came', async () => {
  const page = { kind: 'tls', certificate: good, greeting: 'HTTP/1.1 403 Forbidden\r\n' } as const;
  await place.stand(page, { protocol: 'imap', security: 'tls', host: OWN });
  expect(await place.check()).toMatchObject([{ raw: 'HTTP/1.1 403 Forbidden' }]);
});

test('a server without TLS on this machine is no fault, and an endless line ends', async () => {
  const own = { protocol: 'imap', host: OWN, security: 'none' } as const;
  await place.stand(plainOf('imap'), own);
  expect(await place.check()).toMatchObject([{ code: 'check.server', verdict: 'ok' }]);
  await place.stand({ kind: 'says', text: 'x'.repeat(40_000) });
  expect(await place.check()).toMatchObject([{ code: 'check.server.strange' }]);
});

test('who gives up is not kept waiting', async () => {
  await place.stand({ kind: 'silent' });
  const giveUp = new AbortController();
  const probing = probeServer(place.server, { lookup: place.lookup }, giveUp.signal);
  giveUp.abort(new Error('enough'));
  await expect(probing).rejects.toThrow('enough');
});
