/** The stream that the simulated Exchange gives out for an item: properties in its own order, and some of its own. */
import { headerEnd, headerValue } from '../../imap/header-fields.ts';
import type { SimAttachment, SimItem, SimProperty } from './read-stream.ts';

const HEADER = Buffer.from(
  '01000000080000000000000001000000' +
    '0300000018000000010000000703020000000000c00000000000004600240080' +
    '0400000006000000140fd6918617',
  'hex',
);

/** `whole`: nothing of it may be cut; else anywhere at a multiple of `unit`. */
interface Atom {
  readonly octets: Buffer;
  readonly unit: number | null;
}

const word = (...values: readonly number[]): Atom => {
  const octets = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => octets.writeUInt32LE(value >>> 0, 4 * index));
  return { octets, unit: null };
};

function nameOf(named: string): Atom {
  const [, set = '', key = ''] = /^\{(\w+)\} (.*)$/su.exec(named) ?? [];
  const isNumber = /^\d+$/u.test(key);
  const name = isNumber ? word(Number(key)).octets : Buffer.from(`${key}\0`, 'utf16le');
  const kind = Buffer.from([isNumber ? 0 : 1]);
  return { octets: Buffer.concat([Buffer.from(set, 'hex'), kind, name]), unit: null };
}

function valueOf(value: Buffer, type: number): readonly Atom[] {
  const isVariable = [0x000d, 0x001e, 0x001f, 0x0102].includes(type) || type > 0x8000;
  const unit = type === 0x001f || type === 0x84b0 ? 2 : 1;
  return isVariable
    ? [word(value.length), { octets: value, unit }]
    : [{ octets: value, unit: null }];
}

function atomsOf({ id, type, named, values }: SimProperty): readonly Atom[] {
  const isMany = type < 0x8000 && (type & 0x1000) !== 0;
  return [
    word(((id << 16) | type) >>> 0),
    ...(named === null ? [] : [nameOf(named)]),
    ...(isMany ? [word(values.length)] : []),
    ...values.flatMap((value) => valueOf(value, isMany ? type & 0xfff : type)),
  ];
}

const inOrder = (properties: readonly SimProperty[]): readonly Atom[] =>
  properties.toSorted((a, b) => a.id - b.id).flatMap(atomsOf);

const recipientAtoms = (recipients: SimItem['recipients']): readonly Atom[] =>
  recipients.flatMap((one) => [word(0x40030003), ...inOrder(one), word(0x40040003)]);

const attachmentAtoms = (attachments: readonly SimAttachment[]): readonly Atom[] =>
  attachments.flatMap(({ number, properties, item }, index) => [
    word(0x40000003),
    word(0x0e210003, number),
    ...inOrder(properties),
    ...(item === null
      ? []
      : [
          word(0x40010003),
          word(0x674a0014, index + 1, 0x0b000000),
          ...inOrder(item.properties),
          ...recipientAtoms(item.recipients),
          ...attachmentAtoms(item.attachments),
          word(0x40020003),
        ]),
    word(0x400e0003),
  ]);

/** Buffers are filled to the limit where a value may be cut. */
function framesOf(atoms: readonly Atom[], most: number): readonly Buffer[] {
  const frames: Buffer[][] = [[]];
  let bytes = 0;
  const add = (octets: Buffer): void => {
    frames.at(-1)?.push(octets);
    bytes += octets.length;
  };
  const close = (): void => {
    frames.push([]);
    bytes = 0;
  };
  for (const { octets, unit } of atoms) {
    let rest = octets;
    while (rest.length > most - bytes) {
      const room = unit === null ? 0 : most - bytes - ((most - bytes) % unit);
      if (room > 0) {
        add(rest.subarray(0, room));
        rest = rest.subarray(room);
      }
      close();
    }
    if (rest.length > 0) {
      add(rest);
    }
  }
  return frames
    .filter((pieces) => pieces.length > 0)
    .map((pieces) => {
      const data = Buffer.concat(pieces);
      return Buffer.concat([word(2, data.length).octets, data]);
    });
}

/** What `exportItems` gives for an item. */
export function writeSimStream(item: SimItem, mostInBuffer: number): Buffer {
  const atoms = [
    ...inOrder(item.properties),
    word(0x40160003, 0x0e12000d),
    ...recipientAtoms(item.recipients),
    word(0x40160003, 0x0e13000d),
    ...attachmentAtoms(item.attachments),
  ];
  return Buffer.concat([HEADER, ...framesOf(atoms, mostInBuffer)]);
}

const wide = (id: number, text: string): SimProperty => ({
  id,
  type: 0x84b0,
  named: null,
  values: [Buffer.from(`${text}\0`, 'utf16le')],
});

function int(id: number, value: number): SimProperty {
  const octets = Buffer.alloc(4);
  octets.writeInt32LE(value);
  return { id, type: 3, named: null, values: [octets] };
}

function time(id: number, date: Date): SimProperty {
  const octets = Buffer.alloc(8);
  octets.writeBigInt64LE(BigInt(date.getTime() + 11_644_473_600_000) * 10_000n);
  return { id, type: 0x0040, named: null, values: [octets] };
}

/** An item for a message that came as MIME: enough of it to be told from others. */
export function itemOfMime(message: {
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  readonly internalDate: Date;
}): SimItem {
  const header = message.bytes.subarray(0, headerEnd(message.bytes)).toString('utf8');
  return {
    properties: [
      wide(0x001a, 'IPM.Note'),
      int(0x0e07, message.flags.includes('\\Seen') ? 1 : 0),
      time(0x0e06, message.internalDate),
      time(0x0039, message.internalDate),
      wide(0x0037, headerValue(message.bytes, 'subject') ?? ''),
      wide(0x007d, header),
      wide(0x1000, message.bytes.subarray(headerEnd(message.bytes)).toString('utf8')),
    ],
    recipients: [],
    attachments: [],
  };
}
