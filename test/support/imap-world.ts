/** Starts test/sim/imap-world.ts and talks to its control port. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorldAccount, WorldFacts } from '../sim/imap-world.ts';
import type { Stall } from '../sim/stalling-relay.ts';
import type { MailboxSnapshot } from './compare/mailbox-snapshot.ts';

/** What the simulated Exchange has counted; `stored` for one account, the rest for all. */
export interface WorldCounters {
  readonly stored: number;
  readonly appends: number;
  readonly stalled: number;
  readonly violations: readonly string[];
}

/** Simulated servers in another process. */
export interface ImapWorld {
  readonly facts: WorldFacts;
  addAccount(account: WorldAccount): Promise<void>;
  source(name: string): Promise<MailboxSnapshot>;
  /** The target as `stored` (without the line that Skybridge adds) or as its clients are `served`. */
  target(name: string, as: 'stored' | 'served'): Promise<MailboxSnapshot>;
  counters(name: string): Promise<WorldCounters>;
  /** Polls until the counters are as wanted; throws after half a minute. */
  until(name: string, wanted: (counters: WorldCounters) => boolean): Promise<WorldCounters>;
  setAppendTime(ms: number): Promise<void>;
  /** Delays every APPEND that begins from now on; those that began before keep their delay. */
  delayAppends(ms: number): Promise<void>;
  stall(stall: Stall): Promise<void>;
  release(): Promise<void>;
  stop(): Promise<void>;
}

interface WireFolder {
  readonly name: string;
  readonly messages: readonly {
    readonly bytes: string;
    readonly flags: readonly string[];
    readonly internalDate: string;
  }[];
}

const POLL_MS = 20;
const DEADLINE_MS = 30_000;

/** Starts it in a directory of its own, which goes with `stop`. */
export async function startImapWorld(
  fidelity: 'rebuilt' | 'byte-exact' = 'rebuilt',
): Promise<ImapWorld> {
  const directory = await mkdtemp(path.join(tmpdir(), 'skybridge-world-'));
  const script = path.join(import.meta.dirname, '../sim/imap-world.ts');
  const child = spawn(process.execPath, [script, directory, fidelity], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: '/usr/bin:/bin' },
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const facts: WorldFacts = JSON.parse(String(first.value));

  async function call<T>(control: string, body?: object): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${facts.controlPort}/${control}`, {
      method: 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`the simulated world refused: ${await response.text()}`);
    }
    const answer: T = JSON.parse(await response.text());
    return answer;
  }
  async function snapshot(which: string): Promise<MailboxSnapshot> {
    const folders = await call<readonly WireFolder[]>(which);
    return {
      folders: folders.map(({ name, messages }) => ({
        name,
        messages: messages.map(({ bytes, flags, internalDate }) => ({
          bytes: Buffer.from(bytes, 'base64'),
          flags,
          internalDate: new Date(internalDate),
        })),
      })),
    };
  }
  const world: ImapWorld = {
    facts,
    addAccount: (account) => call('account', account),
    source: (name) => snapshot(`source/${name}`),
    target: (name, as) => snapshot(`${as}/${name}`),
    counters: (name) => call(`counters/${name}`),
    until: async (name, wanted) => {
      const untilMs = performance.now() + DEADLINE_MS;
      for (;;) {
        const counters = await world.counters(name);
        if (wanted(counters)) {
          return counters;
        }
        if (performance.now() > untilMs) {
          throw new Error(`the world did not come to it: ${JSON.stringify(counters)}`);
        }
        await delay(POLL_MS);
      }
    },
    setAppendTime: (ms) => call('append-time', { ms }),
    delayAppends: (ms) => call('delay-appends', { ms }),
    stall: (stall) => call('stall', stall),
    release: () => call('release'),
    stop: async () => {
      child.stdin.end();
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
  return world;
}
