/** Ordinary commands: each with a tag, answered in order, its untagged data given to whoever sent it. */
import { randomInt } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import {
  CommandRefusedError,
  ConnectionLostError,
  type ImapError,
  ProtocolViolationError,
} from '../errors.ts';
import { classifyAnswer } from '../profiles/classify-answer.ts';
import type { ImapProfile, ServerMoment } from '../profiles/profile.ts';
import type { DataResponse, ImapResponse, StatusResponse } from './response.ts';
import { SILENCE_MS, WireLink, type WireSockets } from './wire-link.ts';

/** A tag that no text can guess: an answer to it is an answer to us. */
export function createTagger(): () => string {
  const prefix = Array.from({ length: 6 }, () => String.fromCharCode(65 + randomInt(26))).join('');
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}${count}`;
  };
}

export interface CommandWireDeps {
  readonly sockets: WireSockets;
  readonly profile: ImapProfile;
  readonly clock: Clock;
  readonly silenceMs?: number;
}

/** How one command is to be run. */
export interface CommandOptions {
  /** For the typed error that a NO or BAD becomes. */
  readonly moment: ServerMoment;
  /**
   * Untagged data that no older unanswered command has taken; false leaves it to the next. A server may
   * work at several commands at once (RFC 9051 section 5.5). A throw ends the link.
   */
  readonly onData?: (data: DataResponse) => boolean;
  /** Untagged OK, for response codes (UIDVALIDITY and the like). */
  readonly onStatus?: (status: StatusResponse) => void;
}

interface PendingCommand {
  readonly options: CommandOptions;
  readonly resolve: (response: StatusResponse) => void;
  readonly reject: (error: unknown) => void;
}

/** Commands may be sent before earlier ones are answered. */
export class CommandWire {
  readonly link: WireLink;
  readonly #profile: ImapProfile;
  readonly #clock: Clock;
  readonly #nextTag = createTagger();
  readonly #pending = new Map<string, PendingCommand>();

  constructor({ sockets, profile, clock, silenceMs = SILENCE_MS }: CommandWireDeps) {
    this.#profile = profile;
    this.#clock = clock;
    this.link = new WireLink({
      sockets,
      profile,
      clock,
      silenceMs,
      onResponse: (response) => this.#take(response),
      onEnd: (error) => this.#fail(error),
    });
  }

  /** Sends a command and resolves with its OK; a NO or BAD rejects typed. An abort ends the link. */
  async run(text: string, options: CommandOptions, signal: AbortSignal): Promise<StatusResponse> {
    signal.throwIfAborted();
    refuseMoreThanOneLine(text);
    if (this.link.endedBy) {
      throw new ConnectionLostError({ cause: this.link.endedBy });
    }
    const tag = this.#nextTag();
    const onAbort = (): void => this.link.end(new ConnectionLostError({ cause: signal.reason }));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<StatusResponse>((resolve, reject) => {
        this.#pending.set(tag, { options, resolve, reject });
        this.link.expectAnswers(true);
        this.link.writer.send([Buffer.from(`${tag} ${text}\r\n`, 'latin1')]);
      });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Says goodbye without waiting for the answer. */
  close(): void {
    if (!this.link.endedBy) {
      this.link.writer.send([Buffer.from(`${this.#nextTag()} LOGOUT\r\n`, 'latin1')]);
      this.link.end(new ConnectionLostError());
    }
  }

  #take(response: ImapResponse): void {
    if (response.kind === 'continue') {
      throw new ProtocolViolationError('unexpected-continuation');
    }
    if (response.kind === 'status' && response.tag !== null) {
      this.#settle(response.tag, response);
      return;
    }
    if (response.kind === 'status') {
      const [oldest] = this.#pending.values();
      oldest?.options.onStatus?.(response);
      return;
    }
    for (const { options } of this.#pending.values()) {
      if (options.onData?.(response) !== false) {
        return;
      }
    }
  }

  #settle(tag: string, response: StatusResponse): void {
    const pending = this.#pending.get(tag);
    if (!pending) {
      throw new ProtocolViolationError('unknown-tag');
    }
    this.#pending.delete(tag);
    this.link.expectAnswers(this.#pending.size > 0);
    const { status, code, text } = response;
    if (status === 'NO' || status === 'BAD') {
      const { moment } = pending.options;
      const now = this.#clock.now();
      pending.reject(classifyAnswer(this.#profile, { status, code, text, moment, now }));
      return;
    }
    pending.resolve(response);
  }

  #fail(error: ImapError): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) {
      reject(error);
    }
  }
}

/** A name that a hostile server made up must not become a command of its own. */
function refuseMoreThanOneLine(text: string): void {
  if (/[\r\n\0]/.test(text)) {
    throw new CommandRefusedError();
  }
}
