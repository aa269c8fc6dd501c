import type { SettingName, SettingValue } from '../../jobs/api.ts';
import type { Card } from '../cards/elements.ts';
import {
  remindersForm,
  type SettingsCardInput,
  settingsCard,
  skipRulesForm,
  windowForm,
} from '../cards/settings.ts';
import {
  readReminderDays,
  readSkipRules,
  readWindow,
  typedSkipRules,
  typedWindow,
} from '../cards/settings-form.ts';
import { HELPDESK_KEY } from '../helpdesk-channel.ts';
import type { Answer, Turn } from '../turn.ts';
import { replaceCard } from '../turn.ts';
import type { HandlerDeps, Handlers } from './handlers.ts';

type SettingsPress =
  | 'settings.show'
  | 'settings.edit'
  | 'settings.reminders'
  | 'settings.window'
  | 'settings.no-window'
  | 'settings.skip-rules'
  | 'settings.undo';

type SettingsDeps = Pick<HandlerDeps, 'api' | 'clock'>;

const SAVED = 'Saved.';
const UNCHANGED = 'It was like that already.';
const UNDONE = 'Taken back.';
const STALE = 'Something else was set since, so nothing was taken back.';

/** The settings as they are now. */
export async function presentSettings(
  { api, clock }: SettingsDeps,
  saved: SettingsCardInput['saved'],
): Promise<Card> {
  const [settings, channel] = await Promise.all([
    api.settings(),
    api.conversations.findConversation(HELPDESK_KEY),
  ]);
  return settingsCard({ settings, hasChannel: channel !== null, now: clock.now(), saved });
}

/** What an admin may set for all moves; the card after a change offers to take it back. */
export function createSettingsHandlers(deps: SettingsDeps): Handlers<SettingsPress> {
  const { api } = deps;

  async function save(turn: Turn, setting: SettingValue): Promise<Answer> {
    const result = await api.changeSetting(setting, turn.actor);
    const saved =
      result.kind === 'saved'
        ? { note: SAVED, changeId: result.changeId }
        : { note: UNCHANGED, changeId: null };
    return replaceCard(await presentSettings(deps, saved));
  }

  const FORMS: Readonly<Record<SettingName, () => Promise<Card>>> = {
    reminderDays: async () =>
      remindersForm((await api.settings()).reminderDays.join(', ') || '0', null),
    window: async () => windowForm(typedWindow((await api.settings()).window), null),
    skipRules: async () => skipRulesForm(typedSkipRules((await api.settings()).skipRules), null),
  };

  return {
    'settings.show': async () => replaceCard(await presentSettings(deps, null)),
    'settings.edit': async (_turn, { which }) => replaceCard(await FORMS[which]()),
    'settings.reminders': async (turn, { days = '' }) => {
      const read = readReminderDays(days);
      return read.kind === 'wrong'
        ? replaceCard(remindersForm(days, read.complaint))
        : await save(turn, { name: 'reminderDays', value: read.value });
    },
    'settings.window': async (turn, { days = '', from = '', to = '', timeZone = '' }) => {
      const typed = { days, from, to, timeZone };
      const read = readWindow(typed);
      return read.kind === 'wrong'
        ? replaceCard(windowForm(typed, read.complaint))
        : await save(turn, { name: 'window', value: read.value });
    },
    'settings.no-window': async (turn) => await save(turn, { name: 'window', value: null }),
    'settings.skip-rules': async (turn, { folders = '', junkDays = '', before = '' }) => {
      const typed = { folders, junkDays, before };
      const read = readSkipRules(typed);
      return read.kind === 'wrong'
        ? replaceCard(skipRulesForm(typed, read.complaint))
        : await save(turn, { name: 'skipRules', value: read.value });
    },
    'settings.undo': async (turn, { changeId }) => {
      const result = await api.undoSetting(changeId, turn.actor);
      const saved =
        result.kind === 'saved'
          ? { note: UNDONE, changeId: result.changeId }
          : { note: STALE, changeId: null };
      return replaceCard(await presentSettings(deps, saved));
    },
  };
}
