/** Cuts the server's octets into responses: lines, and the literals between them. RFC 9051 section 2.2. */
import { ProtocolViolationError } from '../errors.ts';

/** One response: `segments[i]` is followed by `literals[i]`. Segments are latin1, without CRLF and literal marks. */
export interface Frame {
  readonly segments: readonly string[];
  readonly literals: readonly Buffer[];
}

export interface FrameLimits {
  /** Of all text of one response; our widest is a LIST or FLAGS line. */
  readonly maxTextBytes: number;
  readonly maxLiteralBytes: number;
  readonly maxLiterals: number;
}

/** Generous for every real server, small enough that a broken one cannot exhaust memory. */
const FRAME_LIMITS: FrameLimits = {
  maxTextBytes: 256 * 1024,
  maxLiteralBytes: 256 * 1024 * 1024,
  maxLiterals: 16,
};

const LF = 10;
const CR = 13;
const LITERAL_MARK = /~?\{(\d{1,10})\}$/;
/** resp-text is free text: `{12}` at its end is no literal. */
const FREE_TEXT = /^(?:\+|[*A-Za-z0-9]+ (?:OK|NO|BAD|BYE|PREAUTH))(?: |$)/i;

/** A stateful reader; `push` throws ProtocolViolationError and must not be called again after that. */
export class FrameReader {
  #limits: FrameLimits;
  #onFrame: (frame: Frame) => void;
  #lineParts: Buffer[] = [];
  #textBytes = 0;
  #segments: string[] = [];
  #literals: Buffer[] = [];
  #literal: Buffer | null = null;
  #literalFilled = 0;

  constructor(onFrame: (frame: Frame) => void, limits: FrameLimits = FRAME_LIMITS) {
    this.#onFrame = onFrame;
    this.#limits = limits;
  }

  /** Takes the next octets; calls back for each response that they complete. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      at = this.#literal ? this.#fillLiteral(this.#literal, chunk, at) : this.#readLine(chunk, at);
    }
  }

  #fillLiteral(literal: Buffer, chunk: Buffer, at: number): number {
    const copied = chunk.copy(literal, this.#literalFilled, at);
    this.#literalFilled += copied;
    if (this.#literalFilled === literal.length) {
      this.#literals.push(literal);
      this.#literal = null;
    }
    return at + copied;
  }

  #readLine(chunk: Buffer, at: number): number {
    const lf = chunk.indexOf(LF, at);
    const end = lf < 0 ? chunk.length : lf + 1;
    this.#textBytes += end - at;
    if (this.#textBytes > this.#limits.maxTextBytes) {
      throw new ProtocolViolationError('response-too-long');
    }
    // Copied: a slice would keep the whole chunk alive.
    this.#lineParts.push(lf < 0 ? Buffer.from(chunk.subarray(at)) : chunk.subarray(at, end));
    if (lf >= 0) {
      const line =
        this.#lineParts.length === 1 ? this.#lineParts[0] : Buffer.concat(this.#lineParts);
      this.#lineParts = [];
      this.#endLine(line ?? Buffer.alloc(0));
    }
    return end;
  }

  #endLine(line: Buffer): void {
    if (line.length < 2 || line[line.length - 2] !== CR) {
      throw new ProtocolViolationError('bare-line-feed');
    }
    const text = line.toString('latin1', 0, line.length - 2);
    const mark = text.endsWith('}') ? LITERAL_MARK.exec(text) : null;
    if (mark && !(this.#segments.length === 0 && FREE_TEXT.test(text))) {
      this.#segments.push(text.slice(0, mark.index));
      this.#startLiteral(Number(mark[1]));
      return;
    }
    const frame = { segments: [...this.#segments, text], literals: this.#literals };
    this.#segments = [];
    this.#literals = [];
    this.#textBytes = 0;
    this.#onFrame(frame);
  }

  #startLiteral(sizeBytes: number): void {
    const { maxLiteralBytes, maxLiterals } = this.#limits;
    if (sizeBytes > maxLiteralBytes || this.#literals.length >= maxLiterals) {
      throw new ProtocolViolationError('literal-too-large');
    }
    if (sizeBytes === 0) {
      this.#literals.push(Buffer.alloc(0));
      return;
    }
    // One allocation and one copy: joining chunks afterwards would hold a message twice.
    this.#literal = Buffer.allocUnsafeSlow(sizeBytes);
    this.#literalFilled = 0;
  }
}
