// oxlint-disable-next-line import/no-unassigned-import -- the certificate library wants this polyfill loaded before itself
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate for loopback and the authority that signed it. */
export interface TestAuthority {
  /** PEM file of the authority, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  /** The authority's certificate in PEM. */
  readonly ca: string;
  readonly keyFile: string;
  readonly certFile: string;
  /** The server's private key in PEM. */
  readonly key: string;
  /** The server's certificate in PEM. */
  readonly cert: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Makes an authority and a certificate for localhost, 127.0.0.1 and ::1, and writes both as PEM files to `dir`. */
export async function createTestAuthority(dir: string): Promise<TestAuthority> {
  cryptoProvider.set(webcrypto);
  const [caKeys, leafKeys] = await Promise.all([keyPair(), keyPair()]);
  const notBefore = new Date(Date.now() - DAY_MS);
  const notAfter = new Date(Date.now() + 30 * DAY_MS);
  const issuer = 'CN=Skybridge simulated world CA';
  const ca = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: issuer,
    notBefore,
    notAfter,
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const leaf = await X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=localhost',
    issuer,
    notBefore,
    notAfter,
    publicKey: leafKeys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
      await AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
      await SubjectKeyIdentifierExtension.create(leafKeys.publicKey),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey);
  const key = PemConverter.encode(pkcs8, PemConverter.PrivateKeyTag);
  const files = {
    caFile: join(dir, 'ca.pem'),
    keyFile: join(dir, 'server-key.pem'),
    certFile: join(dir, 'server-cert.pem'),
  };
  const pem = { ca: ca.toString('pem'), key, cert: leaf.toString('pem') };
  await mkdir(dir, { recursive: true });
  await Promise.all([
    writeFile(files.caFile, pem.ca),
    writeFile(files.keyFile, pem.key, { mode: 0o600 }),
    writeFile(files.certFile, pem.cert),
  ]);
  return { ...files, ...pem };
}
