/** How long copying will take, from–to, as it stands beside every start. Pure. */
import { formatDuration } from '../../words/format.ts';

/** What iCloud gives an hour when it gives least. */
const SLOWEST_BYTES_PER_HOUR = { least: 200_000_000, most: 500_000_000 } as const;
const HOUR_SECONDS = 3600;

export interface CopyEstimate {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** `bytesPerSecond`: as measured lately, null where nothing was; a faster one only shortens the near end. */
export function estimateCopy(bytes: number, bytesPerSecond: number | null): CopyEstimate {
  const atRate = (bytesPerHour: number): number =>
    Math.ceil((Math.max(0, bytes) / bytesPerHour) * HOUR_SECONDS);
  const measured = (bytesPerSecond ?? 0) * HOUR_SECONDS;
  return {
    fromSeconds: atRate(Math.max(measured, SLOWEST_BYTES_PER_HOUR.most)),
    // What was measured over a small folder may be slower than the slowest.
    toSeconds: atRate(
      measured > 0
        ? Math.min(measured, SLOWEST_BYTES_PER_HOUR.least)
        : SLOWEST_BYTES_PER_HOUR.least,
    ),
  };
}

const DEPENDS =
  'It depends on what iCloud gives, at worst 200 to 500 MB an hour, on how many small messages there are, and on how busy Exchange is.';

/** "Copying takes about 7 h to about 17 h. It depends on …". */
export function estimateText(bytes: number, bytesPerSecond: number | null): string {
  const { fromSeconds, toSeconds } = estimateCopy(bytes, bytesPerSecond);
  const [from, to] = [formatDuration(fromSeconds), formatDuration(toSeconds)];
  const span = from === to ? from : `${from} to ${to}`;
  return `Copying takes ${span}. ${DEPENDS}`;
}

/** Before anybody knows how much there is. */
export function estimateUnseen(people: number): string {
  const { fromSeconds, toSeconds } = estimateCopy(5_000_000_000, null);
  const example = `How much there is I know once the password is there. 5 GB take ${formatDuration(fromSeconds)} to ${formatDuration(toSeconds)} where iCloud is slow. ${DEPENDS}`;
  return people > 1
    ? `${example} Several people move side by side, so the largest mailbox decides.`
    : example;
}
