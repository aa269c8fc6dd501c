/** INTERNALDATE, RFC 9051 section 9 (date-time). */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');

/** ` 1-Jan-2020 10:11:12 +0000`: always UTC, the day padded with a space; null for a year that four digits cannot hold. */
export function formatInternalDate(date: Date): string | null {
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 1 || year > 9999) {
    return null;
  }
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const month = MONTHS[date.getUTCMonth()] ?? '';
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day}-${month}-${String(year).padStart(4, '0')} ${time} +0000`;
}

const DATE_TIME =
  /^\s?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;

/** Reads an INTERNALDATE; null for anything that is none. */
export function parseInternalDate(text: string): Date | null {
  const match = DATE_TIME.exec(text);
  if (!match) {
    return null;
  }
  const [, day, name = '', year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const month = MONTHS.findIndex((known) => known.toLowerCase() === name.toLowerCase());
  if (month < 0) {
    return null;
  }
  const local = new Date(0);
  local.setUTCFullYear(Number(year), month, Number(day));
  local.setUTCHours(Number(hour), Number(minute), Number(second));
  const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return new Date(local.getTime() - (sign === '-' ? -zoneMs : zoneMs));
}
