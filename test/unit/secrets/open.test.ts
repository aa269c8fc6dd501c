import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SealBinding } from '../../../src/secrets/claims.ts';
import {
  KeyFileError,
  loadPublicKey,
  loadSealingKeys,
  OpeningKeyUnwantedError,
  publishPublicKey,
} from '../../../src/secrets/key-file.ts';
import { createSealOpener, SealMismatchError } from '../../../src/secrets/open.ts';
import { createSealer } from '../../../src/secrets/seal.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = new Date('2026-11-22T12:00:00Z');
const binding: SealBinding = {
  tenantId: 'tenant',
  personId: 'person',
  migrationId: 'migration',
  sourceHost: 'imap.mail.me.com',
  purpose: 'icloud-app-password',
  expiresAt: new Date('2026-12-22T12:00:00Z'),
};
const opener = createSealOpener(keys.privateKey);

async function seal(): Promise<string> {
  return (await createSealer(keys.publicKey)).seal('abcdefghijklmnop', binding);
}

describe('a sealed password', () => {
  test('opens for exactly what it was sealed for', async () => {
    expect(await opener.open(await seal(), binding, now)).toBe('abcdefghijklmnop');
  });

  test.each(['tenantId', 'personId', 'migrationId', 'sourceHost'] as const)(
    'does not open for another %s',
    async (claim) => {
      const other = { ...binding, [claim]: 'other' };
      await expect(opener.open(await seal(), other, now)).rejects.toThrow(SealMismatchError);
    },
  );

  test('does not open once it has expired', async () => {
    await expect(opener.open(await seal(), binding, binding.expiresAt)).rejects.toThrow(
      SealMismatchError,
    );
  });

  test('does not open when a claim was exchanged, nor with another key', async () => {
    const [header = '', ...rest] = (await seal()).split('.');
    const forged = Buffer.from(header, 'base64url').toString().replace('person', 'persom');
    const sealed = [Buffer.from(forged).toString('base64url'), ...rest].join('.');
    const persom = { ...binding, personId: 'persom' };
    await expect(opener.open(sealed, persom, now)).rejects.toThrow(SealMismatchError);
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await expect(
      createSealOpener(stranger.privateKey).open(await seal(), binding, now),
    ).rejects.toThrow(SealMismatchError);
  });
});

describe('the key file', () => {
  test('is made once, readable to its owner alone', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'skybridge-key-')), 'key.pem');
    const made = await loadSealingKeys(file);
    const again = await loadSealingKeys(file);
    expect(again.privateKey.equals(made.privateKey)).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('that holds no key is named', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'skybridge-key-')), 'key.pem');
    await writeFile(file, 'not a key');
    await expect(loadSealingKeys(file)).rejects.toThrow(KeyFileError);
  });

  test('the public half is written beside it, and is all that a bot takes', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'skybridge-key-'));
    const [file, open] = ['key.pem', 'public.pem'].map((name) => path.join(folder, name));
    const made = await loadSealingKeys(file ?? '');
    await publishPublicKey(open ?? '', made);
    expect((await loadPublicKey(open ?? '')).equals(made.publicKey)).toBe(true);
    await expect(loadPublicKey(file ?? '')).rejects.toThrow(OpeningKeyUnwantedError);
    await expect(loadPublicKey(path.join(folder, 'none.pem'))).rejects.toThrow(KeyFileError);
    expect((await readdir(folder)).toSorted()).toEqual(['key.pem', 'public.pem']);
  });
});
