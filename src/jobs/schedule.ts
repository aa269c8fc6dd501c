/** When mail may be copied, as the tenant's settings say. */
import type { Clock } from '../clock.ts';
import type { MaintenanceWindow } from './settings/maintenance-window.ts';
import { isOpenAt, nextChange } from './settings/maintenance-window.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings/settings.ts';

export interface Schedule {
  /** Null while mail may be copied; else when it may again. */
  closedUntil(): Date | null;
  /** Takes what admins have set since. */
  refresh(): Promise<void>;
}

const HOUR_MS = 3_600_000;

/** Null while it is open; one that never opens is looked at again in an hour. Pure. */
export function closedUntil(window: MaintenanceWindow | null, now: Date): Date | null {
  return isOpenAt(window, now)
    ? null
    : (nextChange(window, now) ?? new Date(now.getTime() + HOUR_MS));
}

/** Open, until the settings were read for the first time. */
export function createSchedule(
  settings: { readonly read: () => Promise<Settings> },
  clock: Clock,
): Schedule {
  let known = DEFAULT_SETTINGS;
  return {
    closedUntil: () => closedUntil(known.window, clock.now()),
    async refresh() {
      known = await settings.read();
    },
  };
}
