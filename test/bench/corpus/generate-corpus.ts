import { createSeededRandom, type SeededRandom } from '../../sim/sample/random.ts';
import type { AppendInput } from '../../support/compare/raw-imap-client.ts';
import { composeMessage } from './compose-message.ts';
import type { CorpusSpec } from './corpora.ts';
import { createFilling } from './filling.ts';
import { CORPUS_FOLDERS } from './folders.ts';

const LAST_DAY = Date.UTC(2026, 8, 21) / 1000;
const FIRST_DAY = LAST_DAY - 15 * 365 * 86_400;
/** Sizes are log-normal: a median of 15 KB, a mean five times that. */
const MEDIAN_BYTES = 15_000;
const SIZE_SIGMA = 1.79;
const SMALLEST_BYTES = 700;
const LARGEST_BYTES = 25_000_000;
/** Messages that later ones may repeat. */
const REMEMBERED = 200;
const REMEMBERED_BYTES = 2_000_000;

/** The folders that a mailbox has. */
export function foldersOf({ isClean = false }: CorpusSpec): typeof CORPUS_FOLDERS {
  return isClean ? CORPUS_FOLDERS.filter(({ name }) => !name.includes('"')) : CORPUS_FOLDERS;
}

function pickFolder(random: SeededRandom, folders: typeof CORPUS_FOLDERS): string {
  const all = folders.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.next() * all;
  for (const { name, weight } of folders) {
    left -= weight;
    if (left < 0) {
      return name;
    }
  }
  return 'INBOX';
}

/** Box and Muller's normal distribution. */
function gauss(random: SeededRandom): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}

function drawSize(random: SeededRandom, medianBytes: number): number {
  const drawn = medianBytes * Math.exp(gauss(random) * SIZE_SIGMA);
  return Math.floor(Math.min(LARGEST_BYTES, Math.max(SMALLEST_BYTES, drawn)));
}

function drawFlags(random: SeededRandom, folder: string): string[] {
  const flags: string[] = [];
  const add = (flag: string, share: number): void => {
    if (random.next() < share) {
      flags.push(flag);
    }
  };
  add('\\Seen', folder === 'Sent Messages' || folder === 'Archive' ? 1 : 0.8);
  add('\\Answered', 0.12);
  add('\\Flagged', 0.05);
  add('\\Draft', folder === 'Drafts' ? 1 : 0);
  add('\\Deleted', 0.004);
  add('$Forwarded', 0.03);
  add('$Junk', folder === 'Junk' ? 1 : 0);
  return flags;
}

/** Yields the mailbox from the oldest message on; one in fifty is a twin of another. */
export function* generateCorpus(spec: CorpusSpec): Generator<AppendInput> {
  const { isClean = false, medianBytes = MEDIAN_BYTES } = spec;
  const folders = foldersOf(spec);
  const random = createSeededRandom(spec.seed);
  const filling = createFilling(random, spec.seed);
  const drawDate = (): number => FIRST_DAY + random.below(LAST_DAY - FIRST_DAY);
  const dates = Array.from({ length: spec.messages }, drawDate).toSorted((a, b) => a - b);
  const fixed = new Map(
    spec.fixedSizes.map(({ at, sizeBytes }) => [Math.floor(spec.messages * at), sizeBytes]),
  );
  const earlier: AppendInput[] = [];
  for (const [index, seconds] of dates.entries()) {
    const folder = pickFolder(random, folders);
    const internalDate = new Date(seconds * 1000);
    const fixedBytes = fixed.get(index);
    const twin = random.next();
    const model = earlier[random.below(Math.max(1, earlier.length))];
    if (twin < 0.02 && model !== undefined && fixedBytes === undefined) {
      // In the same folder more often than in another, and sometimes with its date.
      const at = twin < 0.012 ? model.folder : folder;
      yield { ...model, folder: at, ...(twin < 0.006 ? { internalDate } : {}) };
      continue;
    }
    const sizeBytes = fixedBytes ?? drawSize(random, medianBytes);
    const message: AppendInput = {
      folder,
      flags: drawFlags(random, folder),
      // Mail that was imported lately has an old date behind newer ones.
      internalDate: random.next() < 0.97 ? internalDate : new Date(drawDate() * 1000),
      bytes: composeMessage({
        random,
        filling,
        folder,
        index,
        sizeBytes,
        sentAt: internalDate,
        isClean,
      }),
    };
    if (message.bytes.length < REMEMBERED_BYTES) {
      earlier.push(message);
      earlier.splice(0, earlier.length - REMEMBERED);
    }
    yield message;
  }
}
