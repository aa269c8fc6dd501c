/** The Date header: RFC 5322 section 3.3 with the obsolete zones and years of section 4.3. */

const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

const DATE =
  /^(?:[a-z]{2,9}\.?,?\s*)?(\d{1,2})[\s-]+([a-z]{3,9})\.?[\s-]+(\d{2,4})\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*([+-]\d{4}|[a-z]{1,4})?/i;

const ZONE_HOURS: Readonly<Record<string, number>> = {
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
};

/** Seconds since 1970 of a Date header's value; null where it cannot be read. */
export function parseDateHeader(value: string): number | null {
  const match = DATE.exec(value.replace(/\([^()]*\)/g, ' ').trim());
  if (match === null) {
    return null;
  }
  const [, day, month = '', year = '', hour, minute, second = '0', zone = ''] = match;
  const monthAt = MONTHS.indexOf(month.slice(0, 3).toLowerCase());
  if (monthAt < 0 || monthAt % 3 !== 0) {
    return null;
  }
  const utcMs = Date.UTC(
    fullYear(year),
    monthAt / 3,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return utcMs / 1000 - zoneSeconds(zone);
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) {
    return year < 50 ? 2000 + year : 1900 + year;
  }
  return text.length === 3 ? 1900 + year : year;
}

/** Unknown letters mean "-0000" (section 4.3): the time is taken as UTC. */
function zoneSeconds(zone: string): number {
  const offset = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (offset === null) {
    return (ZONE_HOURS[zone.toLowerCase()] ?? 0) * 3600;
  }
  const seconds = Number(offset[2]) * 3600 + Number(offset[3]) * 60;
  return offset[1] === '-' ? -seconds : seconds;
}

const DAY_MS = 86_400_000;
const EARLIEST_MS = DAY_MS;

/** Servers refuse, or garble, dates before 1970 and beyond tomorrow (IMAP's date-time has any year). */
export function isPossibleDate(date: Date, now: Date): boolean {
  return date.getTime() >= EARLIEST_MS && date.getTime() <= now.getTime() + DAY_MS;
}

/** For an impossible received date: what the Date header says, if that is possible, else the nearest possible. */
export function nearestPossibleDate(date: Date, dateHeader: string | null, now: Date): Date {
  const seconds = dateHeader === null ? null : parseDateHeader(dateHeader);
  const written = seconds === null ? null : new Date(seconds * 1000);
  if (written !== null && isPossibleDate(written, now)) {
    return written;
  }
  return new Date(date.getTime() < EARLIEST_MS ? EARLIEST_MS : now.getTime());
}
