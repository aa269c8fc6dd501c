const DAY_MS = 86_400_000;

/**
 * For which of the days a person is to be reminded now: the last that has passed since they were asked,
 * so that a service that was away reminds once and not for each day that it missed. Null before the first. Pure.
 */
export function dueReminder(askedAt: Date, now: Date, days: readonly number[]): number | null {
  const passed = days.filter((day) => now.getTime() - askedAt.getTime() >= day * DAY_MS);
  return passed.length === 0 ? null : Math.max(...passed);
}
