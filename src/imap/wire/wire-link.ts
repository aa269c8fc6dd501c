/** A logged-in connection below all commands: octets in, responses out, one end. */
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import {
  ConnectionLostError,
  ImapError,
  ImapTimeoutError,
  ProtocolViolationError,
} from '../errors.ts';
import { classifyAnswer } from '../profiles/classify-answer.ts';
import type { ImapProfile } from '../profiles/profile.ts';
import { FrameReader } from './frame-reader.ts';
import { OctetWriter } from './octet-writer.ts';
import { type ImapResponse, parseResponse } from './response.ts';

/** The two directions of one socket, TLS included. */
export interface WireSockets {
  readonly readSocket: Readable;
  readonly writeSocket: Writable;
  /** Asked before each write; once false, the connection is cut. Left out: always. */
  readonly mayWrite?: () => boolean;
}

export interface WireLinkDeps {
  readonly sockets: WireSockets;
  readonly profile: ImapProfile;
  readonly clock: Clock;
  /** How long a server may say nothing while an answer is due. */
  readonly silenceMs: number;
  /** Called for each response but BYE; a throw ends the link. */
  readonly onResponse: (response: ImapResponse) => void;
  /** Called once, whatever ended the link. */
  readonly onEnd: (error: ImapError) => void;
}

/** Patience with a silent server: an Exchange under load was seen to take minutes. */
export const SILENCE_MS = 5 * 60_000;

/** Owns the sockets from the moment that imapflow handed them over. */
export class WireLink {
  readonly writer: OctetWriter;
  readonly #deps: WireLinkDeps;
  #ended: ImapError | null = null;
  #heardAtMs: number;
  #pauses = 0;
  #watch: AbortController | null = null;

  constructor(deps: WireLinkDeps) {
    this.#deps = deps;
    this.writer = new OctetWriter(deps.sockets.writeSocket, deps.sockets.mayWrite);
    this.#heardAtMs = deps.clock.monotonicMs();
    const { readSocket, writeSocket } = deps.sockets;
    const frames = new FrameReader((frame) => this.#take(parseResponse(frame)));
    const lost = (cause?: unknown): void => this.end(new ConnectionLostError({ cause }));
    readSocket.on('data', (chunk: Buffer) => this.#hear(frames, chunk));
    for (const socket of new Set<Readable | Writable>([readSocket, writeSocket])) {
      socket.on('error', lost);
      socket.on('close', () => lost());
    }
    readSocket.on('end', () => lost());
    if (readSocket.destroyed || writeSocket.destroyed) {
      queueMicrotask(lost);
    }
    readSocket.resume();
  }

  /** Why the link is gone; null while it is up. */
  get endedBy(): ImapError | null {
    return this.#ended;
  }

  /** Destroys the sockets; later calls do nothing. */
  end(error: ImapError): void {
    if (this.#ended) {
      return;
    }
    this.#ended = error;
    this.writer.stop();
    this.#watch?.abort();
    this.#deps.sockets.readSocket.destroy();
    this.#deps.sockets.writeSocket.destroy();
    this.#deps.onEnd(error);
  }

  /** Stops reading until as many `resume` calls came. */
  pause(): void {
    this.#pauses += 1;
    this.#deps.sockets.readSocket.pause();
  }

  resume(): void {
    this.#pauses -= 1;
    if (this.#pauses === 0 && !this.#ended) {
      this.#heardAtMs = this.#deps.clock.monotonicMs();
      this.#deps.sockets.readSocket.resume();
    }
  }

  /** Says whether an answer is due: only then does silence end the link. */
  expectAnswers(due: boolean): void {
    if (due && !this.#watch && !this.#ended) {
      this.#heardAtMs = this.#deps.clock.monotonicMs();
      this.#watch = new AbortController();
      void this.#watchSilence(this.#watch.signal);
    } else if (!due) {
      this.#watch?.abort();
      this.#watch = null;
    }
  }

  #hear(frames: FrameReader, chunk: Buffer): void {
    if (this.#ended) {
      return;
    }
    this.#heardAtMs = this.#deps.clock.monotonicMs();
    try {
      frames.push(chunk);
    } catch (error) {
      this.end(
        error instanceof ImapError
          ? error
          : new ProtocolViolationError('unreadable-response', { cause: error }),
      );
    }
  }

  #take(response: ImapResponse): void {
    if (this.#ended) {
      return;
    }
    if (response.kind === 'status' && response.tag === null && response.status === 'BYE') {
      const { code, text } = response;
      const now = this.#deps.clock.now();
      const answer = { status: 'BYE', code, text, moment: 'bye', now } as const;
      this.end(classifyAnswer(this.#deps.profile, answer));
      return;
    }
    this.#deps.onResponse(response);
  }

  async #watchSilence(signal: AbortSignal): Promise<void> {
    const { clock, silenceMs } = this.#deps;
    try {
      for (;;) {
        const silentMs = clock.monotonicMs() - this.#heardAtMs;
        if (silentMs >= silenceMs && this.#pauses === 0) {
          this.end(new ImapTimeoutError());
          return;
        }
        await clock.sleep(Math.max(silenceMs - silentMs, silenceMs / 10), signal);
      }
    } catch {
      // The watch was called off.
    }
  }
}
