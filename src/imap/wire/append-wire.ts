/**
 * Pipelined APPEND on one connection. RFC 9051 section 6.3.12, RFC 7888 (literals), RFC 4315 (APPENDUID).
 *
 * One append: queued → (asked → invited)? → writing → handed over → answered.
 * `asked`/`invited` only with a synchronising literal: its octets wait for the server's `+`, and nothing
 * else is sent meanwhile. Until `handed over` the message is certainly not stored, after it a lost link
 * leaves that unknown. Whatever does not fit this picture ends the link: mail must never become commands.
 */
import type { Clock } from '../../clock.ts';
import type { MessageBytes } from '../../mail/message-bytes.ts';
import {
  ConnectionLostError,
  type ImapError,
  MessageRefusedError,
  ProtocolViolationError,
} from '../errors.ts';
import { classifyAnswer } from '../profiles/classify-answer.ts';
import type { ImapProfile } from '../profiles/profile.ts';
import type { ImapAppendOutcome } from '../types.ts';
import { createTagger } from './command-wire.ts';
import type { ImapResponse, StatusResponse } from './response.ts';
import { SILENCE_MS, WireLink, type WireSockets } from './wire-link.ts';

/** Which literals the server takes without being asked: LITERAL+ any, LITERAL- up to 4,096 octets. */
export type EagerLiterals = 'all' | 'small' | 'none';

export interface AppendWireDeps {
  readonly sockets: WireSockets;
  readonly profile: ImapProfile;
  readonly eagerLiterals: EagerLiterals;
  readonly clock: Clock;
  readonly silenceMs?: number;
  /** Called once when the link ended, after the outcomes of all appends in flight. */
  readonly onEnd: (error: ImapError) => void;
}

/** `arguments` is everything between APPEND and the literal, in latin1: name, flags, date. */
export interface WireAppend {
  readonly arguments: string;
  readonly bytes: MessageBytes;
}

interface PendingAppend extends WireAppend {
  readonly tag: string;
  readonly resolve: (outcome: ImapAppendOutcome) => void;
  handedOver: boolean;
}

const CRLF = Buffer.from('\r\n');
/** RFC 7888 section 5. */
const LITERAL_MINUS_MAX_BYTES = 4096;
/** Untagged answers that a server may send at any time. Anything else on this wire is a sign of a left literal. */
const HARMLESS_DATA: readonly string[] = [
  'EXISTS',
  'RECENT',
  'EXPUNGE',
  'FETCH',
  'FLAGS',
  'CAPABILITY',
];

function storedOutcome({ code, codeText }: StatusResponse): ImapAppendOutcome {
  const match = code === 'APPENDUID' ? /^(\d{1,10}) (\d{1,10})$/.exec(codeText) : null;
  return {
    kind: 'stored',
    uidValidity: match ? Number(match[1]) : null,
    uid: match ? Number(match[2]) : null,
  };
}

/** Takes any number of appends; how many at once is the caller's business. */
export class AppendWire {
  readonly link: WireLink;
  readonly #deps: AppendWireDeps;
  readonly #nextTag = createTagger();
  readonly #pending = new Map<string, PendingAppend>();
  #unstarted: PendingAppend[] = [];
  #asked: PendingAppend | null = null;

  constructor(deps: AppendWireDeps) {
    this.#deps = deps;
    this.link = new WireLink({
      sockets: deps.sockets,
      profile: deps.profile,
      clock: deps.clock,
      silenceMs: deps.silenceMs ?? SILENCE_MS,
      onResponse: (response) => this.#take(response),
      onEnd: (error) => this.#fail(error),
    });
  }

