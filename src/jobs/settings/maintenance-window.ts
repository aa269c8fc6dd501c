/**
 * When mail may be copied: on these days from one wall-clock time to another, in one time zone. The clock
 * on the wall decides, so that summer time moves nothing: an hour that is skipped is not there to be open,
 * an hour that comes twice is open twice.
 */

/** In the order of Intl's short English names. */
export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface MaintenanceWindow {
  /** The days on which it begins; at least one. */
  readonly days: readonly Weekday[];
  /** Minutes after midnight, 0 to 1439. */
  readonly fromMinute: number;
  /** The same; not after `fromMinute`: it ends on the next day, and equal to it is a whole day. */
  readonly toMinute: number;
  /** A name of the IANA database, such as Europe/Berlin. */
  readonly timeZone: string;
}

const DAY_MINUTES = 1440;
const MINUTE_MS = 60_000;
/** All zones begin and end summer time on a quarter of an hour. */
const LOOK_EVERY_MS = 15 * MINUTE_MS;
/** A window opens at least once a week; the day more is for zones that skipped one. */
const LOOK_FOR_MS = 9 * DAY_MINUTES * MINUTE_MS;

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs more than a thousand uses of it. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) {
    return known;
  }
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  clocks.set(timeZone, clock);
  return clock;
}

/** What a clock on the wall there shows. */
function wallTime(
  timeZone: string,
  instant: Date,
): { readonly day: number; readonly minute: number } {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  return {
    day: WEEKDAYS.findIndex((name) => name === parts.get('weekday')),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

/** Whether mail may be copied at this moment; without a window it always may. Pure. */
export function isOpenAt(window: MaintenanceWindow | null, instant: Date): boolean {
  if (window === null) {
    return true;
  }
  const { days, fromMinute, toMinute, timeZone } = window;
  const { day, minute } = wallTime(timeZone, instant);
  const beginsOn = (index: number): boolean =>
    days.some((name) => name === WEEKDAYS[(index + WEEKDAYS.length) % WEEKDAYS.length]);
  return fromMinute < toMinute
    ? beginsOn(day) && minute >= fromMinute && minute < toMinute
    : (beginsOn(day) && minute >= fromMinute) || (beginsOn(day - 1) && minute < toMinute);
}

/** When it next opens or closes after `instant`, to the minute; null where it never does. Pure. */
export function nextChange(window: MaintenanceWindow | null, instant: Date): Date | null {
  if (window === null) {
    return null;
  }
  const now = isOpenAt(window, instant);
  const isOther = (ms: number): boolean => isOpenAt(window, new Date(ms)) !== now;
  const startMs = instant.getTime();
  const first = Math.floor(startMs / LOOK_EVERY_MS + 1) * LOOK_EVERY_MS;
  for (let ms = first; ms <= startMs + LOOK_FOR_MS; ms += LOOK_EVERY_MS) {
    if (isOther(ms)) {
      let change = ms;
      while (change - MINUTE_MS > startMs && isOther(change - MINUTE_MS)) {
        change -= MINUTE_MS;
      }
      return new Date(change);
    }
  }
  return null;
}

/** Minutes that it lasts by the clock on the wall. Pure. */
export function lengthOf({ fromMinute, toMinute }: MaintenanceWindow): number {
  const minutes = (toMinute - fromMinute + DAY_MINUTES) % DAY_MINUTES;
  return minutes === 0 ? DAY_MINUTES : minutes;
}

/** The zone as the database of time zones writes it; null for what is none, offsets included. */
export function parseTimeZone(text: string): string | null {
  const name = text.trim();
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) {
    return null;
  }
  try {
    const known = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
    // Some are given under an older name, which nobody there would recognise.
    return known.toLowerCase() === name.toLowerCase() ? known : name;
  } catch {
    return null;
  }
}
