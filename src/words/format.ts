/** Numbers, sizes and times as a person would say them. */

import type { Language } from './language.ts';
import { spanOf } from './span.ts';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** "3.4 GB", "812 MB", "17 bytes"; 1 KB = 1,000 bytes, as mail programs show it. */
export function formatBytes(sizeBytes: number, language: Language = 'en'): string {
  return formatUnits(sizeBytes, 1000, language);
}

/** The same with 1 KB = 1,024 bytes, as Exchange counts quotas and limits: "100 GB", "36 MB". */
export function formatExchangeBytes(sizeBytes: number, language: Language = 'en'): string {
  return formatUnits(sizeBytes, 1024, language);
}

function formatUnits(sizeBytes: number, base: 1000 | 1024, language: Language): string {
  let value = Math.max(0, sizeBytes);
  let unit = 0;
  while (value >= base - 0.5 && unit < UNITS.length - 1) {
    value /= base;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  const format = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: UNITS[unit] ?? 'terabyte',
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  });
  // Mail programs write KB, whatever the standard says.
  return format.format(value).replace('kB', 'KB');
}

/** "128,440". */
export function formatCount(count: number, language: Language = 'en'): string {
  return new Intl.NumberFormat(language).format(count);
}

/** "Jan 1, 2019", of a day such as `2019-01-01`; anything else as it is. */
export function formatDay(day: string, language: Language): string {
  const at = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(at.getTime())
    ? day
    : new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(at);
}

/** "58%", "58 %": a whole percentage as the language writes it. */
export function formatPercent(percent: number, language: Language): string {
  return new Intl.NumberFormat(language, { style: 'percent' }).format(percent / 100);
}

/** "1 message", "128,440 messages"; `one` and `many` are the two forms of the noun. */
export function formatNoun(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** "IMAP, my access and the size limit". */
export function formatList(parts: readonly string[], language: Language = 'en'): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(parts);
}

/** Whole percent of `total`, 100 only when `done` reached it. */
export function percentOf(done: number, total: number): number {
  if (total <= 0 || done <= 0) {
    return 0;
  }
  return done >= total ? 100 : Math.min(99, Math.max(1, Math.round((done / total) * 100)));
}

/** "less than a minute", "about 40 min", "about 2 h 10 min", "about 3 days". */
export function formatDuration(seconds: number): string {
  const span = spanOf(seconds);
  if (span.kind === 'moment') {
    return 'less than a minute';
  }
  if (span.kind === 'minutes') {
    return `about ${span.minutes} min`;
  }
  if (span.kind === 'days') {
    return `about ${span.days} days`;
  }
  const hours = `about ${span.hours} h`;
  return span.minutes === 0 ? hours : `${hours} ${span.minutes} min`;
}

/** "14:32"; with seconds where it is less than a minute from `now`. */
export function formatClock(until: Date, now: Date): string {
  const isSoon = until.getTime() - now.getTime() < 60_000;
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(isSoon ? { second: '2-digit' } : {}),
  }).format(until);
}

/** "about 2 h 10 min left". */
export function formatTimeLeft(seconds: number): string {
  return `${formatDuration(seconds)} left`;
}

/**
 * A wall-clock time that Teams shows in the reader's own time zone: the TIME and DATE functions of
 * Adaptive Cards take an instant in UTC, without fractions of a second.
 */
export function cardTime(instant: Date): string {
  return `{{TIME(${instant.toISOString().replace(/\.\d+Z$/, 'Z')})}}`;
}

/** The day of an instant, as the reader's Teams writes days. */
export function cardDay(instant: Date): string {
  return `{{DATE(${instant.toISOString().replace(/\.\d+Z$/, 'Z')}, SHORT)}}`;
}