  /** Resolves with what became of the message; never rejects. */
  append(input: WireAppend): Promise<ImapAppendOutcome> {
    const { endedBy } = this.link;
    if (endedBy) {
      return Promise.resolve({ kind: 'unsent', error: endedBy });
    }
    return new Promise((resolve) => {
      const entry = { ...input, tag: this.#nextTag(), resolve, handedOver: false };
      this.#pending.set(entry.tag, entry);
      this.#unstarted.push(entry);
      this.link.expectAnswers(true);
      this.#sendMore();
    });
  }

  /** Says goodbye when nothing is in flight, otherwise cuts the link. */
  close(): void {
    if (this.#pending.size === 0) {
      this.link.writer.send([Buffer.from(`${this.#nextTag()} LOGOUT\r\n`, 'latin1')]);
    }
    this.link.end(new ConnectionLostError());
  }

  #isEager(sizeBytes: number): boolean {
    const { eagerLiterals, profile } = this.#deps;
    const limitBytes = eagerLiterals === 'small' ? LITERAL_MINUS_MAX_BYTES : Infinity;
    return (
      eagerLiterals !== 'none' &&
      sizeBytes <= Math.min(limitBytes, profile.maxEagerLiteralBytes ?? Infinity)
    );
  }

  #sendMore(): void {
    while (!this.#asked) {
      const entry = this.#unstarted.shift();
      if (!entry) {
        return;
      }
      const eager = this.#isEager(entry.bytes.length);
      const mark = `{${entry.bytes.length}${eager ? '+' : ''}}`;
      const head = Buffer.from(`${entry.tag} APPEND ${entry.arguments} ${mark}\r\n`, 'latin1');
      if (eager) {
        this.#sendBody(entry, [head]);
      } else {
        this.#asked = entry;
        this.link.writer.send([head]);
      }
    }
  }

  #sendBody(entry: PendingAppend, before: readonly Buffer[]): void {
    const { bytes } = entry;
    const onHandedOver = (): void => {
      entry.handedOver = true;
    };
    if (Buffer.isBuffer(bytes)) {
      this.link.writer.send([...before, bytes, CRLF], onHandedOver);
      return;
    }
    this.link.writer.send(before);
    this.link.writer.sendStream(bytes.read(0), bytes.length, (cause) => {
      // The server waits for octets that do not come: only the end of the link tells it.
      this.link.end(new ConnectionLostError({ cause }));
    });
    this.link.writer.send([CRLF], onHandedOver);
  }

  #take(response: ImapResponse): void {
    if (response.kind === 'continue') {
      const invited = this.#asked;
      if (!invited) {
        throw new ProtocolViolationError('unexpected-continuation');
      }
      this.#asked = null;
      this.#sendBody(invited, []);
      this.#sendMore();
    } else if (response.kind === 'data') {
      if (!HARMLESS_DATA.includes(response.name)) {
        throw new ProtocolViolationError('unexpected-data');
      }
    } else if (response.tag !== null) {
      this.#answer(response.tag, response);
    } else if (response.status === 'BAD' && this.#deps.profile.earlyAnswerIsDesync) {
      throw new ProtocolViolationError('untagged-bad');
    }
  }

  #answer(tag: string, response: StatusResponse): void {
    const entry = this.#pending.get(tag);
    if (!entry) {
      throw new ProtocolViolationError('unknown-tag');
    }
    const { status, code, text } = response;
    if (status !== 'NO' && status !== 'BAD') {
      if (!entry.handedOver) {
        throw new ProtocolViolationError('stored-before-sent');
      }
      this.#settle(entry, storedOutcome(response));
      return;
    }
    const { clock, profile } = this.#deps;
    const answer = { status, code, text, moment: 'append', now: clock.now() } as const;
    const error = classifyAnswer(profile, answer);
    this.#settle(entry, { kind: 'refused', error });
    if (this.#asked === entry) {
      this.#asked = null;
      this.#sendMore();
    } else if (profile.earlyAnswerIsDesync && (!entry.handedOver || leavesLiteral(error))) {
      throw new ProtocolViolationError('literal-left');
    }
  }

  #settle(entry: PendingAppend, outcome: ImapAppendOutcome): void {
    this.#pending.delete(entry.tag);
    this.link.expectAnswers(this.#pending.size > 0);
    entry.resolve(outcome);
  }

  #fail(error: ImapError): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#unstarted = [];
    this.#asked = null;
    for (const { handedOver, resolve } of pending) {
      resolve({ kind: handedOver ? 'unknown' : 'unsent', error });
    }
    this.#deps.onEnd(error);
  }
}

/** The rest of such a message is read as commands, also when the answer bears our tag. */
function leavesLiteral(error: ImapError): boolean {
  return error instanceof MessageRefusedError && error.leavesLiteral;
}
