import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';

/**
 * A self-signed certificate is a dozen DER values around a public key; the ASN.1 libraries that make one
 * are larger than all of setup. Nobody but Entra ID reads it, and only for the key: RFC 5280 section 4.1.
 */

const MODULUS_BITS = 2048;

/** DER: a tag, the length, the contents. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 0x80) {
    return Buffer.concat([Buffer.from([tag, body.length]), body]);
  }
  const length = Buffer.from(body.length.toString(16).padStart(4, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x82]), length, body]);
}

const sequence = (...contents: readonly Buffer[]): Buffer => der(0x30, ...contents);
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);

/** sha256WithRSAEncryption, 1.2.840.113549.1.1.11, with its NULL parameters. */
const ALGORITHM = sequence(der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05));

/** `CN=…`, 2.5.4.3. */
const nameOf = (commonName: string): Buffer =>
  sequence(
    der(
      0x31,
      sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(commonName))),
    ),
  );

/** UTCTime, which is asked for up to 2049. */
const timeOf = (date: Date): Buffer =>
  der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));

export interface SelfSignedInput {
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** PEM of a new RSA key and of a certificate for it, in one text: what CLIENT_CERTIFICATE_PATH takes. */
export async function createSelfSigned(input: SelfSignedInput): Promise<string> {
  const { privateKey: pem } = await promisify(generateKeyPair)('rsa', {
    modulusLength: MODULUS_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const key = createPrivateKey(pem);
  const name = nameOf(input.commonName);
  // A positive number of 16 bytes: the first bit is none, the first byte not zero.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const version3 = der(0xa0, integer(Buffer.from([2])));
  const body = sequence(
    version3,
    integer(serial),
    ALGORITHM,
    name,
    sequence(timeOf(input.notBefore), timeOf(input.notAfter)),
    name,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', body, key);
  const certificate = sequence(body, ALGORITHM, der(0x03, Buffer.from([0]), signature));
  const text = certificate.toString('base64').replaceAll(/(.{64})/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${text.trimEnd()}\n-----END CERTIFICATE-----\n${pem}`;
}
