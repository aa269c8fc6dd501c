import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createResponseReader, type ImapResponse } from './response-reader.ts';
import { decodeName, encodeName } from './wire-names.ts';

/** Where and as whom the checker connects. */
export interface RawImapLogin {
  readonly host: string;
  readonly port: number;
  /** Left out: plain text. */
  readonly tls?: { readonly ca: string };
  readonly user: string;
  readonly password?: string;
  /** XOAUTH2 instead of LOGIN. */
  readonly accessToken?: string;
}

/** The tagged answer and the untagged ones before it. */
export interface CommandResult {
  /** `OK`, `NO` or `BAD`, and the text behind. */
  readonly status: string;
  readonly text: string;
  readonly untagged: readonly ImapResponse[];
}

export interface AppendInput {
  readonly folder: string;
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  readonly internalDate: Date;
}

/** A tiny IMAP client of the checker's own; it knows as little as the checker needs. */
export interface RawImapClient {
  /** Sends one command without literals; the answer's status is the caller's to judge. */
  command(text: string): Promise<CommandResult>;
  /** The same, and anything but OK is an error. */
  must(text: string): Promise<CommandResult>;
  /** Sends octets as they are. */
  write(bytes: Buffer | string): void;
  /** The next answer, untagged or not; null once the connection ended. */
  next(): Promise<ImapResponse | null>;
  folderNames(): Promise<{ readonly name: string; readonly attributes: string }[]>;
  /** APPENDs all of them without waiting in between, with LITERAL+ where it is offered. */
  append(messages: readonly AppendInput[]): Promise<CommandResult[]>;
  close(): void;
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

function dateTime(date: Date): string {
  const iso = date.toISOString();
  const month = MONTHS.slice(date.getUTCMonth() * 3, date.getUTCMonth() * 3 + 3);
  return `"${iso.slice(8, 10)}-${month}-${iso.slice(0, 4)} ${iso.slice(11, 19)} +0000"`;
}

/** Quotes a folder's Unicode name for a command. */
export function quoteName(name: string): string {
  return `"${encodeName(name).replace(/["\\]/gu, '\\$&')}"`;
}

async function openSocket({ host, port, tls }: RawImapLogin): Promise<Socket> {
  const socket =
    tls === undefined ? connectPlain(port, host) : connectTls({ host, port, ca: tls.ca });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
  // Else each small write behind a literal waits for the other side's delayed ACK.
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  return socket;
}

function loginCommand({ user, password, accessToken }: RawImapLogin): string {
  if (accessToken === undefined) {
    return `LOGIN "${user}" "${(password ?? '').replace(/["\\]/gu, '\\$&')}"`;
  }
  const sasl = `user=${user}\u0001auth=Bearer ${accessToken}\u0001\u0001`;
  return `AUTHENTICATE XOAUTH2 ${Buffer.from(sasl).toString('base64')}`;
}

/** Connects without logging in. */
export async function openRawImap(login: RawImapLogin): Promise<RawImapClient> {
  const socket = await openSocket(login);
  const reader = createResponseReader(socket);
  let lastTag = 0;

  async function answerTo(tag: string): Promise<CommandResult> {
    const untagged: ImapResponse[] = [];
    for (;;) {
      const response = await reader.next();
      if (response === null) {
        throw new Error(`the connection ended before the answer to ${tag}`);
      }
      if (response.text.startsWith(`${tag} `)) {
        const [, status = '', ...rest] = response.text.split(' ');
        return { status, text: rest.join(' '), untagged };
      }
      untagged.push(response);
    }
  }

  function send(text: string): string {
    lastTag += 1;
    const tag = `c${lastTag}`;
    socket.write(`${tag} ${text}\r\n`, 'latin1');
    return tag;
  }

  const client: RawImapClient = {
    command: (text) => answerTo(send(text)),
    must: async (text) => {
      const result = await client.command(text);
      if (result.status !== 'OK') {
        throw new Error(`${text.split(' ')[0]} was answered ${result.status} ${result.text}`);
      }
      return result;
    },
    write: (bytes) => socket.write(bytes),
    next: reader.next,
    folderNames: async () => {
      const { untagged } = await client.must('LIST "" "*"');
      return untagged.flatMap(({ text, literals }) => {
        const match = /^\* LIST \(([^)]*)\) (?:"[^"]*"|NIL) (.*)$/u.exec(text);
        const wire = literals[0]?.toString('latin1') ?? unquote(match?.[2] ?? '');
        return match === null ? [] : [{ name: decodeName(wire), attributes: match[1] ?? '' }];
      });
    },
    append: async (messages) => {
      const { untagged } = await client.must('CAPABILITY');
      const hasLiteralPlus = untagged.some(({ text }) => / LITERAL\+( |$)/u.test(text));
      const results: CommandResult[] = [];
      const tags: string[] = [];
      for (const message of messages) {
        const literal = `{${message.bytes.length}${hasLiteralPlus ? '+' : ''}}`;
        const tag = send(
          `APPEND ${quoteName(message.folder)} (${message.flags.join(' ')}) ${dateTime(message.internalDate)} ${literal}`,
        );
        const refusal = hasLiteralPlus ? null : await continuation(tag);
        if (refusal === null) {
          socket.write(message.bytes);
          socket.write('\r\n');
          tags.push(tag);
        } else {
          results.push(refusal);
        }
        if (!hasLiteralPlus && refusal === null) {
          results.push(await answerTo(tags.pop() ?? ''));
        }
      }
      for (const tag of tags) {
        results.push(await answerTo(tag));
      }
      return results;
    },
    close: () => socket.destroy(),
  };

  /** Null once the server asks for the literal, else its refusal. */
  async function continuation(tag: string): Promise<CommandResult | null> {
    const response = await reader.next();
    if (response?.text.startsWith('+') === true) {
      return null;
    }
    const [, status = '', ...rest] = (response?.text ?? `${tag} BYE`).split(' ');
    return { status, text: rest.join(' '), untagged: [] };
  }

  const greeting = await reader.next();
  if (greeting?.text.startsWith('* OK') !== true) {
    throw new Error(`the server greets with ${greeting?.text ?? 'nothing'}`);
  }
  return client;
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/gu, '$1') : text;
}

/** Connects and logs in. */
export async function connectRawImap(login: RawImapLogin): Promise<RawImapClient> {
  const client = await openRawImap(login);
  await client.must(loginCommand(login));
  return client;
}
