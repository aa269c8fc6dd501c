const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const DATE_TIME =
  /^([ \d]\d)-([A-Z][a-z]{2})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/u;

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** INTERNALDATE as servers write it, in UTC. RFC 3501 section 9, date-time. */
export function formatDateTime(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const month = MONTHS[date.getUTCMonth()] ?? 'Jan';
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits);
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  return `${day}-${month}-${year} ${time.join(':')} +0000`;
}

/** Reads the date-time of an APPEND; null where it breaks the grammar. */
export function parseDateTime(text: string): Date | null {
  const match = DATE_TIME.exec(text);
  const month = MONTHS.indexOf(match?.[2] ?? '');
  if (match === null || month < 0) {
    return null;
  }
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((group) => Number(match[group]));
  const zoneMinutes = (Number(match[8]) * 60 + Number(match[9])) * (match[7] === '-' ? -1 : 1);
  const utcMs = Date.UTC(year ?? 0, month, day, hour, minute, second) - zoneMinutes * 60_000;
  return Number.isNaN(utcMs) ? null : new Date(utcMs);
}

/** Reads the date of a SEARCH key such as `1-Feb-1994`; null where it breaks the grammar. */
export function parseSearchDate(text: string): Date | null {
  const match = /^(\d{1,2})-([A-Z][a-z]{2})-(\d{4})$/u.exec(text);
  return match === null
    ? null
    : parseDateTime(`${(match[1] ?? '').padStart(2, ' ')}-${match[2]}-${match[3]} 00:00:00 +0000`);
}
