/** UID FETCH as a stream of rows. RFC 9051 sections 6.4.9 and 7.5.2. */
import { parseInternalDate } from '../dates.ts';
import { ProtocolViolationError } from '../errors.ts';
import type { CommandWire } from '../wire/command-wire.ts';
import type { DataResponse } from '../wire/response.ts';
import { type ImapValue, listOf, numberOf, textOf } from '../wire/values.ts';

/** One row; null for what the server did not send with it. */
export interface FetchRow {
  readonly uid: number;
  readonly flags: readonly string[] | null;
  readonly receivedAt: Date | null;
  readonly sizeBytes: number | null;
  /** BODY[]. */
  readonly body: Buffer | null;
  /** BODY[]<offset>: a part of the message. */
  readonly partial: { readonly offset: number; readonly bytes: Buffer } | null;
  /** BODY[HEADER]. */
  readonly header: Buffer | null;
}

/** A nil body is no body; a quoted one is legal for short texts. */
function bytesOf(value: ImapValue | undefined): Buffer | null {
  if (typeof value === 'string') {
    return Buffer.from(value, 'latin1');
  }
  return Buffer.isBuffer(value) ? value : null;
}

const PARTIAL = /^BODY\[\]<(\d{1,10})>$/;

function partialOf(items: ReadonlyMap<string, ImapValue | undefined>): FetchRow['partial'] {
  for (const [name, value] of items) {
    const match = name.startsWith('BODY[]<') ? PARTIAL.exec(name) : null;
    // Behind the end some servers give NIL, others an empty literal.
    const bytes = value === null || value === '' ? Buffer.alloc(0) : bytesOf(value);
    if (match && bytes) {
      return { offset: Number(match[1]), bytes };
    }
  }
  return null;
}

/** Reads a FETCH response; null for one without UID, which answers no UID FETCH. */
export function parseFetchRow(data: DataResponse): FetchRow | null {
  const list = listOf(data.values[0]);
  if (!list || list.length % 2 !== 0) {
    throw new ProtocolViolationError('malformed-fetch');
  }
  const items = new Map<string, ImapValue | undefined>();
  for (let i = 0; i < list.length; i += 2) {
    items.set(textOf(list[i])?.toUpperCase() ?? '', list[i + 1]);
  }
  const uid = numberOf(items.get('UID'));
  if (uid === null) {
    return null;
  }
  const flags = listOf(items.get('FLAGS'))?.map((flag) => textOf(flag) ?? '');
  return {
    uid,
    flags: flags?.filter((flag) => flag !== '' && flag.toLowerCase() !== '\\recent') ?? null,
    receivedAt: parseInternalDate(textOf(items.get('INTERNALDATE')) ?? ''),
    sizeBytes: numberOf(items.get('RFC822.SIZE')),
    body: bytesOf(items.get('BODY[]')),
    partial: partialOf(items),
    header: bytesOf(items.get('BODY[HEADER]')),
  };
}

/** What to fetch: a UID set, and items such as `FLAGS BODY.PEEK[]`. */
export interface FetchQuery {
  readonly uidSet: string;
  readonly items: string;
  /** False leaves a row to a command behind this one; without it, all rows are this command's. */
  readonly isOurs?: (row: FetchRow) => boolean;
}

/** Calls back for each row with a UID as it arrives. */
export async function fetchEachRow(
  wire: CommandWire,
  { uidSet, items, isOurs }: FetchQuery,
  onRow: (row: FetchRow) => void,
  signal: AbortSignal,
): Promise<void> {
  const onData = (data: DataResponse): boolean => {
    const row = data.name === 'FETCH' ? parseFetchRow(data) : null;
    if (row && isOurs?.(row) === false) {
      return false;
    }
    if (row) {
      onRow(row);
    }
    return true;
  };
  await wire.run(`UID FETCH ${uidSet} (UID ${items})`, { moment: 'fetch', onData }, signal);
}

/** Above this the socket is not read until the consumer took rows. */
const BUFFER_MAX_BYTES = 4 * 1024 * 1024;

function heldBy({ body, partial }: FetchRow): number {
  return (body?.length ?? 0) + (partial?.bytes.length ?? 0);
}

/** Rows between the wire and one consumer. */
class RowBuffer {
  #rows: FetchRow[] = [];
  #bytes = 0;
  #wake: (() => void) | null = null;
  #paused = false;
  #done = false;
  #discarding = false;
  readonly #wire: CommandWire;

  constructor(wire: CommandWire) {
    this.#wire = wire;
  }

  put(row: FetchRow): void {
    if (this.#discarding) {
      return;
    }
    this.#rows.push(row);
    this.#bytes += heldBy(row);
    if (!this.#paused && this.#bytes >= BUFFER_MAX_BYTES) {
      this.#paused = true;
      this.#wire.link.pause();
    }
    this.#wake?.();
  }

  finish(): void {
    this.#done = true;
    this.#wake?.();
  }

  /** Nobody takes rows any more; what still arrives is dropped. */
  discard(): void {
    this.#discarding = true;
    this.#rows = [];
    this.#bytes = 0;
    this.#resume();
  }

  /** The next row; null when the command is over. */
  async take(): Promise<FetchRow | null> {
    while (this.#rows.length === 0 && !this.#done) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const row = this.#rows.shift() ?? null;
    this.#bytes -= row ? heldBy(row) : 0;
    if (this.#bytes < BUFFER_MAX_BYTES / 2) {
      this.#resume();
    }
    return row;
  }

  #resume(): void {
    if (this.#paused) {
      this.#paused = false;
      this.#wire.link.resume();
    }
  }
}

/**
 * Rows one by one, with the socket held back while the consumer is slow; ends as the command ends. The
 * command is sent before this returns, so that a caller can be sure what it is sent behind. No row is
 * handed over before `ready`, and none when that fails.
 */
export function fetchRows(
  wire: CommandWire,
  { ready, ...query }: FetchQuery & { readonly ready?: Promise<unknown> },
  signal: AbortSignal,
): AsyncGenerator<FetchRow, void, void> {
  const buffer = new RowBuffer(wire);
  const command = fetchEachRow(wire, query, (row) => buffer.put(row), signal);
  command.then(
    () => buffer.finish(),
    () => buffer.finish(),
  );
  return takeRows(buffer, command, ready);
}

async function* takeRows(
  buffer: RowBuffer,
  command: Promise<void>,
  ready: Promise<unknown> | undefined,
): AsyncGenerator<FetchRow, void, void> {
  try {
    await ready;
    for (let row = await buffer.take(); row; row = await buffer.take()) {
      yield row;
    }
    await command;
  } finally {
    buffer.discard();
  }
}
