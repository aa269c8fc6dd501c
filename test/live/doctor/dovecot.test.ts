/** The probe of mail servers against a real one: TLS from the first octet, and after STARTTLS. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probeServer } from '../../../src/imap/probe/probe-server.ts';
import type { ProbeResult, ProbeTarget } from '../../../src/imap/probe/types.ts';
import { type DovecotServer, startDovecot } from '../../support/dovecot/start-dovecot.ts';
import { describeWith } from '../../support/witness.ts';

describeWith('dovecot', 'the probe of mail servers on Dovecot', () => {
  const known = getCACertificates('default');
  let dovecot: DovecotServer | null = null;

  beforeAll(async () => {
    dovecot = await startDovecot({ fsync: false });
  });
  afterAll(async () => {
    setDefaultCACertificates(known);
    await dovecot?.stop();
  });

  function probe(security: ProbeTarget['security']): Promise<ProbeResult> {
    const { host = '', port = 0, tlsPort = 0 } = dovecot ?? {};
    const target = {
      protocol: 'imap',
      host,
      port: security === 'tls' ? tlsPort : port,
      security,
    } as const;
    return probeServer(target, {}, new AbortController().signal);
  }

  test.for(['tls', 'starttls'] as const)('%s: not trusted, then trusted', async (security) => {
    setDefaultCACertificates(known);
    expect(await probe(security)).toMatchObject({ kind: 'bad-certificate', fault: 'untrusted' });
    setDefaultCACertificates([...known, dovecot?.ca ?? '']);
    expect(await probe(security)).toMatchObject({
      kind: 'answered',
      certificate: { isPublic: false },
    });
  });

  test('without TLS its greeting is enough', async () => {
    expect(await probe('none')).toEqual({ kind: 'answered', certificate: null });
  });
});
