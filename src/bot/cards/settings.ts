/** What holds for all moves: shown on one card, each changed on a form of its own. */
import type { AdminRule, MaintenanceWindow, SettingName, Settings } from '../../jobs/api.ts';
import { isOpenAt, lengthOf, nextChange, WEEKDAYS } from '../../jobs/api.ts';
import { cardTime, formatList } from '../../words/format.ts';
import { button } from './actions.ts';
import type { Card, CardElement, ChoiceSetInput, TextInput, TimeInput } from './elements.ts';
import {
  card,
  heading,
  hint,
  markedLine,
  paragraph,
  plain,
  section,
  subheading,
} from './elements.ts';
import { ruleText } from './left-out.ts';

/** "22:00", of minutes after midnight. */
export function formatMinute(minute: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** "Mon, Tue and Fri" or "every day". */
function daysText({ days }: MaintenanceWindow): string {
  return days.length === WEEKDAYS.length ? 'every day' : formatList(days);
}

/** "every day from 22:00 to 06:00 of the next day, in Europe/Berlin". */
function windowText(window: MaintenanceWindow): string {
  const { fromMinute, toMinute, timeZone } = window;
  const hours =
    lengthOf(window) === 24 * 60 && fromMinute === 0
      ? 'all day'
      : `from ${formatMinute(fromMinute)} to ${formatMinute(toMinute)}${fromMinute < toMinute ? '' : ' of the next day'}`;
  return `${daysText(window)} ${hours}, in ${plain(timeZone)}`;
}

function windowLines(window: MaintenanceWindow | null, now: Date): readonly CardElement[] {
  if (window === null) {
    return [paragraph('I copy at any time.')];
  }
  const change = nextChange(window, now);
  const isOpen = isOpenAt(window, now);
  const until =
    change === null ? '' : ` until {{DATE(${instant(change)}, SHORT)}} ${cardTime(change)}`;
  return [
    paragraph(`I copy ${windowText(window)}.`),
    isOpen
      ? markedLine('ok', `It is open now${until}.`)
      : markedLine('waiting', `It is closed now${until}.`),
  ];
}

const instant = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z');

/** "after 1, 3 and 7 days". */
function remindersText(days: readonly number[]): string {
  return days.length === 0
    ? 'I remind nobody by myself.'
    : `I remind whoever has not given a password after ${formatList(days.map(String))} ${days.at(-1) === 1 ? 'day' : 'days'}.`;
}

function rulesText(rules: readonly AdminRule[]): string {
  return rules.length === 0
    ? 'New moves leave nothing out.'
    : `New moves leave out ${formatList(rules.map((rule) => ruleText(rule, 'en')))}.`;
}

export interface SettingsCardInput {
  readonly settings: Settings;
  readonly hasChannel: boolean;
  readonly now: Date;
  /** What was just set, and how it is taken back; null where nothing was. */
  readonly saved: { readonly note: string; readonly changeId: number | null } | null;
}

const editButton = (which: SettingName): CardElement => ({
  type: 'ActionSet',
  actions: [button('settings.edit', 'Change', { which })],
});

/** All settings, with a way to change each, and to take back what was just changed. */
export function settingsCard({ settings, hasChannel, now, saved }: SettingsCardInput): Card {
  return card({
    summary: 'Settings for all moves',
    body: [
      heading('Settings for all moves'),
      ...(saved === null
        ? []
        : [markedLine(saved.changeId === null ? 'warning' : 'ok', saved.note)]),
      section(
        subheading('Reminders'),
        paragraph(remindersText(settings.reminderDays)),
        editButton('reminderDays'),
      ),
      section(
        subheading('Maintenance window'),
        ...windowLines(settings.window, now),
        editButton('window'),
      ),
      section(
        subheading('Left out'),
        paragraph(rulesText(settings.skipRules)),
        hint('Moves that have begun keep the rules they were started with.'),
        editButton('skipRules'),
      ),
      section(
        subheading('How I write'),
        paragraph('Into Exchange Online over IMAP, with the rights of this app.'),
        hint('The tenant check shows whether that works.'),
      ),
      section(
        subheading('Helpdesk channel'),
        hasChannel ? paragraph('There is one, and I report in it.') : paragraph('There is none.'),
        { type: 'ActionSet', actions: [button('channel.show', 'Choose the channel', {})] },
      ),
    ],
    actions: [
      ...(saved?.changeId ? [button('settings.undo', 'Undo', { changeId: saved.changeId })] : []),
      button('command.run', 'Back to the start', { word: 'help' }),
    ],
  });
}

/** What was typed and cannot be, with why. */
export interface Complaint {
  readonly text: string;
}

const complaintLines = (complaint: Complaint | null): readonly CardElement[] =>
  complaint === null ? [] : [markedLine('failed', complaint.text)];

const backButton = button('settings.show', 'Back', {});

/** Days after which people are reminded; `typed` stands in the field. */
export function remindersForm(typed: string, complaint: Complaint | null): Card {
  return card({
    summary: 'When shall I remind people?',
    body: [
      heading('When shall I remind people?'),
      ...complaintLines(complaint),
      paragraph(
        'Whoever was asked for a password and has not given one is reminded after so many days.',
      ),
      {
        type: 'Input.Text',
        id: 'days',
        label: 'Days, such as 1, 3, 7; 0 for never',
        placeholder: '1, 3, 7',
        maxLength: 100,
        ...(typed === '' ? {} : { value: typed }),
      },
    ],
    actions: [button('settings.reminders', 'Save', {}, 'positive'), backButton],
  });
}

/** The fields of the window, as they were typed. */
export interface TypedWindow {
  /** Between commas. */
  readonly days: string;
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

const timeField = (id: string, label: string, value: string): TimeInput => ({
  type: 'Input.Time',
  id,
  label,
  placeholder: label,
  ...(/^\d\d:\d\d$/.test(value) ? { value } : {}),
});

/** When mail is copied. */
export function windowForm(typed: TypedWindow, complaint: Complaint | null): Card {
  const days: ChoiceSetInput = {
    type: 'Input.ChoiceSet',
    id: 'days',
    label: 'Days on which it begins',
    placeholder: 'Days on which it begins',
    isMultiSelect: true,
    style: 'expanded',
    value: typed.days,
    choices: WEEKDAYS.map((day) => ({ title: day, value: day })),
  };
  const zone: TextInput = {
    type: 'Input.Text',
    id: 'timeZone',
    label: 'Time zone',
    placeholder: 'Europe/Berlin',
    maxLength: 100,
    ...(typed.timeZone === '' ? {} : { value: typed.timeZone }),
  };
  return card({
    summary: 'When may I copy?',
    body: [
      heading('When may I copy?'),
      ...complaintLines(complaint),
      paragraph(
        'Outside of these hours I copy nothing. People are still asked and answered, and passwords tried.',
      ),
      days,
      timeField('from', 'From', typed.from),
      timeField('to', 'To; an earlier time is on the next day', typed.to),
      zone,
    ],
    actions: [
      button('settings.window', 'Save', {}, 'positive'),
      button('settings.no-window', 'Copy at any time', {}),
      backButton,
    ],
  });
}

/** The fields of the rules, as they were typed. */
export interface TypedSkipRules {
  /** Of `junk` and `deleted`, between commas. */
  readonly folders: string;
  readonly junkDays: string;
  readonly before: string;
}

/** What new moves leave out. */
export function skipRulesForm(typed: TypedSkipRules, complaint: Complaint | null): Card {
  return card({
    summary: 'What shall new moves leave out?',
    body: [
      heading('What shall new moves leave out?'),
      ...complaintLines(complaint),
      paragraph(
        'It stays at iCloud. The report counts what was left out, rule by rule; people see these rules beside their own.',
      ),
      {
        type: 'Input.ChoiceSet',
        id: 'folders',
        label: 'Folders',
        placeholder: 'Folders',
        isMultiSelect: true,
        style: 'expanded',
        value: typed.folders,
        choices: [
          { title: 'Junk', value: 'junk' },
          { title: 'Deleted Messages', value: 'deleted' },
        ],
      },
      {
        type: 'Input.Text',
        id: 'junkDays',
        label: 'Of Junk only what is older than so many days (empty: all of it)',
        placeholder: '30',
        maxLength: 10,
        ...(typed.junkDays === '' ? {} : { value: typed.junkDays }),
      },
      {
        type: 'Input.Date',
        id: 'before',
        label: 'Mail that was received before',
        placeholder: 'Mail that was received before',
        ...(/^\d{4}-\d\d-\d\d$/.test(typed.before) ? { value: typed.before } : {}),
      },
    ],
    actions: [button('settings.skip-rules', 'Save', {}, 'positive'), backButton],
  });
}
