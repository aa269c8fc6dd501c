/**
 * Fast transfer streams written octet by octet, after the grammar as it is published, without the
 * project's encoder: what the decoder and the simulated endpoint are tried on.
 */

/** `u32 length, data` behind an opcode. */
export function frame(opcode: number, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(opcode, 0);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data]);
}

/** The first 62 octets of Exchange Online's published sample. */
export const HEADER = Buffer.from(
  '01000000080000000000000001000000' +
    '0300000018000000010000000703020000000000C00000000000004600240080' +
    '0400000006000000140FD6918617',
  'hex',
);

/** Numbers as little-endian words. */
export function words(...values: readonly number[]): Buffer {
  const octets = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    octets.writeUInt32LE(value, index * 4);
  });
  return octets;
}

export const utf16 = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');

/** A property of variable length. */
export function variable(tag: number, value: Buffer): Buffer {
  return Buffer.concat([words(tag, value.length), value]);
}

export const text = (tag: number, value: string): Buffer => variable(tag, utf16(value));

export const START_RECIPIENT = 0x40030003;
export const END_RECIPIENT = 0x40040003;
const NEW_ATTACHMENT = 0x40000003;
const END_ATTACHMENT = 0x400e0003;
export const START_EMBEDDED = 0x40010003;
const END_EMBEDDED = 0x40020003;
const DELETION = 0x40160003;

export const DELETE_RECIPIENTS = words(DELETION, 0x0e12000d);
export const DELETE_ATTACHMENTS = words(DELETION, 0x0e13000d);

/** Class and flags of a message that was read. */
export const MESSAGE = Buffer.concat([text(0x001a84b0, 'IPM.Note'), words(0x0e070003, 1)]);
export const MID = Buffer.concat([words(0x674a0014), Buffer.from('0100000000000001', 'hex')]);

export const RECIPIENT = Buffer.concat([
  words(START_RECIPIENT),
  words(0x0c150003, 1),
  text(0x300184b0, 'Alex Wilber'),
  words(END_RECIPIENT),
]);

/** An attachment with what its fields are to be. */
export function attachment(...inner: readonly Buffer[]): Buffer {
  return Buffer.concat([words(NEW_ATTACHMENT), ...inner, words(END_ATTACHMENT)]);
}

export const NUMBER = words(0x0e210003, 0);

/** An embedded message; `inner` stands behind its properties. */
export function embedded(...inner: readonly Buffer[]): Buffer {
  return Buffer.concat([words(START_EMBEDDED), MID, MESSAGE, ...inner, words(END_EMBEDDED)]);
}

/** A stream whose content lies in one TransferBuffer. */
export function streamOf(...content: readonly Buffer[]): Buffer {
  return Buffer.concat([HEADER, frame(2, Buffer.concat(content))]);
}

/** A stream whose content is cut at these offsets. */
export function cutAt(content: Buffer, ...offsets: readonly number[]): Buffer {
  const bounds = [0, ...offsets, content.length];
  return Buffer.concat([
    HEADER,
    ...bounds.slice(1).map((end, index) => frame(2, content.subarray(bounds[index], end))),
  ]);
}

/** Everything that a sound stream may have: both groups, a message inside, named and many-valued properties. */
export const SOUND = streamOf(
  MESSAGE,
  text(0x003784b0, 'Grüße'),
  Buffer.concat([
    words(0x8001101f),
    Buffer.from('2903020000000000c000000000000046', 'hex'),
    Buffer.from([1]),
    utf16('Keywords'),
    words(2, 4),
    utf16('a'),
    words(4),
    utf16('b'),
  ]),
  Buffer.concat([
    words(0x80020003),
    Buffer.from('0820060000000000c000000000000046', 'hex'),
    Buffer.from([0]),
    words(0x8502, 7),
  ]),
  DELETE_RECIPIENTS,
  RECIPIENT,
  RECIPIENT,
  DELETE_ATTACHMENTS,
  attachment(NUMBER, variable(0x37010102, Buffer.from('octets'))),
  attachment(NUMBER, words(0x37050003, 5), embedded(RECIPIENT, attachment(NUMBER))),
);
