// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 wants the polyfill loaded before it.
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

export interface CertificateInput {
  readonly commonName: string;
  /** IP addresses of a server. */
  readonly ipAddresses?: readonly string[];
  readonly notAfter?: Date;
}

/** PEM of a self-signed RSA certificate and its key: for a server, or for an application's credential. */
export async function createCertificate(
  input: CertificateInput,
): Promise<{ readonly key: string; readonly cert: string }> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const notAfter = input.notAfter ?? new Date(Date.now() + 90 * 86_400_000);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${input.commonName}`,
      notBefore: new Date(notAfter.getTime() - 180 * 86_400_000),
      notAfter,
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new SubjectAlternativeNameExtension(
          (input.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
        ),
      ],
    },
    webcrypto,
  );
  return {
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `${certificate.toString('pem')}\n`,
  };
}
