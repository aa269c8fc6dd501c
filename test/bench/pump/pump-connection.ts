import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Who is told of what a server sends. */
export interface PumpListener {
  /** A line that is no tagged answer and ends no literal. */
  line(text: string): void;
  /** The line that ends in `{sizeBytes}`. */
  literal(text: string, sizeBytes: number): void;
  /** Octets of the literal; `isLast` with the end of it. */
  octets(part: Buffer, isLast: boolean): void;
}

const NOTHING: PumpListener = {
  line: () => undefined,
  literal: () => undefined,
  octets: () => undefined,
};

type OnAnswer = (answer: string) => void;

/** Quotes a name as it came over the wire. */
export function quote(name: string): string {
  return `"${name.replace(/["\\]/gu, '\\$&')}"`;
}

/** One connection of the pump: answers go to whoever sent the command, literals by in the order of their octets. */
export class PumpConnection {
  listener: PumpListener = NOTHING;
  readonly socket: Socket;
  #lastTag = 0;
  #answers = new Map<string, OnAnswer>();
  #greeted: (() => void) | null = null;
  #isClosing = false;
  /** The beginning of a line whose end has not come. */
  #unfinished: Buffer | null = null;
  #literalLeft = 0;
  #isHeld = false;
  #heldBack: Buffer[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    const fail = (): void => {
      if (!this.#isClosing) {
        throw new Error('a server closed a connection of the pump');
      }
    };
    socket.on('data', (chunk: Buffer) => this.#feed(chunk));
    socket.on('close', fail);
  }

  static async open(port: number, user: string, password: string): Promise<PumpConnection> {
    const options = { port, host: '127.0.0.1', noDelay: true, highWaterMark: 256 * 1024 };
    const socket = connect(options);
    const connection = new PumpConnection(socket);
    await once(socket, 'connect');
    await new Promise<void>((resolve) => {
      connection.#greeted = resolve;
    });
    await connection.must(`LOGIN ${quote(user)} ${quote(password)}`);
    return connection;
  }

  /** Sends the line; its CRLF is added. */
  send(text: string, onAnswer: OnAnswer): void {
    this.#lastTag += 1;
    const tag = `A${this.#lastTag}`;
    this.#answers.set(tag, onAnswer);
    this.socket.write(`${tag} ${text}\r\n`, 'latin1');
  }

  must(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.send(text, (answer) =>
        answer.startsWith('OK') ? resolve() : reject(new Error(`the pump was told ${answer}`)),
      );
    });
  }

  /** Stops reading in the middle of whatever has come. */
  hold(): void {
    this.#isHeld = true;
    this.socket.pause();
  }

  proceed(): void {
    this.#isHeld = false;
    const chunks = this.#heldBack.splice(0);
    for (const chunk of chunks) {
      this.#feed(chunk);
    }
    if (!this.#isHeld) {
      this.socket.resume();
    }
  }

  close(): void {
    this.#isClosing = true;
    this.socket.end('Z LOGOUT\r\n');
  }

  #feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#isHeld) {
        this.#heldBack.push(chunk.subarray(at));
        return;
      }
      at = this.#literalLeft > 0 ? this.#readLiteral(chunk, at) : this.#readLine(chunk, at);
    }
  }

  #readLiteral(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#literalLeft);
    this.#literalLeft -= end - at;
    this.listener.octets(chunk.subarray(at, end), this.#literalLeft === 0);
    return end;
  }

  #readLine(chunk: Buffer, at: number): number {
    const lf = chunk.indexOf(10, at);
    if (lf < 0) {
      const rest = chunk.subarray(at);
      this.#unfinished = this.#unfinished ? Buffer.concat([this.#unfinished, rest]) : rest;
      return chunk.length;
    }
    const text =
      `${this.#unfinished?.toString('latin1') ?? ''}${chunk.toString('latin1', at, lf)}`.trimEnd();
    this.#unfinished = null;
    const size = text.endsWith('}') ? /\{(\d+)\}$/u.exec(text)?.[1] : undefined;
    if (size === undefined) {
      this.#line(text);
    } else {
      this.#literalLeft = Number(size);
      this.listener.literal(text, this.#literalLeft);
    }
    return lf + 1;
  }

  #line(text: string): void {
    if (this.#greeted !== null) {
      this.#greeted();
      this.#greeted = null;
      return;
    }
    const space = text.indexOf(' ');
    const tag = text.slice(0, space);
    const onAnswer = this.#answers.get(tag);
    if (onAnswer === undefined) {
      this.listener.line(text);
    } else {
      this.#answers.delete(tag);
      onAnswer(text.slice(space + 1));
    }
  }
}
