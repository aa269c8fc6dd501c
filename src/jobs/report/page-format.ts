/** Instants and durations of the report: exact, in UTC, the same for every reader. */

const INSTANT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** "2 Mar 2015, 10:20". */
export function formatInstant(instant: Date): string {
  return INSTANT.format(instant);
}

/** "2 d 3 h 5 min", "1 h 2 min", "4 min 10 s", "12 s". */
export function formatSeconds(seconds: number): string {
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = units.findIndex(([amount]) => amount > 0);
  const shown = first < 0 ? units.slice(-1) : units.slice(first, first + (first === 0 ? 3 : 2));
  return shown
    .filter(([amount], i) => amount > 0 || i === 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}
