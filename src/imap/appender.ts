/**
 * Spreads appends over a few connections and keeps each one's window full.
 *
 * One append: waiting → on a lane → answered. While it waits it is certainly not stored. A lane that is
 * lost settles what it carried and is opened again for what waits; a server that cannot be reached, or
 * asks for patience, gives everything that waits back as `unsent`, so that the caller decides when to go on.
 */
import type { Clock } from '../clock.ts';
import type { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { findLongLine } from '../mail/guard/scan.ts';
import type { MessageBytes } from '../mail/message-bytes.ts';
import { AppendLane } from './append-lane.ts';
import { WINDOW_LIMITS } from './append-window.ts';
import type { ImapLink } from './connect.ts';
import {
  AppendCancelledError,
  ConnectionLostError,
  ImapError,
  MessageRefusedError,
  MessageTooLargeError,
} from './errors.ts';
import { formatAppendArguments } from './format-append.ts';
import { type Governor, isRefusal } from './governor.ts';
import type { MailboxNaming } from './mailbox-name.ts';
import type { ImapAppendOutcome, ImapOutgoingMessage } from './types.ts';

export interface AppenderDeps {
  /** Opens and logs in a connection; called for each lane and again after a loss. */
  readonly connect: (signal: AbortSignal) => Promise<ImapLink>;
  /** The server's own name for a path. */
  readonly mailboxOf: (path: string, naming: MailboxNaming) => string;
  /** How hard the account may be worked. */
  readonly governor: Governor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxConnections?: number;
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

const DEFAULT_CONNECTIONS = 4;
const GRACE_MS = 10_000;
/** Between connections that were lost without a single answer. */
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 30_000;
/** After a lane was not opened, while others work. */
const REFUSED_LANE_PAUSE_MS = 60_000;
/** That many useless connections in a row, and everything that waits is given back. */
const MAX_USELESS_LINKS = 4;

interface Waiting {
  readonly message: ImapOutgoingMessage;
  readonly signal: AbortSignal;
  readonly resolve: (outcome: ImapAppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

function hasNul(content: MessageBytes): boolean {
  return Buffer.isBuffer(content) ? content.includes(0) : content.findings.hasNul;
}

function hasLongLine(content: MessageBytes, maxLineBytes: number): boolean {
  return Buffer.isBuffer(content)
    ? findLongLine(content, 0, maxLineBytes) >= 0
    : content.findings.longestLineBytes > maxLineBytes;
}

class PipelinedAppender implements Appender {
  readonly #deps: AppenderDeps;
  readonly #lifetime = new AbortController();
  #waiting: Waiting[] = [];
  #lanes = new Set<AppendLane>();
  /** On its way, or answered just now. */
  readonly #sent = new Set<Promise<void>>();
  #opening = 0;
  #useless = 0;
  /** Not before this, by the monotonic clock, while any lane is up or being opened. */
  #nextOpenMs = 0;
  #heldBack: AppError | null = null;

  constructor(deps: AppenderDeps) {
    this.#deps = deps;
  }

  append(message: ImapOutgoingMessage, signal: AbortSignal): Promise<ImapAppendOutcome> {
    const refusal = this.#refuseAtOnce(message, signal);
    if (refusal) {
      return Promise.resolve(refusal);
    }
    return this.#enqueue(message, signal);
  }

  expect(count: number): void {
    this.#openUpTo(Math.min(this.#lanesAllowed(), count));
  }

  async close(): Promise<void> {
    this.#lifetime.abort();
    this.#giveBack(new ConnectionLostError());
    const drained = new AbortController();
    const answered = Promise.all(this.#sent).finally(() => drained.abort());
    const { clock, drainMs = WINDOW_LIMITS.maxAgeMs } = this.#deps;
    // An answer that is not waited for would leave a message of which nobody knows whether it is there.
    await Promise.race([answered, clock.sleep(drainMs, drained.signal).catch(() => undefined)]);
    for (const lane of this.#lanes) {
      lane.close();
    }
  }

  #refuseAtOnce(message: ImapOutgoingMessage, signal: AbortSignal): ImapAppendOutcome | null {
    if (signal.aborted || this.#lifetime.signal.aborted) {
      return { kind: 'unsent', error: new AppendCancelledError() };
    }
    // RFC 9051 section 4.3: no literal holds NUL, and Exchange refuses it.
    if (hasNul(message.bytes)) {
      return { kind: 'refused', error: new MessageRefusedError('nul') };
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
      const lane = this.#freestLane(entry.message.bytes.length);
      if (!lane) {
        break;
      }
      this.#waiting.shift();
      const sent = this.#sendOn(lane, entry).finally(() => this.#sent.delete(sent));
      this.#sent.add(sent);
    }
    this.#closeSpareLanes();
    this.#openLanes();
  }

  #freestLane(sizeBytes: number): AppendLane | null {
    let freest: AppendLane | null = null;
    for (const lane of [...this.#lanes].slice(0, this.#lanesAllowed())) {
      if (lane.canTake(sizeBytes) && (!freest || lane.inFlightCount < freest.inFlightCount)) {
        freest = lane;
      }
    }
    return freest;
  }

  #lanesAllowed(): number {
    const { maxConnections = DEFAULT_CONNECTIONS, governor } = this.#deps;
    return governor.scale(maxConnections);
  }

  /**
   * A server that asked for patience gets fewer connections too, and one that refused much gets new ones: those
   * that carry nothing are left.
   */
  #closeSpareLanes(): void {
    const allowed = this.#lanesAllowed();
    for (const [at, lane] of [...this.#lanes].entries()) {
      if (lane.inFlightCount === 0 && (at >= allowed || lane.isSpent)) {
        this.#lanes.delete(lane);
        lane.close();
      }
    }
  }

  /** As many lanes as there are messages under way, up to the limit. */
  #openLanes(): void {
    const underWay = [...this.#lanes].reduce((sum, lane) => sum + lane.inFlightCount, 0);
    const wanted = Math.min(this.#lanesAllowed(), this.#waiting.length + underWay);
    const { clock } = this.#deps;
    const isAlone = this.#lanes.size === 0 && this.#opening === 0;
    if (this.#waiting.length > 0 && (isAlone || clock.monotonicMs() >= this.#nextOpenMs)) {
      this.#openUpTo(wanted);
    }
  }

  #openUpTo(wanted: number): void {
    while (this.#lanes.size + this.#opening < wanted && !this.#lifetime.signal.aborted) {
      void this.#openLane();
    }
  }

  async #openLane(): Promise<void> {
    const { clock, connect, governor, logger } = this.#deps;
    const { signal } = this.#lifetime;
    this.#opening += 1;
    try {
      if (this.#useless > 0) {
        const pauseMs = FIRST_PAUSE_MS * 4 ** (this.#useless - 1);
        await clock.sleep(Math.min(pauseMs, MAX_PAUSE_MS), signal);
      }
      const link = await connect(signal);
      const lane: AppendLane = new AppendLane(link, { clock, governor }, (error) =>
        this.#lose(lane, error),
      );
      this.#lanes.add(lane);
      logger.debug({ lanes: this.#lanes.size }, 'IMAP append connection opened');
      this.#opening -= 1;
    } catch (error) {
      this.#opening -= 1;
      this.#failOpening(error);
    }
    this.#pump();
  }

  #lose(lane: AppendLane, error: ImapError): void {
    const wasWanted = this.#lanes.delete(lane);
    if (!wasWanted || this.#lifetime.signal.aborted) {
      return;
    }
    this.#noteRefusal(error);
    this.#deps.logger.warn({ code: error.code }, 'IMAP append connection lost');
    this.#countUseless(lane.answered, error);
    // The outcomes of what it carried are settled first, so that the caller sees them in order.
    queueMicrotask(() => this.#pump());
  }

  #failOpening(error: unknown): void {
    if (this.#lifetime.signal.aborted) {
      return;
    }
    const typed = error instanceof ImapError ? error : new ConnectionLostError({ cause: error });
    this.#deps.logger.warn(
      { code: typed.code, lanes: this.#lanes.size },
      'IMAP append connection not opened',
    );
    this.#noteRefusal(typed);
    if (typed.disposition === 'retry') {
      this.#countUseless(false, typed);
      return;
    }
    // A server that refuses one more connection is not asked again with every message.
    this.#nextOpenMs = this.#deps.clock.monotonicMs() + REFUSED_LANE_PAUSE_MS;
    if (this.#lanes.size === 0 && this.#opening === 0) {
      this.#giveBack(typed);
    }
  }

  #noteRefusal(error: unknown): void {
    if (isRefusal(error)) {
      this.#deps.governor.refused();
    }
  }

  #countUseless(answered: boolean, error: ImapError): void {
    this.#useless = answered ? 0 : this.#useless + 1;
    if (this.#useless >= MAX_USELESS_LINKS && this.#lanes.size === 0) {
      this.#useless = 0;
      this.#giveBack(error);
    }
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
    const { maxLineBytes } = lane.profile;
    if (lane.maxMessageBytes !== null && message.bytes.length > lane.maxMessageBytes) {
      resolve({ kind: 'refused', error: new MessageTooLargeError() });
      return null;
    }
    if (maxLineBytes !== null && hasLongLine(message.bytes, maxLineBytes)) {
      // The guard breaks such lines; one that it left must not reach a server that takes mail for commands.
      resolve({ kind: 'refused', error: new MessageRefusedError('long-line') });
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
      this.#useless = 0;
      this.#deps.governor.progressed();
    } else if (isRefusal(outcome.error) && outcome.kind === 'refused') {
      this.#noteRefusal(outcome.error);
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
