/** What the simulated tenant saw and did; a test asserts on it. */

export type ServiceName = 'login' | 'graph' | 'exchange' | 'import';

export interface RequestRecord {
  readonly service: ServiceName;
  /** `GET /users/{id}`, `Set-CASMailbox`, `POST /{tenant}/oauth2/v2.0/token`. */
  readonly operation: string;
  readonly status: number;
  /** A part of a batch: it cost no exchange of its own. */
  readonly batched?: true;
}

export interface ChangeRecord {
  readonly operation: string;
  /** User principal name, application id: whatever was changed. */
  readonly target: string;
  readonly before: string;
  readonly after: string;
}

/** A cmdlet that an application ran, and what it passed. */
export interface CmdletRecord {
  readonly cmdlet: string;
  readonly parameters: readonly string[];
}

export interface Journal {
  /** Everything a real tenant would never have accepted: empty at the end of a good test. */
  readonly violations: string[];
  /** Each mutation that took effect, in order. */
  readonly changes: ChangeRecord[];
  readonly requests: RequestRecord[];
  /** Cmdlets of applications that were allowed, however they ended. */
  readonly cmdlets: CmdletRecord[];
  /** Each access token that was issued, for whoever searches for leaks. */
  readonly tokens: string[];
  /** Number of requests for one operation, however they were answered. */
  count(operation: string): number;
  /** Number of HTTP exchanges, whatever each of them asked for. */
  exchanges(): number;
}

export function createJournal(): Journal {
  const requests: RequestRecord[] = [];
  return {
    violations: [],
    changes: [],
    requests,
    cmdlets: [],
    tokens: [],
    exchanges: () => requests.filter((request) => request.batched !== true).length,
    count: (operation) => requests.filter((request) => request.operation === operation).length,
  };
}
