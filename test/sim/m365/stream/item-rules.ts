/** What an item must and must not say, beside the grammar of its stream. */
import {
  type SimAttachment,
  type SimItem,
  type SimProperty,
  StreamRefusal,
} from './read-stream.ts';

function refuse(why: string): never {
  throw new StreamRefusal(why);
}

export function find(properties: readonly SimProperty[], id: number): Buffer | null {
  return (
    properties.find((property) => property.id === id && property.named === null)?.values[0] ?? null
  );
}

export function textOf(properties: readonly SimProperty[], id: number): string | null {
  return find(properties, id)?.toString('utf16le').replace(/\0$/u, '') ?? null;
}

export function numberOf(properties: readonly SimProperty[], id: number): number | null {
  return find(properties, id)?.readInt32LE(0) ?? null;
}

export function timeOf(properties: readonly SimProperty[], id: number): Date | null {
  const value = find(properties, id);
  return value === null
    ? null
    : new Date(Number(value.readBigUInt64LE(0) / 10_000n) - 11_644_473_600_000);
}

/** Computed by Exchange, or its own: EntryID, RecordKey, sizes, display names, change keys, MimeSkeleton. */
const FORBIDDEN = new Set([
  0x0e02, 0x0e03, 0x0e04, 0x0e08, 0x0e1b, 0x0e20, 0x0fff, 0x0ff9, 0x65e2, 0x65e3, 0x64f0, 0x6659,
]);

/** Refuses what would be no faithful message: a draft that was none, two bodies, an item without its class. */
export function checkItem({ properties, recipients, attachments }: SimItem): void {
  const messageClass = textOf(properties, 0x001a) ?? refuse('an item has no class');
  if (!/^IPM\.Note(?:\.|$)/u.test(messageClass)) {
    refuse('the class is not that of mail');
  }
  const flags = numberOf(properties, 0x0e07) ?? refuse('an item has no PidTagMessageFlags');
  if ((flags & ~0b1001) !== 0) {
    refuse('PidTagMessageFlags says more than read and draft');
  }
  if ([0x0e06, 0x0039].some((id) => timeOf(properties, id) === null)) {
    refuse('an item has no dates');
  }
  if ([0x1000, 0x1013, 0x1009].filter((id) => find(properties, id) !== null).length !== 1) {
    refuse('an item has not exactly one body');
  }
  if (properties.some(({ id }) => FORBIDDEN.has(id))) {
    refuse('an item brings what Exchange computes');
  }
  for (const recipient of recipients) {
    const isWhole = [0x0c15, 0x3001, 0x3002, 0x3003, 0x0fff].every(
      (id) => find(recipient, id) !== null,
    );
    if (!isWhole || ![1, 2, 3].includes(numberOf(recipient, 0x0c15) ?? 0)) {
      refuse('a recipient lacks kind, name or address');
    }
  }
  attachments.forEach(checkAttachment);
}

function checkAttachment({ properties, item }: SimAttachment): void {
  const method = numberOf(properties, 0x3705);
  if (method === 5 ? item === null : item !== null || method !== 1) {
    refuse('the method of an attachment does not fit what it holds');
  }
  if (method === 1 && find(properties, 0x3701) === null) {
    refuse('an attachment has no data');
  }
  if (item !== null) {
    checkItem(item);
  }
}
