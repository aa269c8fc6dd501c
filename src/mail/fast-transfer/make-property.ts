/** Properties from what a program knows: the writing side. */
import { type Property, type PropertyName, TYPE } from './properties.ts';

/** 100 ns steps from 1601 to 1970 (MS-DTYP section 2.3.3, FILETIME). */
const EPOCH_STEPS = 116_444_736_000_000_000n;

/** What a FILETIME and every reader of it can hold. */
const EARLIEST_MS = -11_644_473_600_000;
const LATEST_MS = Date.UTC(9999, 11, 31);

/** Ids below this are as they are; others need a name. */
type PropertyId = number;

function property(id: PropertyId, type: number, value: Property['value']): Property {
  return { tag: ((id << 16) | type) >>> 0, name: null, value };
}

/** UTF-16 with its NUL; what stands behind a NUL in the text is lost to readers, so NULs go. */
function encodeText(text: string): Buffer {
  return Buffer.from(`${text.replaceAll('\0', '')}\0`, 'utf16le');
}

export function makeText(id: PropertyId, text: string): Property {
  return property(id, TYPE.codePageString, encodeText(text));
}

export function makeInt(id: PropertyId, value: number): Property {
  const octets = Buffer.allocUnsafe(4);
  octets.writeInt32LE(value | 0, 0);
  return property(id, TYPE.int32, octets);
}

export function makeBoolean(id: PropertyId, value: boolean): Property {
  return property(id, TYPE.boolean, Buffer.from([value ? 1 : 0, 0]));
}

/** A date that no FILETIME can hold becomes the nearest that one can. */
export function makeTime(id: PropertyId, date: Date): Property {
  const octets = Buffer.allocUnsafe(8);
  const ms = Math.min(Math.max(date.getTime(), EARLIEST_MS), LATEST_MS);
  octets.writeBigInt64LE(BigInt(ms) * 10_000n + EPOCH_STEPS, 0);
  return property(id, TYPE.time, octets);
}

export function makeBinary(id: PropertyId, octets: Buffer): Property {
  return property(id, TYPE.binary, octets);
}

/** Many texts under a name, such as a message's categories; `id` is any from 0x8000 on, once in an item. */
export function makeNamedTexts(
  id: PropertyId,
  name: PropertyName,
  texts: readonly string[],
): Property {
  return { ...property(id, TYPE.manyStrings, texts.map(encodeText)), name };
}
