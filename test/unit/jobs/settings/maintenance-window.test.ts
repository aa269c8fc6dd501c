import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isOpenAt,
  lengthOf,
  type MaintenanceWindow,
  nextChange,
  parseTimeZone,
  WEEKDAYS,
} from '../../../../src/jobs/settings/maintenance-window.ts';

const clock = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
};

function window(
  hours: string,
  timeZone: string,
  days: MaintenanceWindow['days'] = WEEKDAYS,
): MaintenanceWindow {
  const [from = '', to = ''] = hours.split('-');
  return { days, fromMinute: clock(from), toMinute: clock(to), timeZone };
}

test('no window is always open, and never changes', () => {
  expect(isOpenAt(null, new Date('2026-11-25T03:00:00Z'))).toBe(true);
  expect(nextChange(null, new Date('2026-11-25T03:00:00Z'))).toBeNull();
});

const NIGHT = window('22:00-06:00', 'Europe/Berlin', ['Mon', 'Tue', 'Wed', 'Thu', 'Fri']);

test.for([
  ['a minute before it opens', '2026-11-25T20:59:59Z', false],
  ['as it opens', '2026-11-25T21:00:00Z', true],
  ['after midnight', '2026-11-25T23:30:00Z', true],
  ['in its last minute', '2026-11-26T04:59:59Z', true],
  ['as it closes', '2026-11-26T05:00:00Z', false],
  ['the night of Friday goes on into Saturday', '2026-11-28T03:00:00Z', true],
  ['Saturday evening has none', '2026-11-28T21:30:00Z', false],
  ['nor has the morning of Monday, whose night began on Sunday', '2026-11-30T02:00:00Z', false],
] as const)('a night in Berlin: %s', ([, at, open]) => {
  expect(isOpenAt(NIGHT, new Date(at))).toBe(open);
});

test('a whole day ends as it begins, a day later', () => {
  const saturday = window('08:00-08:00', 'UTC', ['Sat']);
  expect(lengthOf(saturday)).toBe(1440);
  expect(isOpenAt(saturday, new Date('2026-11-28T07:59:00Z'))).toBe(false);
  expect(isOpenAt(saturday, new Date('2026-11-29T07:59:00Z'))).toBe(true);
  expect(isOpenAt(saturday, new Date('2026-11-29T08:00:00Z'))).toBe(false);
});

// Berlin 2026: 29 March 02:00 → 03:00, 25 October 03:00 → 02:00.
test.for([
  ['an hour that is skipped is never open', '02:00-03:00', '2026-03-28T23:00:00Z', 0],
  ['a window over it is an hour shorter', '01:00-05:00', '2026-03-28T23:00:00Z', 180],
  ['one that begins in it opens with the new time', '02:30-04:00', '2026-03-28T23:00:00Z', 60],
  ['an hour that comes twice is open twice', '02:00-03:00', '2026-10-24T22:00:00Z', 120],
  ['a window over it is an hour longer', '01:00-05:00', '2026-10-24T22:00:00Z', 300],
  ['any other night keeps its length', '01:00-05:00', '2026-06-10T22:00:00Z', 240],
] as const)('summer time in Berlin: %s', ([, hours, midnight, minutes]) => {
  const start = new Date(midnight).getTime();
  const open = Array.from({ length: 1440 }, (_none, minute) =>
    isOpenAt(window(hours, 'Europe/Berlin'), new Date(start + minute * 60_000)),
  ).filter(Boolean);
  expect(open).toHaveLength(minutes);
});

test.for([
  ['Berlin keeps 22:00 in summer', 'Europe/Berlin', '22:00-23:00', '2026-07-01T20:00:00Z'],
  ['and in winter', 'Europe/Berlin', '22:00-23:00', '2026-12-01T21:00:00Z'],
  ['New York', 'America/New_York', '22:00-23:00', '2026-07-02T02:00:00Z'],
  ['a zone at a quarter of an hour', 'Asia/Kathmandu', '22:00-23:00', '2026-07-01T16:15:00Z'],
  ['summer time of half an hour', 'Australia/Lord_Howe', '22:00-23:00', '2026-12-01T11:00:00Z'],
] as const)('%s: opens at that moment', ([, timeZone, hours, opens]) => {
  const at = new Date(opens);
  const before = new Date(at.getTime() - 5 * 3_600_000);
  expect(nextChange(window(hours, timeZone), before)).toEqual(at);
  expect(isOpenAt(window(hours, timeZone), at)).toBe(true);
});

test('the next change is across the hour that is not there, and into the one that comes twice', () => {
  const gap = window('02:20-03:40', 'Europe/Berlin');
  expect(nextChange(gap, new Date('2026-03-29T00:00:00Z'))).toEqual(
    new Date('2026-03-29T01:00:00Z'),
  );
  expect(nextChange(gap, new Date('2026-03-29T01:10:00Z'))).toEqual(
    new Date('2026-03-29T01:40:00Z'),
  );
  const twice = window('02:20-02:50', 'Europe/Berlin');
  // 02:20 in summer time, and an hour later 02:20 again.
  expect(nextChange(twice, new Date('2026-10-24T23:00:00Z'))).toEqual(
    new Date('2026-10-25T00:20:00Z'),
  );
  expect(nextChange(twice, new Date('2026-10-25T00:55:00Z'))).toEqual(
    new Date('2026-10-25T01:20:00Z'),
  );
});

test('a week without a Friday: Apia skipped 30 December 2011, and the window opens the week after', () => {
  const friday = window('09:00-17:00', 'Pacific/Apia', ['Fri']);
  const thursdayEvening = new Date('2011-12-30T08:00:00Z');
  expect(nextChange(friday, thursdayEvening)).toEqual(new Date('2012-01-05T19:00:00Z'));
});

test('a window of every hour never closes', () => {
  expect(
    nextChange(window('00:00-00:00', 'Asia/Tokyo'), new Date('2026-11-25T03:00:00Z')),
  ).toBeNull();
});

test('between now and the next change nothing changes, and at the change it does', () => {
  const zones = ['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
  fc.assert(
    fc.property(
      fc.record({
        days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
        fromMinute: fc.integer({ min: 0, max: 1439 }),
        toMinute: fc.integer({ min: 0, max: 1439 }),
        timeZone: fc.constantFrom(...zones),
      }),
      fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (one, at, share) => {
        fc.pre(lengthOf(one) >= 30 && lengthOf(one) !== 1440 && lengthOf(one) <= 1410);
        const change = nextChange(one, at);
        if (change === null) {
          return;
        }
        const between = new Date(at.getTime() + share * (change.getTime() - at.getTime() - 1));
        expect(isOpenAt(one, between)).toBe(isOpenAt(one, at));
        expect(isOpenAt(one, change)).toBe(!isOpenAt(one, at));
      },
    ),
    { numRuns: 60 },
  );
});

test.for([
  ['Europe/Berlin', 'Europe/Berlin'],
  [' europe/berlin ', 'Europe/Berlin'],
  ['UTC', 'UTC'],
  ['Europe/Kyiv', 'Europe/Kyiv'],
  ['+02:00', null],
  ['Mars/Olympus', null],
  ['', null],
  ['Europe/Berlin; drop table', null],
] as const)('%s as a time zone is %s', ([text, zone]) => {
  expect(parseTimeZone(text)).toBe(zone);
});
