import { generateKeyPairSync } from 'node:crypto';
import { compactDecrypt, decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';
import { parseClaims } from '../../../src/secrets/claims.ts';
import { createSealer } from '../../../src/secrets/seal.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const binding = {
  tenantId: 't-1',
  personId: 'p-1',
  migrationId: 'm-1',
  sourceHost: 'imap.mail.me.com',
  purpose: 'icloud-app-password',
  expiresAt: new Date('2026-11-29T10:00:00Z'),
} as const;
const crit = { crit: { claims: true } };

test.for([
  ['a KeyObject', publicKey],
  ['PEM', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  ['JWK', publicKey.export({ format: 'jwk' })],
] as const)('seals with %s so that only the private key opens it', async ([, key]) => {
  const sealed = await (await createSealer(key)).seal('abcdefghijklmnop', binding);
  expect(sealed).not.toContain('abcdefghijklmnop');
  const opened = await compactDecrypt(sealed, privateKey, crit);
  expect(new TextDecoder().decode(opened.plaintext)).toBe('abcdefghijklmnop');
  expect(parseClaims(opened.protectedHeader['claims'])).toEqual(binding);
  expect(opened.protectedHeader).toMatchObject({ alg: 'RSA-OAEP-256', enc: 'A256GCM' });
});

test('a changed claim makes the seal worthless', async () => {
  const sealed = await (await createSealer(publicKey)).seal('abcdefghijklmnop', binding);
  const header = { ...decodeProtectedHeader(sealed) };
  header['claims'] = { ...Object(header['claims']), oid: 'p-2' };
  const forged = [
    Buffer.from(JSON.stringify(header)).toString('base64url'),
    ...sealed.split('.').slice(1),
  ].join('.');
  await expect(compactDecrypt(forged, privateKey, crit)).rejects.toThrow(
    'decryption operation failed',
  );
});

test('a reader that does not know the claims refuses', async () => {
  const sealed = await (await createSealer(publicKey)).seal('abcdefghijklmnop', binding);
  await expect(compactDecrypt(sealed, privateKey)).rejects.toThrow('claims');
});

test.for([
  null,
  'x',
  {},
  { tid: 't', oid: 'p', mig: 'm', host: 'h', use: 'else', exp: 1 },
  { tid: 't', oid: 'p', mig: 'm', host: 'h', use: 'icloud-app-password', exp: 'soon' },
])('parseClaims refuses %j', (value) => {
  expect(parseClaims(value)).toBeNull();
});
