// oxlint-disable-next-line import/no-unassigned-import -- the certificate library wants this polyfill loaded before itself
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** Key and certificate of a server, in PEM; the authority's stands behind the server's. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateWish {
  readonly hosts: readonly string[];
  readonly validFrom?: Date;
  readonly validTo?: Date;
}

/** Somebody who signs certificates: a public authority, a company's own, a proxy that looks into TLS. */
export interface SigningAuthority {
  readonly ca: string;
  sign(wish: CertificateWish): Promise<ServerCertificate>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const from = (days: number): Date => new Date(Date.now() + days * DAY_MS);

const keyPair = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

/** Makes an authority of this name, such as `O=Contoso, CN=Contoso Proxy`. */
export async function createSigningAuthority(name: string): Promise<SigningAuthority> {
  cryptoProvider.set(webcrypto);
  const keys = await keyPair();
  const ca = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name,
    notBefore: from(-3650),
    notAfter: from(3650),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    ca: ca.toString('pem'),
    sign: async ({ hosts, validFrom = from(-1), validTo = from(60) }) => {
      const leafKeys = await keyPair();
      const leaf = await X509CertificateGenerator.create({
        serialNumber: '02',
        subject: `CN=${hosts[0] ?? ''}`,
        issuer: ca.subject,
        notBefore: validFrom,
        notAfter: validTo,
        publicKey: leafKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new SubjectAlternativeNameExtension(
            hosts.map((value) => ({ type: 'dns' as const, value })),
          ),
          await AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey);
      return {
        key: PemConverter.encode(pkcs8, PemConverter.PrivateKeyTag),
        cert: `${leaf.toString('pem')}\n${ca.toString('pem')}`,
      };
    },
  };
}
