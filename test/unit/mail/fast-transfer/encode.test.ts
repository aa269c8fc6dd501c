import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeStream } from '../../../../src/mail/fast-transfer/decode.ts';
import { encodeStream } from '../../../../src/mail/fast-transfer/encode.ts';
import {
  makeBinary,
  makeBoolean,
  makeInt,
  makeNamedTexts,
  makeText,
  makeTime,
} from '../../../../src/mail/fast-transfer/make-property.ts';
import {
  type EmbeddedMessage,
  MAX_BUFFER_BYTES,
  type Property,
  type PropertyList,
  SAMPLE_VERSION,
  type StreamAttachment,
  type StreamGroup,
  type StreamItem,
} from '../../../../src/mail/fast-transfer/properties.ts';
import {
  findProperty,
  readBinary,
  readBoolean,
  readInt,
  readText,
  readTexts,
  readTime,
} from '../../../../src/mail/fast-transfer/read-property.ts';
import { HEADER, SOUND } from '../../../support/fast-transfer/raw-stream.ts';

const bytesOf = (item: StreamItem): Buffer => {
  const { sizeBytes, pieces } = encodeStream(item);
  const bytes = Buffer.concat(pieces);
  expect(bytes).toHaveLength(sizeBytes);
  return bytes;
};

const KEYWORDS = {
  set: Buffer.from('2903020000000000c000000000000046', 'hex'),
  key: 'Keywords',
};

/** Sizes around the edge of a buffer as often as small ones. */
const size = fc.oneof(fc.nat(60), fc.integer({ min: 31_600, max: 31_760 }), fc.nat(90_000));
const binary = size.map((length) => Buffer.alloc(length, 'octets'));
const string = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  size.map((n) => 'ü'.repeat(n)),
);

type Make = (id: number) => Property;

const value: fc.Arbitrary<Make> = fc.oneof<fc.Arbitrary<Make>[]>(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(
    (n): Make =>
      (id) =>
        makeInt(id, n),
  ),
  fc.boolean().map(
    (on): Make =>
      (id) =>
        makeBoolean(id, on),
  ),
  fc.date({ noInvalidDate: true, min: new Date('1700-01-01') }).map(
    (date): Make =>
      (id) =>
        makeTime(id, date),
  ),
  string.map(
    (text): Make =>
      (id) =>
        makeText(id, text),
  ),
  binary.map(
    (octets): Make =>
      (id) =>
        makeBinary(id, octets),
  ),
  fc.array(string, { maxLength: 4 }).map(
    (texts): Make =>
      (id) =>
        makeNamedTexts(0x8000 | id, KEYWORDS, texts),
  ),
);

const properties: fc.Arbitrary<PropertyList> = fc
  .array(value, { maxLength: 5 })
  .map((makers) => makers.map((make, index) => make(0x1000 + index)));

const { attachments } = fc.letrec<{
  attachments: readonly StreamAttachment[];
  embedded: EmbeddedMessage;
}>((tie) => ({
  attachments: fc.array(
    fc.record(
      {
        number: fc.nat(9),
        properties,
        embedded: fc.option(tie('embedded'), { maxDepth: 3, depthSize: 'small' }),
      },
      { noNullPrototype: true },
    ),
    { maxLength: 2 },
  ),
  embedded: fc.record(
    {
      mid: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((octets) => Buffer.from(octets)),
      properties,
      recipients: fc.array(properties, { maxLength: 2 }),
      attachments: tie('attachments'),
    },
    { noNullPrototype: true },
  ),
}));

const item: fc.Arbitrary<StreamItem> = fc
  .record({
    properties: properties.map((list) => [makeInt(0x0e07, 1), ...list]),
    groups: fc
      .tuple(fc.array(properties, { maxLength: 3 }), attachments)
      .map(([recipients, files]): StreamGroup[] => [
        { kind: 'recipients', recipients },
        { kind: 'attachments', attachments: files },
      ]),
  })
  .map((rest) => ({ version: SAMPLE_VERSION, ...rest }));

test('what is written is read', () => {
  fc.assert(
    fc.property(item, (wanted) => {
      // The matcher of the test runner takes minutes over large values.
      expect(isDeepStrictEqual(decodeStream(bytesOf(wanted)), wanted)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('a stream that was read is written again octet for octet', () => {
  expect(bytesOf(decodeStream(SOUND))).toEqual(SOUND);
});

test('the header is that of the published sample, and buffers are filled to the limit', () => {
  const bytes = bytesOf({
    version: SAMPLE_VERSION,
    properties: [makeBinary(0x3701, Buffer.alloc(100_000))],
    groups: [],
  });
  expect(bytes.subarray(0, 62)).toEqual(HEADER);
  const lengths: number[] = [];
  for (let at = 62; at < bytes.length; at += 8 + (lengths.at(-1) ?? 0)) {
    expect(bytes.readUInt32LE(at)).toBe(2);
    lengths.push(bytes.readUInt32LE(at + 4));
  }
  expect(lengths).toEqual([MAX_BUFFER_BYTES, MAX_BUFFER_BYTES, MAX_BUFFER_BYTES, 4968]);
});

test('a large value is not copied', () => {
  const octets = Buffer.alloc(20_000, 1);
  const { pieces } = encodeStream({
    version: SAMPLE_VERSION,
    properties: [makeBinary(0x3701, octets)],
    groups: [],
  });
  octets.fill(7);
  expect(Buffer.concat(pieces).includes(Buffer.alloc(20_000, 7))).toBe(true);
});

test('values come back as what they were', () => {
  const date = new Date('1999-12-31T23:59:59.123Z');
  const list = [
    makeInt(0x0e07, -5),
    makeBoolean(0x7ffe, true),
    makeTime(0x0e06, date),
    makeText(0x0037, 'Grüße 🎉'),
    makeText(0x0070, 'a\0b'),
    makeBinary(0x3701, Buffer.from([1, 2])),
    makeNamedTexts(0x8001, KEYWORDS, ['Rot', '']),
  ];
  const { properties: read } = decodeStream(
    bytesOf({ version: SAMPLE_VERSION, properties: list, groups: [] }),
  );
  expect(readInt(read, 0x0e07)).toBe(-5);
  expect(readBoolean(read, 0x7ffe)).toBe(true);
  expect(readTime(read, 0x0e06)).toEqual(date);
  expect(readText(read, 0x0037)).toBe('Grüße 🎉');
  expect(readText(read, 0x0070)).toBe('ab');
  expect(readBinary(read, 0x3701)).toEqual(Buffer.from([1, 2]));
  expect(readTexts(findProperty(read, 0x8001))).toEqual(['Rot', '']);
  expect(readText(read, 0x1000)).toBeNull();
});

test('a value that its type cannot have is a fault of the caller', () => {
  const broken = { tag: 0x0037101f, name: null, value: Buffer.alloc(2) };
  expect(() => encodeStream({ version: SAMPLE_VERSION, properties: [broken], groups: [] })).toThrow(
    TypeError,
  );
});
