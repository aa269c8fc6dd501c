import { type CryptoKey, compactDecrypt, type KeyObject } from 'jose';
import { AppError } from '../errors.ts';
import {
  CLAIMS_PARAMETER,
  parseClaims,
  SEAL_ALGORITHM,
  SEAL_ENCRYPTION,
  SEAL_TYPE,
  type SealBinding,
} from './claims.ts';

/** The sealed password was not sealed for this use of it, has expired, or was altered. */
export class SealMismatchError extends AppError {
  override readonly name = 'SealMismatchError';
  readonly code = 'secrets.not-for-this';
  readonly disposition = 'ask';
}

/** Opens sealed passwords; only the process that reads mail has one. */
export interface SealOpener {
  /**
   * The password, when the seal binds it to exactly what is expected of it and has not expired.
   *
   * @throws SealMismatchError otherwise; the error says nothing of the content.
   */
  open(sealed: string, expected: Omit<SealBinding, 'expiresAt'>, now: Date): Promise<string>;
}

/** An opener for the private half of the sealing key. */
export function createSealOpener(privateKey: CryptoKey | KeyObject): SealOpener {
  return {
    async open(sealed, expected, now) {
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, privateKey, {
        keyManagementAlgorithms: [SEAL_ALGORITHM],
        contentEncryptionAlgorithms: [SEAL_ENCRYPTION],
        crit: { [CLAIMS_PARAMETER]: true },
      }).catch((error: unknown) => {
        throw new SealMismatchError('The seal cannot be opened.', { cause: error });
      });
      const binding = parseClaims(protectedHeader[CLAIMS_PARAMETER]);
      if (
        protectedHeader.typ !== SEAL_TYPE ||
        binding === null ||
        binding.expiresAt <= now ||
        !isBoundTo(binding, expected)
      ) {
        throw new SealMismatchError('The seal binds the password to something else.');
      }
      return new TextDecoder().decode(plaintext);
    },
  };
}

function isBoundTo(binding: SealBinding, expected: Omit<SealBinding, 'expiresAt'>): boolean {
  return (
    binding.tenantId === expected.tenantId &&
    binding.personId === expected.personId &&
    binding.migrationId === expected.migrationId &&
    binding.sourceHost === expected.sourceHost &&
    binding.purpose === expected.purpose
  );
}
