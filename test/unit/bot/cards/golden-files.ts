/** Every card in every state, as golden.test.ts writes them: the picture book and other checks read these. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const GOLDEN_DIR = path.join(import.meta.dirname, '../../../golden/cards');

export interface GoldenCard {
  /** "person-ask.de". */
  readonly name: string;
  /** The file as it is. */
  readonly json: string;
  readonly content: unknown;
}

/** In the order of their names. */
export function goldenCards(): readonly GoldenCard[] {
  return readdirSync(GOLDEN_DIR)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => {
      const json = readFileSync(path.join(GOLDEN_DIR, file), 'utf8');
      return { name: file.replace(/\.json$/, ''), json, content: JSON.parse(json) };
    });
}
