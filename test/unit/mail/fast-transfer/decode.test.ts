import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeStream } from '../../../../src/mail/fast-transfer/decode.ts';
import { BrokenStreamError } from '../../../../src/mail/fast-transfer/errors.ts';
import {
  attachmentsOf,
  findNamed,
  readBinary,
  readInt,
  readText,
  readTexts,
  recipientsOf,
} from '../../../../src/mail/fast-transfer/read-property.ts';
import { BROKEN_STREAMS } from '../../../support/fast-transfer/broken-streams.ts';
import {
  cutAt,
  frame,
  HEADER,
  MESSAGE,
  SOUND,
  text,
  utf16,
  variable,
} from '../../../support/fast-transfer/raw-stream.ts';

/** `Data` of the import example in Microsoft's documentation, which is shortened there. */
const PUBLISHED =
  'AQAAAAgAAAAAAAAAAQAAAAMAAAAYAAAAAQAAAAcDAgAAAAAAwAAAAAAAAEYAJACABAAAAAYAAAAUD9aRhhcCAAAAwHsAAAMAFwABAAAAsIQaABIAAABJAFAATQAuA';

function faultOf(stream: Buffer): string {
  try {
    decodeStream(stream);
    return 'none';
  } catch (error) {
    if (error instanceof BrokenStreamError) {
      return error.fault;
    }
    throw error;
  }
}

describe("Microsoft's published sample", () => {
  const sample = Buffer.from(PUBLISHED, 'base64');

  test('as far as it was printed, it is one full buffer that ends early', () => {
    expect(sample.subarray(0, 62)).toEqual(HEADER);
    expect(sample.readUInt32LE(66)).toBe(31_680);
    expect(faultOf(sample)).toBe('cut-short');
  });

  test('its header and first properties are read', () => {
    // Importance, and the head of the class, whose text is cut off.
    const printed = sample.subarray(70, 86);
    const item = decodeStream(
      Buffer.concat([
        sample.subarray(0, 62),
        frame(2, Buffer.concat([printed, utf16('IPM.Note')])),
      ]),
    );
    expect(item.version.toString('hex')).toBe('140fd6918617');
    expect(readInt(item.properties, 0x0017)).toBe(1);
    expect(readText(item.properties, 0x001a)).toBe('IPM.Note');
  });
});

test('the layout of Exchange 2010 is read: another version, and a string in code page 1252 first', () => {
  const header = Buffer.from(HEADER);
  header.set(Buffer.from('010ea4800000', 'hex'), 56);
  const prefix = variable(0x400884e4, Buffer.from('/O=FIRST ORGANIZATION/CN=\0', 'latin1'));
  const item = decodeStream(Buffer.concat([header, frame(2, Buffer.concat([prefix, MESSAGE]))]));
  expect(item.version.toString('hex')).toBe('010ea4800000');
  expect(readBinary(item.properties, 0x4008)?.toString('latin1')).toBe(
    '/O=FIRST ORGANIZATION/CN=\0',
  );
});

test('a sound stream is read with all that is in it', () => {
  const item = decodeStream(SOUND);
  expect(readText(item.properties, 0x0037)).toBe('Grüße');
  const set = Buffer.from('2903020000000000c000000000000046', 'hex');
  expect(readTexts(findNamed(item.properties, { set, key: 'Keywords' }))).toEqual(['a', 'b']);
  expect(recipientsOf(item).map((recipient) => readText(recipient, 0x3001))).toEqual([
    'Alex Wilber',
    'Alex Wilber',
  ]);
  const [file, message] = attachmentsOf(item);
  expect(file?.embedded).toBeNull();
  expect(message?.embedded?.recipients).toHaveLength(1);
  expect(message?.embedded?.attachments).toHaveLength(1);
});

test('a value may lie over many buffers, cut between its characters', () => {
  const content = Buffer.concat([MESSAGE, text(0x003784b0, 'a long subject')]);
  const end = content.length;
  const item = decodeStream(cutAt(content, end - 20, end - 10, end - 2));
  expect(readText(item.properties, 0x0037)).toBe('a long subject');
});

test.for(BROKEN_STREAMS)('%s is refused: %s', ([, fault, stream]) => {
  expect(faultOf(stream)).toBe(fault);
});

test('10,000 mutated streams are read, or refused with a typed error', () => {
  const change = fc.record({ at: fc.nat(SOUND.length - 1), octet: fc.nat(255) });
  const mutated = fc
    .record({
      changes: fc.array(change, { minLength: 1, maxLength: 6 }),
      end: fc.option(fc.nat(SOUND.length)),
      copied: fc.option(fc.tuple(fc.nat(SOUND.length), fc.nat(60))),
    })
    .map(({ changes, end, copied }) => {
      const stream = Buffer.from(SOUND);
      for (const { at, octet } of changes) {
        stream[at] = octet;
      }
      const [from, length] = copied ?? [0, 0];
      const inserted = Buffer.concat([stream.subarray(0, from + length), stream.subarray(from)]);
      return end === null ? inserted : inserted.subarray(0, end);
    });
  const faults = new Set<string>();
  fc.assert(
    fc.property(mutated, (stream) => {
      faults.add(faultOf(stream));
    }),
    { numRuns: 10_000 },
  );
  expect(faults.size).toBeGreaterThan(12);
});
