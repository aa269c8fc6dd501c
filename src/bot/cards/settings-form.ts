/** What an admin typed into the forms of the settings, read and written. Pure. */
import {
  type AdminRule,
  lengthOf,
  type MaintenanceWindow,
  parseDay,
  parseTimeZone,
  WEEKDAYS,
  type Weekday,
} from '../../jobs/api.ts';
import { type Complaint, formatMinute, type TypedSkipRules, type TypedWindow } from './settings.ts';

/** What can be saved, or what was wrong. */
export type Read<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'wrong'; readonly complaint: Complaint };

const value = <T>(of: T): Read<T> => ({ kind: 'value', value: of });
const wrong = (text: string): Read<never> => ({ kind: 'wrong', complaint: { text } });

const MOST_REMINDERS = 5;
const LONGEST_DAYS = 60;
/** The window that is looked for every quarter of an hour must be longer than that. */
const SHORTEST_MINUTES = 30;
const MOST_JUNK_DAYS = 36_500;

/** "7, 1 and 3" → 1, 3, 7; 0 is never. */
export function readReminderDays(text: string): Read<readonly number[]> {
  const words = text.split(/[\s,;]+|\band\b/i).filter((word) => word !== '');
  const days = words.map(Number);
  if (
    days.length === 0 ||
    days.some((day) => !Number.isInteger(day) || day < 0 || day > LONGEST_DAYS)
  ) {
    return wrong(`I need whole days from 1 to ${LONGEST_DAYS}, such as 1, 3, 7, or 0 for never.`);
  }
  const rising = [...new Set(days)].filter((day) => day > 0).toSorted((a, b) => a - b);
  if (rising.length > 0 && days.includes(0)) {
    return wrong('0 means never, so it cannot stand beside other days.');
  }
  return rising.length > MOST_REMINDERS
    ? wrong(`More than ${MOST_REMINDERS} reminders would only annoy.`)
    : value(rising);
}

/** "22:00" → 1320; 24:00 is the midnight that ends a day. */
function readMinute(text: string): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && minute <= 24 * 60 ? minute % (24 * 60) : null;
}

export function readWindow(typed: TypedWindow): Read<MaintenanceWindow> {
  const named = typed.days.split(',').map((day) => day.trim());
  const days: readonly Weekday[] = WEEKDAYS.filter((day) => named.includes(day));
  if (days.length === 0) {
    return wrong('Choose at least one day, or "Copy at any time".');
  }
  const fromMinute = readMinute(typed.from);
  const toMinute = readMinute(typed.to);
  if (fromMinute === null || toMinute === null) {
    return wrong('I need both times, such as 22:00 and 06:00.');
  }
  const timeZone = parseTimeZone(typed.timeZone);
  if (timeZone === null) {
    return wrong(
      'I do not know that time zone. Name one such as Europe/Berlin or America/New_York.',
    );
  }
  const window = { days, fromMinute, toMinute, timeZone };
  return lengthOf(window) < SHORTEST_MINUTES
    ? wrong(`A window needs at least ${SHORTEST_MINUTES} minutes.`)
    : value(window);
}

export function typedWindow(window: MaintenanceWindow | null): TypedWindow {
  return window === null
    ? { days: WEEKDAYS.join(','), from: '', to: '', timeZone: '' }
    : {
        days: window.days.join(','),
        from: formatMinute(window.fromMinute),
        to: formatMinute(window.toMinute),
        timeZone: window.timeZone,
      };
}

/** Null for what is no age; an empty field is no limit. */
function readAge(text: string): { readonly days: number | null } | null {
  if (text === '') {
    return { days: null };
  }
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return days >= 1 && days <= MOST_JUNK_DAYS ? { days } : null;
}

export function readSkipRules(typed: TypedSkipRules): Read<readonly AdminRule[]> {
  const folders = new Set(typed.folders.split(',').map((one) => one.trim()));
  const age = readAge(typed.junkDays.trim());
  const date = parseDay(typed.before);
  if (typed.before.trim() !== '' && date === null) {
    return wrong('I need a day such as 2019-01-31.');
  }
  if (age === null) {
    return wrong('The age of Junk must be whole days, such as 30.');
  }
  if (age.days !== null && !folders.has('junk')) {
    return wrong('An age for Junk is given, but Junk is not chosen.');
  }
  const junk: AdminRule = { kind: 'junk', olderThanDays: age.days };
  const rules: readonly (AdminRule | null)[] = [
    folders.has('junk') ? junk : null,
    folders.has('deleted') ? { kind: 'deleted' } : null,
    date === null ? null : { kind: 'before', date },
  ];
  return value(rules.filter((rule) => rule !== null));
}

export function typedSkipRules(rules: readonly AdminRule[]): TypedSkipRules {
  const junk = rules.find((rule) => rule.kind === 'junk');
  return {
    folders: rules
      .filter(({ kind }) => kind === 'junk' || kind === 'deleted')
      .map(({ kind }) => kind)
      .join(','),
    junkDays: junk?.olderThanDays ? String(junk.olderThanDays) : '',
    before: rules.find((rule) => rule.kind === 'before')?.date ?? '',
  };
}
