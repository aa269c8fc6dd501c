/**
 * Witnesses are the real programs that tests run against, and that not every machine has. A suite that
 * needs a missing one is skipped, with the reason in its title, where `npm test` finds it; with
 * REQUIRE_LIVE=1 it fails.
 */
import { existsSync } from 'node:fs';
import { describe, test } from 'vitest';
import { readTestEnvironment } from './env.ts';

interface Witness {
  readonly present: () => boolean;
  readonly missing: string;
}

const WITNESSES = {
  dovecot: {
    present: () => existsSync('/usr/sbin/dovecot'),
    missing: "Dovecot is not installed (Debian's dovecot-imapd)",
  },
  mbsync: {
    present: () => existsSync('/usr/bin/mbsync'),
    missing: "mbsync is not installed (Debian's isync)",
  },
  chromium: {
    present: () => existsSync('/usr/bin/chromium'),
    missing: "Chromium is not installed (Debian's chromium)",
  },
  root: {
    present: () => process.getuid?.() === 0,
    missing: 'the tests do not run as root',
  },
  'linux-proc': {
    present: () => existsSync('/proc/self/status'),
    missing: 'this machine has no /proc',
  },
} as const satisfies Readonly<Record<string, Witness>>;

/** What a suite can need; `check` in scripts/bootstrap.mjs reports what was skipped. */
export type WitnessName = keyof typeof WITNESSES;

/** A `describe` that runs only where `name` is present; see the head of this file. */
export function describeWith(name: WitnessName, title: string, body: () => void): void {
  const { present, missing } = WITNESSES[name];
  if (present()) {
    describe(title, body);
    return;
  }
  if (readTestEnvironment().requireLive) {
    test(`${title} needs ${name}`, () => {
      throw new Error(`REQUIRE_LIVE is set, and ${missing}.`);
    });
    return;
  }
  describe.skip(`${title} [skipped: ${missing}]`, body);
}
