import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  accountKey,
  decideLogin,
  LOGIN_WINDOW_MS,
  type LoginDecision,
  MAX_LOGINS,
} from '../../../../src/jobs/login/login-limit.ts';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 22, 10, minute));

test('six logins in ten minutes, and the seventh when the first has left the window', () => {
  const five = [0, 1, 2, 3, 4].map(at);
  expect(decideLogin(five, { wanted: 1, now: at(5) })).toEqual({ kind: 'now' });
  expect(decideLogin(five, { wanted: 2, now: at(5) })).toEqual({ kind: 'wait', until: at(10) });
  expect(decideLogin([...five, at(4)], { wanted: 2, now: at(5) })).toEqual({
    kind: 'wait',
    until: at(11),
  });
  expect(decideLogin([...five, at(4)], { wanted: 2, now: at(11) })).toEqual({ kind: 'now' });
});

test('whoever waits as told is let in, and no ten minutes see more than six logins', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ pauseMs: fc.nat(5 * 60_000), wanted: fc.integer({ min: 1, max: 2 }) })),
      (submissions) => {
        const made: number[] = [];
        let now = 0;
        for (const { pauseMs, wanted } of submissions) {
          now += pauseMs;
          const ask = (): LoginDecision =>
            decideLogin(
              made.map((ms) => new Date(ms)),
              { wanted, now: new Date(now) },
            );
          const decision = ask();
          now = decision.kind === 'wait' ? decision.until.getTime() : now;
          expect(ask()).toEqual({ kind: 'now' });
          made.push(...Array.from({ length: wanted }, () => now));
        }
        for (const start of made) {
          const within = made.filter((ms) => ms >= start && ms < start + LOGIN_WINDOW_MS);
          expect(within.length).toBeLessThanOrEqual(MAX_LOGINS);
        }
      },
    ),
  );
});

test("Apple's own domains name one account, other domains do not", () => {
  const key = accountKey('imap.mail.me.com', 'Alex@iCloud.com ');
  expect(accountKey('imap.mail.me.com', 'alex@me.com')).toBe(key);
  expect(accountKey('imap.mail.me.com', 'alex')).toBe(key);
  expect(accountKey('imap.mail.me.com', 'alex@example.com')).not.toBe(key);
  expect(accountKey('other.example.net', 'alex@icloud.com')).not.toBe(key);
});
