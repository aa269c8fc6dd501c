/**
 * What the simulated Exchange Online makes of a fast transfer stream: read after the published grammar,
 * strictly, by a cursor of its own. The first thing that is wrong ends it.
 */

/** Why a stream is not taken. */
export class StreamRefusal extends Error {
  override readonly name = 'StreamRefusal';
}

export interface SimProperty {
  readonly id: number;
  readonly type: number;
  /** `{guid hex} name-or-number` for ids from 0x8000 on. */
  readonly named: string | null;
  readonly values: readonly Buffer[];
}

export interface SimItem {
  readonly properties: readonly SimProperty[];
  readonly recipients: readonly (readonly SimProperty[])[];
  readonly attachments: readonly SimAttachment[];
}

export interface SimAttachment {
  readonly number: number;
  readonly properties: readonly SimProperty[];
  readonly item: SimItem | null;
}

const CONFIG = '0000000001000000';
const INTERFACE = '010000000703020000000000c00000000000004600240080';
const MOST_IN_BUFFER = 31_680;
const DEEPEST = 30;

const FIXED = new Map([
  [0x0002, 2],
  [0x0003, 4],
  [0x0004, 4],
  [0x0005, 8],
  [0x0006, 8],
  [0x0007, 8],
  [0x000a, 4],
  [0x000b, 2],
  [0x0014, 8],
  [0x0040, 8],
  [0x0048, 16],
]);
const VARIABLE = new Set([0x000d, 0x001e, 0x001f, 0x0102, 0x84b0]);

function refuse(why: string): never {
  throw new StreamRefusal(why);
}

/** Contents of the frames, one after another; the header is checked on the way. */
function framesOf(stream: Buffer): readonly Buffer[] {
  const frames: Frame[] = [];
  for (let at = 0; at < stream.length; ) {
    if (stream.length - at < 8) {
      refuse('a frame has no head');
    }
    const [opcode, length] = [stream.readUInt32LE(at), stream.readUInt32LE(at + 4)];
    if (at + 8 + length > stream.length) {
      refuse('a frame is longer than the stream');
    }
    frames.push({ opcode, data: stream.subarray(at + 8, at + 8 + length) });
    at += 8 + length;
  }
  return contentsOf(frames);
}

interface Frame {
  readonly opcode: number;
  readonly data: Buffer;
}

const isVersion = ({ opcode, data }: Frame): boolean =>
  opcode === 4 && data.length === 6 && data.readUInt16LE(2) >= 0x8000;

function contentsOf([config, ask, version, ...buffers]: readonly Frame[]): readonly Buffer[] {
  if (config?.opcode !== 1 || config.data.toString('hex') !== CONFIG) {
    refuse('the configuration is not that of a message that is copied');
  }
  if (ask?.opcode !== 3 || ask.data.toString('hex') !== INTERFACE) {
    refuse('the interface is not IID_IMessage');
  }
  if (version === undefined || !isVersion(version)) {
    refuse('the partner tells no version');
  }
  if (buffers.length === 0 || buffers.some(({ opcode }) => opcode !== 2)) {
    refuse('there are other frames than buffers, or none');
  }
  if (buffers.some(({ data }) => data.length > MOST_IN_BUFFER)) {
    refuse('a buffer is too large');
  }
  return buffers.map(({ data }) => data);
}

/** All content in one piece, with the places where it was cut. */
class Cursor {
  readonly content: Buffer;
  readonly #cuts: ReadonlySet<number>;
  at = 0;
  constructor(buffers: readonly Buffer[]) {
    this.content = Buffer.concat(buffers);
    const cuts = new Set<number>();
    let end = 0;
    for (const buffer of buffers) {
      end += buffer.length;
      cuts.add(end);
    }
    cuts.delete(this.content.length);
    this.#cuts = cuts;
  }

  get ended(): boolean {
    return this.at === this.content.length;
  }

  /** Octets that no cut may part, but at multiples of `unit` where one is given. */
  take(bytes: number, unit: number | null = null): Buffer {
    const start = this.at;
    if (start + bytes > this.content.length) {
      refuse('a value is longer than what is left');
    }
    for (const cut of this.#cuts) {
      const isInside = cut > start && cut < start + bytes;
      if (isInside && (unit === null || (cut - start) % unit !== 0)) {
        refuse('a buffer ends where nothing may be cut');
      }
    }
    this.at += bytes;
    return this.content.subarray(start, this.at);
  }

  number(): number {
    return this.take(4).readUInt32LE(0);
  }

  /** The next tag; null at the end. */
  next(): number | null {
    if (this.ended) {
      return null;
    }
    const tag = this.number();
    this.at -= 4;
    return tag;
  }

  skip(tag: number, why: string): void {
    if (this.next() !== tag) {
      refuse(why);
    }
    this.at += 4;
  }
}

