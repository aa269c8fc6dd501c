/** What a process remembers of the accounts it works for, longer than any one connection lives. */
import type { Clock } from '../../clock.ts';
import { type ConnectionGate, createConnectionGate } from '../../imap/connection-gate.ts';
import { createGovernor, type Governor } from '../../imap/governor.ts';

export interface AccountPace {
  readonly governor: Governor;
  readonly gate: ConnectionGate;
}

/** Beyond this the account that was asked for longest ago is forgotten. */
const MAX_ACCOUNTS = 1000;

export interface AccountPaces {
  /** `key` names the server and the account. */
  of(key: string, maxConnections: number): AccountPace;
}

export function createAccountPaces(clock: Clock): AccountPaces {
  const known = new Map<string, AccountPace>();
  return {
    of(key, maxConnections) {
      const pace = known.get(key) ?? {
        governor: createGovernor(clock),
        gate: createConnectionGate(maxConnections),
      };
      known.delete(key);
      known.set(key, pace);
      const [oldest] = known.keys();
      if (known.size > MAX_ACCOUNTS && oldest !== undefined) {
        known.delete(oldest);
      }
      return pace;
    },
  };
}
