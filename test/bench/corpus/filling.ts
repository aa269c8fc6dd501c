import { createCipheriv } from 'node:crypto';
import type { SeededRandom } from '../../sim/sample/random.ts';

/** Text and base64 of any length, cheap to make: slices of two blocks that were made once. */
export interface Filling {
  /** Whole lines of English words, about `sizeBytes` of them and at least one. */
  text(random: SeededRandom, sizeBytes: number): Buffer;
  /** Whole lines of base64 as a mailer writes them, at most `sizeBytes`, at least one line. */
  base64(random: SeededRandom, sizeBytes: number): Buffer;
  words(random: SeededRandom, count: number): string;
}

const [FIRST_WORD = '', ...OTHER_WORDS] =
  'the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see number no way could people my than first water been call who oil its now find long down day did get come made may part over new sound take only little work know place year live me back give most very after thing our just name good sentence man think say great where help through much before line right too mean old any same tell boy follow came want show also around form three small set put end does another well large must big even such because turn here why ask went men read need land different home us move try kind hand picture again change off play spell air away animal house point page letter mother answer found study still learn should world'.split(
    ' ',
  );
const WORDS: readonly [string, ...string[]] = [FIRST_WORD, ...OTHER_WORDS];

/** 76 characters and CRLF. */
const BASE64_LINE = 78;
const BLOCK_BYTES = 6_000_000;
const TEXT_LINES = 4000;

/** Bytes that no compression or store can shrink, the same for the same seed. */
function noise(seed: number, sizeBytes: number): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(sizeBytes));
}

/** Makes the two blocks. */
export function createFilling(random: SeededRandom, seed: number): Filling {
  const words: Filling['words'] = (from, count) =>
    Array.from({ length: count }, () => from.pick(WORDS)).join(' ');
  const lines = Array.from({ length: TEXT_LINES }, () => words(random, 6 + random.below(7)));
  const text = Buffer.from(`${lines.join('\r\n')}\r\n`);
  const encoded = noise(seed, BLOCK_BYTES).toString('base64');
  const base64 = Buffer.from(encoded.replaceAll(/.{76}/gu, '$&\r\n'));
  const base64Lines = Math.floor(base64.length / BASE64_LINE);

  function* textPieces(from: SeededRandom, sizeBytes: number): Generator<Buffer> {
    for (let left = sizeBytes; left > 0; ) {
      const start = text.indexOf('\n', from.below(text.length - 2000)) + 1;
      const end = text.lastIndexOf('\n', Math.min(text.length - 1, start + left + 80)) + 1;
      yield text.subarray(start, end);
      left -= end - start;
    }
  }
  function* base64Pieces(from: SeededRandom, sizeBytes: number): Generator<Buffer> {
    for (let left = Math.max(1, Math.floor(sizeBytes / BASE64_LINE)); left > 0; ) {
      const start = from.below(base64Lines - 1);
      const count = Math.min(left, base64Lines - start);
      yield base64.subarray(start * BASE64_LINE, (start + count) * BASE64_LINE);
      left -= count;
    }
  }
  return {
    words,
    text: (from, sizeBytes) => Buffer.concat([...textPieces(from, Math.max(1, sizeBytes))]),
    base64: (from, sizeBytes) => Buffer.concat([...base64Pieces(from, sizeBytes)]),
  };
}
