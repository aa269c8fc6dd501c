import { expect, test } from 'vitest';
import { estimateCopy, estimateText } from '../../../../src/bot/cards/estimate.ts';

const HOUR = 3600;

test.for([
  ['nothing', 0, null, 0, 0],
  ['1 GB, nothing measured: between 500 and 200 MB an hour', 1e9, null, 2 * HOUR, 5 * HOUR],
  ['a fast pilot brings the near end nearer alone', 1e9, 1_000_000, 1000, 5 * HOUR],
  ['a slow one puts the far end off', 1e9, 10_000, 2 * HOUR, 100_000],
  ['more is there than was thought', -5, null, 0, 0],
] as const)('%s', ([, bytes, rate, fromSeconds, toSeconds]) => {
  expect(estimateCopy(bytes, rate)).toEqual({ fromSeconds, toSeconds });
});

test('it is said from–to, with what it depends on', () => {
  expect(estimateText(3_400_000_000, null)).toMatch(
    /^Copying takes about 6 h 50 min to about 17 h\. It depends on what iCloud gives, at worst 200 to 500 MB an hour/,
  );
  expect(estimateText(1000, null)).toMatch(/^Copying takes less than a minute\. /);
});
