import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, open, readFile, writeFile } from 'node:fs/promises';
import { AppError } from '../errors.ts';

const MODULUS_BITS = 3072;

export interface SealingKeys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** The file that holds the private sealing key cannot be used. */
export class KeyFileError extends AppError {
  override readonly name = 'KeyFileError';
  readonly code = 'secrets.key-file';
  readonly disposition = 'stop';
  readonly path: string;
  constructor(path: string, options?: ErrorOptions) {
    super('The sealing key file cannot be used.', options);
    this.path = path;
  }
}

/** A process that only seals was given the key that opens: whoever got into it could read every password. */
export class OpeningKeyUnwantedError extends AppError {
  override readonly name = 'OpeningKeyUnwantedError';
  readonly code = 'secrets.opening-key-unwanted';
  readonly disposition = 'stop';
  readonly path: string;
  constructor(path: string) {
    super('A process that faces Teams does not take the key that opens passwords.');
    this.path = path;
  }
}

/** Reads the public half from a PEM file that has nothing else in it; never makes one. */
export async function loadPublicKey(path: string): Promise<KeyObject> {
  const pem = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new KeyFileError(path, { cause: error });
  });
  // `createPublicKey` would take a private key and derive its public half.
  if (pem.includes('PRIVATE KEY')) {
    throw new OpeningKeyUnwantedError(path);
  }
  try {
    return createPublicKey(pem);
  } catch (error) {
    throw new KeyFileError(path, { cause: error });
  }
}

/** Writes the public half where an operator finds it, for processes that only seal. */
export async function publishPublicKey(path: string, { publicKey }: SealingKeys): Promise<void> {
  try {
    await writeFile(path, publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o644 });
  } catch (error) {
    throw new KeyFileError(path, { cause: error });
  }
}

/** Reads the sealing key from a PEM file, made with mode 0600 where it is missing. */
export async function loadSealingKeys(path: string): Promise<SealingKeys> {
  try {
    if (!existsSync(path)) {
      await createKeyFile(path);
    }
    // Whoever copied the file by hand may have left it readable to others.
    await chmod(path, 0o600);
    const privateKey = createPrivateKey(await readFile(path, 'utf8'));
    return { privateKey, publicKey: createPublicKey(privateKey) };
  } catch (error) {
    throw new KeyFileError(path, { cause: error });
  }
}

async function createKeyFile(path: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: MODULUS_BITS });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(pem);
    await file.sync();
    await file.close();
  } catch (error) {
    // Another process was faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw error;
    }
  }
}
