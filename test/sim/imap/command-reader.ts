import { type ByteSource, ConnectionEndedError } from './byte-source.ts';

/** One command as it came: `text` is cut at each literal, so it has one piece more than `literals`. */
export interface RawCommand {
  readonly tag: string;
  /** Upper case; with `UID ` in front where that was sent. */
  readonly name: string;
  readonly text: readonly string[];
  readonly literals: readonly Buffer[];
}

export type ReadResult =
  | { readonly kind: 'command'; readonly command: RawCommand }
  /** Not a command: answered BAD with this tag. `desync`: it came out of a literal that was left; `fatal`: what follows cannot be read. */
  | {
      readonly kind: 'malformed';
      readonly tag: string;
      readonly reason: string;
      readonly desync: boolean;
      readonly fatal: boolean;
    }
  /** The literal was refused before it was taken. */
  | { readonly kind: 'refused'; readonly tag: string; readonly text: string };

export interface CommandReaderOptions {
  readonly literalPlus: boolean;
  readonly maxLineBytes: number;
  /** Exchange leaves a literal at a line longer than this and reads on as commands; null: never. */
  readonly leaveLiteralAtLineBytes: number | null;
  /** Told of each command by its first line, before any literal is read; answers how many octets of the literal to take before the line is cut. */
  readonly onStart: (command: { tag: string; name: string; line: string }) => number | null;
  /** A text refuses the literal: at once if it is a synchronising one, else after swallowing it. */
  readonly refuseLiteral: (name: string, sizeBytes: number) => string | null;
  readonly sendContinuation: () => void;
}