const isMarker = (tag: number): boolean => (tag & 0xffff) === 3 && tag >>> 24 === 0x40;

function nameOf(cursor: Cursor): string {
  const set = cursor.take(16).toString('hex');
  const kind = cursor.take(1)[0];
  if (kind === 0) {
    return `{${set}} ${cursor.number()}`;
  }
  if (kind !== 1) {
    refuse('a named property has neither number nor text');
  }
  let text = '';
  for (let unit = cursor.take(2).readUInt16LE(0); unit !== 0; ) {
    text += String.fromCharCode(unit);
    unit = cursor.take(2).readUInt16LE(0);
  }
  return `{${set}} ${text}`;
}

function valueOf(cursor: Cursor, type: number): Buffer {
  const fixed = FIXED.get(type);
  if (fixed !== undefined) {
    return cursor.take(fixed);
  }
  const isCodePage = type > 0x8000 && type !== 0x84b0;
  if (!VARIABLE.has(type) && !isCodePage) {
    refuse('a property has a type that there is not');
  }
  const isWide = type === 0x001f || type === 0x84b0;
  const value = cursor.take(cursor.number(), isWide ? 2 : 1);
  if ((isWide || type === 0x001e || isCodePage) && !isTerminated(value, isWide ? 2 : 1)) {
    refuse('a string does not end in its NUL');
  }
  return value;
}

function isTerminated(value: Buffer, unit: number): boolean {
  const end = value.subarray(-unit);
  return end.length === unit && value.length % unit === 0 && end.every((octet) => octet === 0);
}

function propertiesOf(cursor: Cursor): readonly SimProperty[] {
  const properties: SimProperty[] = [];
  const ids = new Set<number>();
  for (let tag = cursor.next(); tag !== null && !isMarker(tag); tag = cursor.next()) {
    cursor.at += 4;
    const [id, type] = [tag >>> 16, tag & 0xffff];
    const named = id >= 0x8000 ? nameOf(cursor) : null;
    if (ids.has(id)) {
      refuse('a property is there twice');
    }
    ids.add(id);
    const isMany = type < 0x8000 && (type & 0x1000) !== 0;
    const count = isMany ? cursor.number() : 1;
    if (count > cursor.content.length) {
      refuse('there are more values than octets');
    }
    const values = Array.from({ length: count }, () =>
      valueOf(cursor, isMany ? type & 0xfff : type),
    );
    properties.push({ id, type, named, values });
  }
  return properties;
}

function recipientsOf(cursor: Cursor): readonly (readonly SimProperty[])[] {
  const recipients: (readonly SimProperty[])[] = [];
  while (cursor.next() === 0x40030003) {
    cursor.at += 4;
    recipients.push(propertiesOf(cursor));
    cursor.skip(0x40040003, 'a recipient does not end');
  }
  return recipients;
}

function attachmentsOf(cursor: Cursor, depth: number): readonly SimAttachment[] {
  const attachments: SimAttachment[] = [];
  while (cursor.next() === 0x40000003) {
    cursor.at += 4;
    cursor.skip(0x0e210003, 'an attachment does not begin with its number');
    const number = cursor.number();
    const properties = propertiesOf(cursor);
    const item = cursor.next() === 0x40010003 ? embeddedOf(cursor, depth + 1) : null;
    cursor.skip(0x400e0003, 'an attachment does not end');
    attachments.push({ number, properties, item });
  }
  return attachments;
}

function embeddedOf(cursor: Cursor, depth: number): SimItem {
  if (depth > DEEPEST) {
    refuse('messages lie too deep in one another');
  }
  cursor.at += 4;
  cursor.skip(0x674a0014, 'an embedded message does not begin with its PidTagMid');
  cursor.take(8);
  const properties = propertiesOf(cursor);
  const recipients = recipientsOf(cursor);
  const attachments = attachmentsOf(cursor, depth);
  cursor.skip(0x40020003, 'an embedded message does not end');
  return { properties, recipients, attachments };
}

/** The item of a stream; throws StreamRefusal. */
export function readSimStream(stream: Buffer): SimItem {
  const cursor = new Cursor(framesOf(stream));
  const properties = propertiesOf(cursor);
  if (properties.some(({ id }) => id === 0x674a)) {
    refuse('the item brings a PidTagMid of its own');
  }
  let recipients: SimItem['recipients'] | null = null;
  let attachments: SimItem['attachments'] | null = null;
  while (!cursor.ended) {
    cursor.skip(0x40160003, 'recipients and attachments come without a deletion');
    const deleted = cursor.number();
    if (deleted === 0x0e12000d && recipients === null) {
      recipients = recipientsOf(cursor);
    } else if (deleted === 0x0e13000d && attachments === null) {
      attachments = attachmentsOf(cursor, 0);
    } else {
      refuse('something else is deleted, or the same twice');
    }
  }
  return { properties, recipients: recipients ?? [], attachments: attachments ?? [] };
}
