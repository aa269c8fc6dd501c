import type { AdminRule } from '../copy/skip-rules.ts';
import type { MaintenanceWindow } from './maintenance-window.ts';

/** What an admin sets for all moves of the tenant. */
export interface Settings {
  /** Days after a request on which its person is reminded, rising; none: nobody is reminded by itself. */
  readonly reminderDays: readonly number[];
  /** Null: mail is copied at any time. */
  readonly window: MaintenanceWindow | null;
  /** What new batches leave out. */
  readonly skipRules: readonly AdminRule[];
}

export type SettingName = keyof Settings;

/** One setting with its value. */
export type SettingValue = {
  readonly [N in SettingName]: { readonly name: N; readonly value: Settings[N] };
}[SettingName];

/** As long as nobody has set anything. */
export const DEFAULT_SETTINGS: Settings = { reminderDays: [1, 3, 7], window: null, skipRules: [] };

/** `saved`: `changeId` names the change, to be taken back · `unchanged`: it is like that already. */
export type SettingResult =
  | { readonly kind: 'saved'; readonly changeId: number }
  | { readonly kind: 'unchanged' }
  /** Something else was set since, or it was taken back before. */
  | { readonly kind: 'stale' };
