/** What a fault can see of the command it may strike. */
export interface FaultContext {
  /** `APPEND`, `UID FETCH`, `LOGIN`, `CONNECT` (before the greeting) and so on. */
  readonly command: string;
  readonly user: string | null;
  /** The selected folder; the one that an APPEND names stands in `line`. */
  readonly folder: string | null;
  /** The first line of the command, without its tag. */
  readonly line: string;
  /** How many commands of this name the server has seen, this one included; from 1. */
  readonly nth: number;
}

export type FaultAction =
  | { readonly kind: 'delay'; readonly ms: number }
  /** Answers `<tag> <text>` instead of doing the command. */
  | { readonly kind: 'reply'; readonly text: string }
  /** Sends these untagged lines first, then does the command. */
  | { readonly kind: 'untagged'; readonly lines: readonly string[] }
  | { readonly kind: 'bye'; readonly text: string }
  /** Closes the connection; the command is not done. */
  | { readonly kind: 'drop-before' }
  /** Does the command, then closes the connection before the tagged answer. */
  | { readonly kind: 'drop-after-stored' }
  /** Closes the connection, and does the command `afterMs` later all the same. */
  | { readonly kind: 'drop-then-store'; readonly afterMs: number }
  /** Closes the connection inside a literal, sent or received, after so many of its octets. */
  | { readonly kind: 'drop-mid-literal'; readonly afterBytes: number }
  /** Exchange's throttling text with this back-off; `thenBye` closes the session as it mostly does. */
  | { readonly kind: 'throttle'; readonly ms: number; readonly thenBye?: boolean }
  /** Never answers; the connection stays open. */
  | { readonly kind: 'hang' };

export interface Fault {
  readonly command: string;
  /** A test of the command, or its number among its kind; left out: every one. */
  readonly when?: number | ((context: FaultContext) => boolean);
  /** How often it strikes at most; left out: always. */
  times?: number;
  readonly action: FaultAction;
}

/** The faults of one server; tests push to it, and may empty it. */
export class FaultList {
  readonly #faults: Fault[] = [];
  readonly #seen = new Map<string, number>();

  push(...faults: Fault[]): void {
    this.#faults.push(...faults);
  }

  clear(): void {
    this.#faults.length = 0;
  }

  /** How many commands of this name came in so far. */
  seen(command: string): number {
    return this.#seen.get(command) ?? 0;
  }

  /** Counts the command and returns what strikes it. */
  strike(command: Omit<FaultContext, 'nth'>): FaultAction | null {
    const nth = this.seen(command.command) + 1;
    this.#seen.set(command.command, nth);
    const fault = this.#faults.find((candidate) => strikes(candidate, { ...command, nth }));
    if (fault?.times !== undefined) {
      fault.times -= 1;
    }
    return fault?.action ?? null;
  }
}

function strikes(fault: Fault, context: FaultContext): boolean {
  if (fault.command !== context.command || fault.times === 0) {
    return false;
  }
  if (typeof fault.when === 'number') {
    return fault.when === context.nth;
  }
  return fault.when?.(context) ?? true;
}
