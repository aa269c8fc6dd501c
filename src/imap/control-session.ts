/** One control connection that is opened when needed, reopened when lost, and used by one caller at a time. */
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { readCapabilities } from './commands/read-capabilities.ts';
import { type ImapLink, trustedCapabilities } from './connect.ts';
import { ConnectionLostError, ImapError, ProtocolViolationError } from './errors.ts';
import { type Governor, isRefusal } from './governor.ts';
import { CommandWire } from './wire/command-wire.ts';

export interface ControlSessionDeps {
  /** Opens and logs in a connection; called again after a loss, so it can bring a fresh token. */
  readonly connect: (signal: AbortSignal) => Promise<ImapLink>;
  /** How hard this side of the account may be worked. */
  readonly governor: Governor;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A connection in use: what was learnt at login, and the wire. */
export interface ControlConnection extends Omit<ImapLink, 'sockets'> {
  readonly wire: CommandWire;
}

/** How often one call is tried on a new connection before the loss is the caller's matter. */
const MAX_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 250;

/** True where a new connection may bring what the lost one did not. */
export function isLinkLoss(error: unknown): boolean {
  return error instanceof ConnectionLostError || error instanceof ProtocolViolationError;
}

export class ControlSession {
  readonly governor: Governor;
  readonly #deps: ControlSessionDeps;
  #connection: ControlConnection | null = null;
  #connecting: Promise<ControlConnection> | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #shared: { users: number; readonly release: Promise<() => void> } | null = null;
  #closed = false;

  constructor(deps: ControlSessionDeps) {
    this.#deps = deps;
    this.governor = deps.governor;
  }

  /** Waits for its turn and runs `work`; only work that may be repeated from the start belongs here. */
  run<T>(work: (connection: ControlConnection) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#queue(() => this.#attempt(work, signal));
  }

  /** The same for work that must not be repeated: a lost link is the caller's matter at once. */
  runOnce<T>(work: (connection: ControlConnection) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#queue(async () => {
      try {
        return await work(await this.connection(signal));
      } catch (error) {
        this.noteFailure(error);
        throw error;
      }
    });
  }

  /** The same beside other callers that may share the connection: nobody waits for another's answer. */
  async runTogether<T>(
    work: (connection: ControlConnection) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const release = await this.share();
    try {
      return await this.#attempt(work, signal);
    } finally {
      release();
    }
  }

  /** Reserves the connection until the returned function is called. */
  async reserve(): Promise<() => void> {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = this.#turn;
    this.#turn = before.then(() => held);
    await before;
    return release;
  }

  /**
   * The same for callers that may use the connection together, each of their commands being sent behind
   * those of the one before: reserved with the first of them, released with the last.
   */
  async share(): Promise<() => void> {
    this.#shared ??= { users: 0, release: this.reserve() };
    const shared = this.#shared;
    shared.users += 1;
    const release = await shared.release;
    return () => {
      shared.users -= 1;
      if (shared.users === 0) {
        this.#shared = null;
        release();
      }
    };
  }

  /** The live connection, opened if there is none; for callers that hold a reservation. */
  async connection(signal: AbortSignal): Promise<ControlConnection> {
    signal.throwIfAborted();
    if (this.#closed) {
      throw new ConnectionLostError();
    }
    if (this.#connection && !this.#connection.wire.link.endedBy) {
      return this.#connection;
    }
    this.#connecting ??= this.#connect(signal).finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  /** Waits before attempt `attempt` (1 is the first repetition), or throws the error that leads there. */
  async pauseBeforeRetry(error: unknown, attempt: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!isLinkLoss(error) || attempt >= MAX_ATTEMPTS || this.#closed) {
      throw error;
    }
    const code = error instanceof ImapError ? error.code : 'unknown';
    this.#deps.logger.warn({ attempt, code }, 'IMAP control connection lost, reconnecting');
    await this.#deps.clock.sleep(FIRST_PAUSE_MS * 4 ** (attempt - 1), signal);
  }

  /** To be told of whatever went wrong: ends a link that is up and of no use, and slows down where asked to. */
  noteFailure(error: unknown): void {
    // iCloud's "Please select a mailbox first", or half an answer: only a new connection helps.
    if (isLinkLoss(error) && error instanceof ImapError) {
      this.#connection?.wire.link.end(error);
    }
    if (isRefusal(error)) {
      this.governor.refused();
    }
  }

  /** Ends the connection under whoever uses it; nothing is waited for. */
  close(): void {
    this.#closed = true;
    this.#connection?.wire.close();
    this.#connection = null;
  }

  async #connect(signal: AbortSignal): Promise<ControlConnection> {
    const { sockets, ...facts } = await this.#deps.connect(signal);
    const { profile } = facts;
    const wire = new CommandWire({ sockets, profile, clock: this.#deps.clock });
    const named = profile.namesCapabilitiesLate ? await readCapabilities(wire, signal) : null;
    const capabilities = named === null ? facts.capabilities : trustedCapabilities(named, profile);
    this.#connection = { ...facts, capabilities, wire };
    return this.#connection;
  }

  async #attempt<T>(
    work: (connection: ControlConnection) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work(await this.connection(signal));
      } catch (error) {
        this.noteFailure(error);
        await this.pauseBeforeRetry(error, attempt, signal);
      }
    }
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
