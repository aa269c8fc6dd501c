// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 wants the polyfill loaded before it.
import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { X509Certificate as Peculiar } from '@peculiar/x509';
import { expect, test } from 'vitest';
import { readSigningCertificate } from '../../../../src/graph/credential.ts';
import { createSelfSigned } from '../../../../src/graph/setup/self-signed.ts';

const notBefore = new Date('2026-11-24T09:00:00Z');
const notAfter = new Date('2027-11-25T09:00:01Z');

test('a certificate of our own is what OpenSSL and another library take for one', async () => {
  const pem = await createSelfSigned({ commonName: 'Skybridge', notBefore, notAfter });
  const certificate = new X509Certificate(pem);
  expect(certificate.subject).toBe('CN=Skybridge');
  expect(certificate.issuer).toBe('CN=Skybridge');
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.validFromDate).toEqual(notBefore);
  expect(certificate.validToDate).toEqual(notAfter);
  expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
  expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);

  const other = new Peculiar(certificate.raw);
  expect(await other.verify({ date: new Date('2027-01-01T00:00:00Z') }, webcrypto)).toBe(true);
  expect(other.subject).toBe('CN=Skybridge');
  expect(other.notAfter).toEqual(notAfter);
  expect(readSigningCertificate(pem).expiresAt).toEqual(notAfter);
});