const FIRST_LINE = /^([^\s(){%*"\\+\p{Cc}]+) ((?:UID )?[A-Za-z]+)(?: |$)/u;
const LITERAL_AT_END = /\{(\d{1,15})(\+?)\}$/u;
const MAX_LITERAL_BYTES = 160 * 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;

interface OpenCommand {
  readonly tag: string;
  readonly name: string;
  readonly cutAfterBytes: number | null;
  readonly text: string[];
  readonly literals: Buffer[];
}

/** Reads commands one after the other; nothing of the next one is taken before it is asked for. */
export function createCommandReader(
  source: ByteSource,
  options: CommandReaderOptions,
): { read: () => Promise<ReadResult> } {
  /** True from the moment a literal was left until the connection ends. */
  let desync = false;

  async function readLine(): Promise<{ text: string; problem: string | null }> {
    const { maxLineBytes, leaveLiteralAtLineBytes } = options;
    const limitBytes = desync ? (leaveLiteralAtLineBytes ?? maxLineBytes) : maxLineBytes;
    const { line, bareLf, tooLong } = await source.readLine(limitBytes);
    const text = line.toString('latin1');
    if (tooLong) {
      return { text, problem: 'a command line is too long' };
    }
    return { text, problem: bareLf ? 'a line ends in LF alone' : null };
  }

  async function readLiteral(
    sizeBytes: number,
    cutAfterBytes: number | null,
  ): Promise<Buffer | null> {
    const scan = createLineScan(options.leaveLiteralAtLineBytes ?? Number.POSITIVE_INFINITY);
    const chunks: Buffer[] = [];
    let takenBytes = 0;
    while (takenBytes < sizeBytes) {
      const limit = cutAfterBytes === null ? sizeBytes : Math.min(cutAfterBytes, sizeBytes);
      if (takenBytes >= limit) {
        throw new ConnectionEndedError('a fault cut the line inside a literal');
      }
      const chunk = await source.readSome(limit - takenBytes);
      chunks.push(chunk);
      takenBytes += chunk.length;
      if (scan(chunk)) {
        const all = Buffer.concat(chunks);
        source.unread(all.subarray(scan.lineStart()));
        return null;
      }
    }
    if (cutAfterBytes !== null && cutAfterBytes <= sizeBytes) {
      throw new ConnectionEndedError('a fault cut the line inside a literal');
    }
    return chunks.length === 1 && chunks[0] !== undefined
      ? Buffer.from(chunks[0])
      : Buffer.concat(chunks);
  }

  async function swallow(sizeBytes: number): Promise<void> {
    let leftBytes = sizeBytes;
    while (leftBytes > 0) {
      leftBytes -= (await source.readSome(leftBytes)).length;
    }
    await source.readLine(options.maxLineBytes);
  }

  async function takeLiteral(
    open: OpenCommand,
    sizeBytes: number,
    nonSynchronising: boolean,
  ): Promise<ReadResult | null> {
    const { tag, name } = open;
    if (nonSynchronising && !options.literalPlus) {
      return malformed(tag, 'LITERAL+ is not offered', true);
    }
    const refusal =
      sizeBytes > MAX_LITERAL_BYTES
        ? 'BAD Literal too large'
        : options.refuseLiteral(name, sizeBytes);
    if (refusal !== null) {
      if (nonSynchronising) {
        await swallow(sizeBytes);
      }
      return { kind: 'refused', tag, text: refusal };
    }
    if (!nonSynchronising) {
      options.sendContinuation();
    }
    const literal = await readLiteral(sizeBytes, open.cutAfterBytes);
    if (literal === null) {
      desync = true;
      return read();
    }
    open.literals.push(literal);
    return null;
  }

  function malformed(tag: string, reason: string, fatal = false): ReadResult {
    return { kind: 'malformed', tag, reason, desync, fatal };
  }

  /** Reads up to the next literal or the end of the command; null: the command goes on. */
  async function readPiece(state: { open: OpenCommand | null }): Promise<ReadResult | null> {
    const { text, problem } = await readLine();
    const tag = state.open?.tag ?? /^\S+/u.exec(text)?.[0] ?? '*';
    if (problem !== null) {
      return malformed(tag, problem);
    }
    state.open ??= openCommand(text, options);
    if (state.open === null) {
      return malformed(tag, 'not a command');
    }
    const literal = LITERAL_AT_END.exec(text);
    state.open.text.push(literal === null ? text : text.slice(0, literal.index));
    return literal === null
      ? { kind: 'command', command: withoutVerb(state.open) }
      : takeLiteral(state.open, Number(literal[1]), literal[2] === '+');
  }

  async function read(): Promise<ReadResult> {
    const state: { open: OpenCommand | null } = { open: null };
    for (;;) {
      const outcome = await readPiece(state);
      if (outcome !== null) {
        return outcome;
      }
    }
  }

  return { read };
}

function openCommand(line: string, options: CommandReaderOptions): OpenCommand | null {
  const match = FIRST_LINE.exec(line);
  const [, tag, verb] = match ?? [];
  if (tag === undefined || verb === undefined) {
    return null;
  }
  const name = verb.toUpperCase();
  const rest = line.slice(tag.length + 1);
  return {
    tag,
    name,
    cutAfterBytes: options.onStart({ tag, name, line: rest }),
    text: [],
    literals: [],
  };
}

function withoutVerb({ tag, name, text, literals }: OpenCommand): RawCommand {
  const [first = '', ...others] = text;
  return { tag, name, text: [first.slice(tag.length + 1 + name.length), ...others], literals };
}

interface LineScan {
  (chunk: Buffer): boolean;
  /** Where in the literal the over-long line begins. */
  lineStart: () => number;
}

/** Watches the length of the lines in a literal as its octets arrive. */
function createLineScan(maxLineBytes: number): LineScan {
  let lineStart = 0;
  let seenBytes = 0;
  let lastByte = 0;
  const scan = (chunk: Buffer): boolean => {
    let from = 0;
    for (;;) {
      const lf = chunk.indexOf(LF, from);
      const end = lf < 0 ? chunk.length : lf;
      const before = end === 0 ? lastByte : (chunk[end - 1] ?? 0);
      const endBytes = seenBytes + end - (lf >= 0 && before === CR ? 1 : 0);
      if (endBytes - lineStart > maxLineBytes) {
        return true;
      }
      if (lf < 0) {
        break;
      }
      lineStart = seenBytes + lf + 1;
      from = lf + 1;
    }
    seenBytes += chunk.length;
    lastByte = chunk.at(-1) ?? lastByte;
    return false;
  };
  return Object.assign(scan, { lineStart: () => lineStart });
}
