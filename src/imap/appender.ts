/**
 * Spreads appends over a few connections and keeps each one's window full.
 *
 * One append: waiting → on a lane → answered. While it waits it is certainly not stored. A lane that is
 * lost settles what it carried and is opened again for what waits; a server that cannot be reached, or
 * asks for patience, gives everything that waits back as `unsent`, so that the caller decides when to go on.
 */
import type { AppError } from '../errors.ts';
import type { AppendLane } from './append-lane.ts';
import { WINDOW_LIMITS } from './append-window.ts';
import { AppendCancelledError, ConnectionLostError, ImapError } from './errors.ts';
import { formatAppendArguments } from './format-append.ts';
import { isRefusal } from './governor.ts';
import { LanePool, type LanePoolDeps } from './lane-pool.ts';
import type { MailboxNaming } from './mailbox-name.ts';
import { refuseAnywhere, refuseOnLane } from './refuse-append.ts';
import type { ImapAppendOutcome, ImapOutgoingMessage } from './types.ts';

export interface AppenderDeps extends LanePoolDeps {
  /** The server's own name for a path. */
  readonly mailboxOf: (path: string, naming: MailboxNaming) => string;
  /** How long answers may still arrive after a cancellation. */
  readonly graceMs?: number;
  /** How long answers may still arrive once nothing more is taken. */
  readonly drainMs?: number;
}

export interface Appender {
  /** Resolves when the server has answered or the link died; `signal` stops what was not sent. */
  append(message: ImapOutgoingMessage, signal: AbortSignal): Promise<ImapAppendOutcome>;
  /** So many appends will come: connections for them are opened meanwhile. Waits for nothing, and never fails. */
  expect(count: number): void;
  /** Takes nothing more, and gives what was sent the time in which a window of appends is answered. */
  close(): Promise<void>;
}

const GRACE_MS = 10_000;

interface Waiting {
  readonly message: ImapOutgoingMessage;
  readonly signal: AbortSignal;
  readonly resolve: (outcome: ImapAppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

class PipelinedAppender implements Appender {
  readonly #deps: AppenderDeps;
  readonly #lanes: LanePool;
  #waiting: Waiting[] = [];
  /** On its way, or answered just now. */
  readonly #sent = new Set<Promise<void>>();
  #heldBack: AppError | null = null;

  constructor(deps: AppenderDeps) {
    this.#deps = deps;
    this.#lanes = new LanePool(deps, {
      onChange: () => this.#pump(),
      onGiveUp: (error) => this.#giveBack(error),
    });
  }

  append(message: ImapOutgoingMessage, signal: AbortSignal): Promise<ImapAppendOutcome> {
    const refusal = this.#refuseAtOnce(message, signal);
    if (refusal) {
      return Promise.resolve(refusal);
    }
    return this.#enqueue(message, signal);
  }

  expect(count: number): void {
    this.#lanes.expect(count);
  }

  async close(): Promise<void> {
    this.#lanes.end();
    this.#giveBack(new ConnectionLostError());
    const drained = new AbortController();
    const answered = Promise.all(this.#sent).finally(() => drained.abort());
    const { clock, drainMs = WINDOW_LIMITS.maxAgeMs } = this.#deps;
    // An answer that is not waited for would leave a message of which nobody knows whether it is there.
    await Promise.race([answered, clock.sleep(drainMs, drained.signal).catch(() => undefined)]);
    this.#lanes.close();
  }

  #refuseAtOnce(message: ImapOutgoingMessage, signal: AbortSignal): ImapAppendOutcome | null {
    if (signal.aborted || this.#lanes.isEnded) {
      return { kind: 'unsent', error: new AppendCancelledError() };
    }
    const refusal = refuseAnywhere(message.bytes);
    if (refusal !== null) {
      return { kind: 'refused', error: refusal };
    }
    const until = this.#heldBack?.retryAfter;
    if (this.#heldBack && until && until > this.#deps.clock.now()) {
      return { kind: 'unsent', error: this.#heldBack };
    }
    this.#heldBack = null;
    return null;
  }

  async #enqueue(message: ImapOutgoingMessage, signal: AbortSignal): Promise<ImapAppendOutcome> {
    let withdraw: () => void = () => undefined;
    try {
      return await new Promise((resolve, reject) => {
        const entry: Waiting = { message, signal, resolve, reject };
        withdraw = () => this.#withdraw(entry);
        signal.addEventListener('abort', withdraw, { once: true });
        this.#waiting.push(entry);
        this.#pump();
      });
    } finally {
      signal.removeEventListener('abort', withdraw);
    }
  }

  #withdraw(entry: Waiting): void {
    const at = this.#waiting.indexOf(entry);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      entry.resolve({ kind: 'unsent', error: new AppendCancelledError() });
    }
  }

  #pump(): void {
    for (let entry = this.#waiting[0]; entry; entry = this.#waiting[0]) {
      const lane = this.#lanes.freest(entry.message.bytes.length);
      if (!lane) {
        break;
      }
      this.#waiting.shift();
      const sent = this.#sendOn(lane, entry).finally(() => this.#sent.delete(sent));
      this.#sent.add(sent);
    }
    this.#lanes.fitTo(this.#waiting.length);
  }

  #giveBack(error: AppError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) {
      resolve({ kind: 'unsent', error });
    }
  }

  /** A path that this server cannot name, or a flag that would change the command, refuses the message. */
  #formatFor(lane: AppendLane, { message, resolve, reject }: Waiting): string | null {
    const refusal = refuseOnLane(message.bytes, lane);
    if (refusal !== null) {
      resolve({ kind: 'refused', error: refusal });
      return null;
    }
    try {
      const mailbox = this.#deps.mailboxOf(message.folderPath, lane.naming);
      return formatAppendArguments(mailbox, message);
    } catch (error) {
      if (error instanceof ImapError) {
        resolve({ kind: 'refused', error });
      } else {
        reject(error);
      }
      return null;
    }
  }

  async #sendOn(lane: AppendLane, entry: Waiting): Promise<void> {
    const { message, signal, resolve } = entry;
    const formatted = this.#formatFor(lane, entry);
    if (formatted === null) {
      return;
    }
    // Made only when somebody gives up: an abort makes an exception with a stack, and this is the hot path.
    let answered: AbortController | null = null;
    const onAbort = (): void => {
      answered = new AbortController();
      void this.#cutAfterGrace(lane, answered.signal);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const outcome = await lane.append({ bytes: message.bytes, arguments: formatted });
    signal.removeEventListener('abort', onAbort);
    (answered as AbortController | null)?.abort();
    if (outcome.kind === 'stored') {
      this.#lanes.progressed();
    } else if (isRefusal(outcome.error) && outcome.kind === 'refused') {
      this.#lanes.noteRefusal(outcome.error);
      this.#heldBack = outcome.error;
      this.#giveBack(outcome.error);
    }
    resolve(outcome);
    this.#pump();
  }

  async #cutAfterGrace(lane: AppendLane, answered: AbortSignal): Promise<void> {
    try {
      await this.#deps.clock.sleep(this.#deps.graceMs ?? GRACE_MS, answered);
      lane.end(new AppendCancelledError());
    } catch {
      // It was answered in time.
    }
  }
}

/** An appender that opens its connections with the first message. */
export function createAppender(deps: AppenderDeps): Appender {
  return new PipelinedAppender(deps);
}
