import { expect, test } from 'vitest';
import { closedUntil } from '../../../src/jobs/schedule.ts';
import type { MaintenanceWindow } from '../../../src/jobs/settings/maintenance-window.ts';

const NIGHTS: MaintenanceWindow = {
  days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'],
  fromMinute: 22 * 60,
  toMinute: 6 * 60,
  timeZone: 'Europe/Berlin',
};

test('outside the window it goes on at its next opening, on the clock of its place', () => {
  expect(closedUntil(NIGHTS, new Date('2026-11-25T12:00:00Z'))).toEqual(
    new Date('2026-11-25T21:00:00Z'),
  );
  expect(closedUntil(NIGHTS, new Date('2026-11-25T23:30:00Z'))).toBeNull();
  expect(closedUntil(null, new Date('2026-11-25T12:00:00Z'))).toBeNull();
});
