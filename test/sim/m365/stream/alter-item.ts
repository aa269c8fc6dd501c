/** What an Exchange that understands a stream otherwise might make of an item. */
import type { SimItem, SimProperty } from './read-stream.ts';

export type Alteration = 'draft' | 'received' | 'body' | 'recipient' | 'headers' | 'file';

const withValue = (
  properties: readonly SimProperty[],
  id: number,
  change: (value: Buffer) => Buffer,
): readonly SimProperty[] =>
  properties.map((property) =>
    property.id === id ? { ...property, values: property.values.map(change) } : property,
  );

function number(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeInt32LE(value);
  return octets;
}

const ALTERATIONS: Readonly<Record<Alteration, (item: SimItem) => SimItem>> = {
  draft: (item) => ({
    ...item,
    properties: withValue(item.properties, 0x0e07, (value) => number(value.readInt32LE(0) | 8)),
  }),
  received: (item) => ({
    ...item,
    properties: withValue(item.properties, 0x0e06, (value) => {
      const later = Buffer.from(value);
      later.writeBigInt64LE(value.readBigInt64LE(0) + 36_000_000_000n);
      return later;
    }),
  }),
  body: (item) => ({
    ...item,
    properties: withValue(item.properties, 0x1013, (html) =>
      Buffer.concat([html, Buffer.from('<br>')]),
    ),
  }),
  recipient: (item) => ({ ...item, recipients: item.recipients.slice(1) }),
  headers: (item) => ({
    ...item,
    properties: withValue(item.properties, 0x007d, (text) =>
      Buffer.from(text.toString('utf16le').replace(/^X-Skybridge-Id:.*\r\n/imu, ''), 'utf16le'),
    ),
  }),
  file: (item) => ({
    ...item,
    attachments: item.attachments.map((file) => ({
      ...file,
      properties: withValue(file.properties, 0x3701, (data) => data.subarray(1)),
    })),
  }),
};

export function alterItem(item: SimItem, alteration: Alteration | null): SimItem {
  return alteration === null ? item : ALTERATIONS[alteration](item);
}
