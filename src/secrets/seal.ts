import { KeyObject } from 'node:crypto';
import type { CryptoKey, JWK } from 'jose';
import { CompactEncrypt, calculateJwkThumbprint, exportJWK, importJWK, importSPKI } from 'jose';
import type { SealBinding } from './claims.ts';
import {
  CLAIMS_PARAMETER,
  formatClaims,
  SEAL_ALGORITHM,
  SEAL_ENCRYPTION,
  SEAL_TYPE,
} from './claims.ts';

/** Seals with a public key alone: who holds a sealer cannot open anything. */
export interface Sealer {
  /** A compact JWE whose protected header carries `binding`. */
  seal(value: string, binding: SealBinding): Promise<string>;
}

/** A public RSA key: PEM (SPKI), JWK or a KeyObject. */
export type PublicKeyInput = string | JWK | KeyObject;

async function importPublicKey(key: PublicKeyInput): Promise<CryptoKey | KeyObject | Uint8Array> {
  if (typeof key === 'string') {
    return await importSPKI(key, SEAL_ALGORITHM, { extractable: true });
  }
  return key instanceof KeyObject
    ? key
    : await importJWK({ ...key, ext: true }, SEAL_ALGORITHM, { extractable: true });
}

/** Reads the public key once; the key's RFC 7638 thumbprint becomes the `kid` of each seal. */
export async function createSealer(publicKey: PublicKeyInput): Promise<Sealer> {
  const key = await importPublicKey(publicKey);
  const kid = await calculateJwkThumbprint(await exportJWK(key));
  return {
    async seal(value, binding) {
      return await new CompactEncrypt(new TextEncoder().encode(value))
        .setProtectedHeader({
          alg: SEAL_ALGORITHM,
          enc: SEAL_ENCRYPTION,
          kid,
          typ: SEAL_TYPE,
          crit: [CLAIMS_PARAMETER],
          [CLAIMS_PARAMETER]: formatClaims(binding),
        })
        .encrypt(key, { crit: { [CLAIMS_PARAMETER]: true } });
    },
  };
}
