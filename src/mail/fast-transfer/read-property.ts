/** What a program knows from properties: the reading side. */
import type {
  Property,
  PropertyList,
  PropertyName,
  StreamAttachment,
  StreamItem,
} from './properties.ts';

const EPOCH_MS = 11_644_473_600_000;
const STEPS_PER_MS = 10_000n;

/** The property of that id, whatever its type; null where there is none. */
export function findProperty(properties: PropertyList, id: number): Property | null {
  return properties.find(({ tag }) => tag >>> 16 === id) ?? null;
}

export function findNamed(properties: PropertyList, wanted: PropertyName): Property | null {
  return (
    properties.find(
      ({ name }) => name !== null && name.key === wanted.key && name.set.equals(wanted.set),
    ) ?? null
  );
}

function octetsOf(properties: PropertyList, id: number, least: number): Buffer | null {
  const value = findProperty(properties, id)?.value;
  return Buffer.isBuffer(value) && value.length >= least ? value : null;
}

export function readBinary(properties: PropertyList, id: number): Buffer | null {
  return octetsOf(properties, id, 0);
}

/** Text of UTF-16, without its NUL. */
export function readText(properties: PropertyList, id: number): string | null {
  const octets = octetsOf(properties, id, 2);
  return octets === null ? null : decodeText(octets);
}

function decodeText(octets: Buffer): string {
  return octets.toString('utf16le', 0, octets.length - 2);
}

export function readInt(properties: PropertyList, id: number): number | null {
  return octetsOf(properties, id, 4)?.readInt32LE(0) ?? null;
}

export function readBoolean(properties: PropertyList, id: number): boolean | null {
  const octets = octetsOf(properties, id, 2);
  return octets === null ? null : octets.readUInt16LE(0) !== 0;
}

export function readTime(properties: PropertyList, id: number): Date | null {
  const octets = octetsOf(properties, id, 8);
  return octets === null
    ? null
    : new Date(Number(octets.readBigInt64LE(0) / STEPS_PER_MS) - EPOCH_MS);
}

export function readTexts(property: Property | null): readonly string[] {
  return property === null || Buffer.isBuffer(property.value)
    ? []
    : property.value.map((octets) => decodeText(octets));
}

export function recipientsOf({ groups }: StreamItem): readonly PropertyList[] {
  return groups.flatMap((group) => (group.kind === 'recipients' ? group.recipients : []));
}

export function attachmentsOf({ groups }: StreamItem): readonly StreamAttachment[] {
  return groups.flatMap((group) => (group.kind === 'attachments' ? group.attachments : []));
}
