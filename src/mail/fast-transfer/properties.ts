/**
 * The property tables that the encoder and the decoder of Exchange's fast transfer stream share, and the
 * shape of what passes between them: MS-OXCDATA section 2.11 (types), MS-OXCFXICS section 2.2.4 (markers).
 * A tag is written as id and type in one number, as everywhere at Microsoft: 0x0037001F.
 */

/** The longest data that one TransferBuffer may carry, as Exchange Online fills its own. */
export const MAX_BUFFER_BYTES = 31_680;

/** Opcodes of the outer frames. */
export const FRAME = { config: 1, transferBuffer: 2, isInterfaceOk: 3, tellVersion: 4 } as const;

/** Config: flags 0, method 1 (CopyTo). */
export const CONFIG_DATA = Buffer.from('0000000001000000', 'hex');

/** IsInterfaceOk: 1, IID_IMessage, the flags that Exchange Online writes. */
export const INTERFACE_DATA = Buffer.from(
  '010000000703020000000000c00000000000004600240080',
  'hex',
);

/** TellPartnerVersion of Exchange Online's published sample: 15.20.4566.6022. */
export const SAMPLE_VERSION = Buffer.from('140fd6918617', 'hex');

/** Markers, and the deletions (MetaTagFXDelProp) that stand before the groups of the top level. */
export const MARKER = {
  startRecipient: 0x40030003,
  endRecipient: 0x40040003,
  newAttachment: 0x40000003,
  endAttachment: 0x400e0003,
  startEmbedded: 0x40010003,
  endEmbedded: 0x40020003,
  deletion: 0x40160003,
} as const;

export const RECIPIENTS_TAG = 0x0e12000d;
export const ATTACHMENTS_TAG = 0x0e13000d;
export const ATTACH_NUMBER_TAG = 0x0e210003;
export const MID_TAG = 0x674a0014;

/** Ids from here on have a name in the stream. */
export const FIRST_NAMED_ID = 0x8000;

export const TYPE = {
  int16: 0x0002,
  int32: 0x0003,
  boolean: 0x000b,
  int64: 0x0014,
  string: 0x001f,
  time: 0x0040,
  guid: 0x0048,
  binary: 0x0102,
  manyStrings: 0x101f,
  /** A string in code page 1200 (UTF-16): what Exchange Online writes. */
  codePageString: 0x84b0,
} as const;

/** How a type's values lie in the stream. */
export type TypeLayout =
  | { readonly kind: 'fixed'; readonly bytes: number; readonly many: boolean }
  | {
      readonly kind: 'variable';
      readonly text: 'utf-16' | 'octets' | null;
      readonly many: boolean;
    };

const FIXED_BYTES: Readonly<Record<number, number>> = {
  0x0002: 2,
  0x0003: 4,
  0x0004: 4,
  0x0005: 8,
  0x0006: 8,
  0x0007: 8,
  0x000a: 4,
  0x000b: 2,
  0x0014: 8,
  0x0040: 8,
  0x0048: 16,
};

const TEXT: Readonly<Record<number, 'utf-16' | 'octets' | null>> = {
  0x000d: null,
  0x001e: 'octets',
  0x001f: 'utf-16',
  0x0102: null,
};

const MANY = 0x1000;
const CODE_PAGE = 0x8000;

function findLayout(type: number): TypeLayout | null {
  if ((type & CODE_PAGE) !== 0) {
    const text = type === TYPE.codePageString ? 'utf-16' : 'octets';
    return type > CODE_PAGE ? { kind: 'variable', text, many: false } : null;
  }
  const many = (type & MANY) !== 0;
  const single = type & ~MANY;
  // An error, a Boolean and an object come alone.
  if (many && (single === 0x000a || single === 0x000b || single === 0x000d)) {
    return null;
  }
  const bytes = FIXED_BYTES[single];
  if (bytes !== undefined) {
    return { kind: 'fixed', bytes, many };
  }
  const text = TEXT[single];
  return text === undefined ? null : { kind: 'variable', text, many };
}

const layouts = new Map<number, TypeLayout | null>();

/** Null for a type that no property has. */
export function layoutOf(type: number): TypeLayout | null {
  const known = layouts.get(type);
  if (known !== undefined) {
    return known;
  }
  const layout = findLayout(type);
  layouts.set(type, layout);
  return layout;
}

/** What names an id from 0x8000 on: a property set, and a number or a text in it. */
export interface PropertyName {
  /** 16 octets as they lie in the stream. */
  readonly set: Buffer;
  readonly key: number | string;
}

/** One property; its value as octets of the stream, without lengths and counts. */
export interface Property {
  /** Id and type in one number. */
  readonly tag: number;
  readonly name: PropertyName | null;
  /** A list where the type has many values. */
  readonly value: Buffer | readonly Buffer[];
}

export type PropertyList = readonly Property[];

export interface StreamAttachment {
  /** PidTagAttachNumber. */
  readonly number: number;
  readonly properties: PropertyList;
  readonly embedded: EmbeddedMessage | null;
}

/** A group of the top level: all recipients, or all attachments. */
export type StreamGroup =
  | { readonly kind: 'recipients'; readonly recipients: readonly PropertyList[] }
  | { readonly kind: 'attachments'; readonly attachments: readonly StreamAttachment[] };

export interface EmbeddedMessage {
  /** PidTagMid: 8 octets. */
  readonly mid: Buffer;
  readonly properties: PropertyList;
  readonly recipients: readonly PropertyList[];
  readonly attachments: readonly StreamAttachment[];
}

/** One mailbox item, as a fast transfer stream carries it. */
export interface StreamItem {
  /** The 6 octets of TellPartnerVersion. */
  readonly version: Buffer;
  readonly properties: PropertyList;
  readonly groups: readonly StreamGroup[];
}
