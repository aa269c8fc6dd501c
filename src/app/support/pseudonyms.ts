import { createHmac, randomBytes } from 'node:crypto';

/** Stands for an address, a person or a folder: the same for the same all over one bundle, and for nothing outside. */
export interface Pseudonyms {
  (kind: 'person' | 'mailbox' | 'account' | 'folder', value: string): string;
  (kind: 'person' | 'mailbox' | 'account' | 'folder', value: string | null): string | null;
}

const LETTERS = 12;

/** Keyed anew each time, and the key is kept nowhere: nobody can try names until one fits. */
export function createPseudonyms(key: Buffer = randomBytes(32)): Pseudonyms {
  function pseudonym(kind: string, value: string): string;
  function pseudonym(kind: string, value: string | null): string | null;
  function pseudonym(kind: string, value: string | null): string | null {
    if (value === null) {
      return null;
    }
    const digest = createHmac('sha256', key).update(`${kind}:${value.toLowerCase()}`).digest('hex');
    return `${kind}-${digest.slice(0, LETTERS)}`;
  }
  return pseudonym;
}
