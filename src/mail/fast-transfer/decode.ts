/**
 * Reads Exchange's fast transfer stream, strictly: what the grammar does not allow is an error, since it is
 * used to judge whether Exchange and we mean the same. Knows nothing of the encoder.
 *
 *   top        = propList *( deletion(recipients) *recipient / deletion(attachments) *attachment )
 *   recipient  = StartRecip propList EndToRecip
 *   attachment = NewAttach PidTagAttachNumber propList [embedded] EndAttach
 *   embedded   = StartEmbed PidTagMid propList *recipient *attachment EndEmbed
 */
import { BrokenStreamError, type StreamFault } from './errors.ts';
import { type ContentReader, readFrames } from './frame-reader.ts';
import {
  ATTACH_NUMBER_TAG,
  ATTACHMENTS_TAG,
  type EmbeddedMessage,
  FIRST_NAMED_ID,
  layoutOf,
  MARKER,
  MID_TAG,
  type Property,
  type PropertyList,
  type PropertyName,
  RECIPIENTS_TAG,
  type StreamAttachment,
  type StreamGroup,
  type StreamItem,
  type TypeLayout,
} from './properties.ts';

/** More messages inside messages than any honest mail has. */
const MAX_DEPTH = 32;

const MID_BYTES = 8;

/** Ids of markers lie here, all of one type; 0x4008 (MetaTagDnPrefix) and its like are strings. */
const MARKER_TYPE = 0x0003;
const MARKER_IDS = 0x4000;
const MARKER_IDS_END = 0x4100;

/** Values of one item are views of `stream` where they can be. Throws BrokenStreamError. */
export function decodeStream(stream: Buffer): StreamItem {
  const { version, content } = readFrames(stream);
  const properties = readProperties(content);
  if (properties.some(({ tag }) => tag === MID_TAG)) {
    fail(content, 'mid-at-top');
  }
  const groups: StreamGroup[] = [];
  while (!content.done) {
    groups.push(readGroup(content, groups));
  }
  return { version, properties, groups };
}

function fail(content: ContentReader, fault: StreamFault): never {
  throw new BrokenStreamError(fault, content.at);
}

function readGroup(content: ContentReader, before: readonly StreamGroup[]): StreamGroup {
  const marker = content.peek();
  if (marker === MARKER.startRecipient || marker === MARKER.newAttachment) {
    fail(content, 'deletion-missing');
  }
  if (marker !== MARKER.deletion) {
    fail(content, 'marker-misplaced');
  }
  content.word();
  const deleted = content.word();
  const kind = GROUPS.get(deleted) ?? fail(content, 'deletion-unknown');
  if (before.some((group) => group.kind === kind)) {
    fail(content, 'group-repeated');
  }
  return kind === 'recipients'
    ? { kind, recipients: readRecipients(content) }
    : { kind, attachments: readAttachments(content, 0) };
}

const GROUPS: ReadonlyMap<number, StreamGroup['kind']> = new Map([
  [RECIPIENTS_TAG, 'recipients'],
  [ATTACHMENTS_TAG, 'attachments'],
]);

function isNext(content: ContentReader, marker: number): boolean {
  return !content.done && content.peek() === marker;
}

/** The end of what was begun; `deletion` and everything else has no place there. */
function expectEnd(content: ContentReader, marker: number): void {
  if (content.done) {
    fail(content, 'not-closed');
  }
  const found = content.peek();
  if (found !== marker) {
    fail(content, found === MARKER.deletion ? 'deletion-misplaced' : 'marker-misplaced');
  }
  content.word();
}

function readRecipients(content: ContentReader): readonly PropertyList[] {
  const recipients: PropertyList[] = [];
  while (isNext(content, MARKER.startRecipient)) {
    content.word();
    recipients.push(readProperties(content));
    expectEnd(content, MARKER.endRecipient);
  }
  return recipients;
}

function readAttachments(content: ContentReader, depth: number): readonly StreamAttachment[] {
  const attachments: StreamAttachment[] = [];
  while (isNext(content, MARKER.newAttachment)) {
    content.word();
    if (content.done || content.peek() !== ATTACH_NUMBER_TAG) {
      fail(content, 'number-missing');
    }
    content.word();
    const number = content.word();
    const properties = readProperties(content);
    const embedded = isNext(content, MARKER.startEmbedded)
      ? readEmbedded(content, depth + 1)
      : null;
    expectEnd(content, MARKER.endAttachment);
    attachments.push({ number, properties, embedded });
  }
  return attachments;
}

function readEmbedded(content: ContentReader, depth: number): EmbeddedMessage {
  if (depth > MAX_DEPTH) {
    fail(content, 'too-deep');
  }
  content.word();
  if (content.done || content.peek() !== MID_TAG) {
    fail(content, 'mid-missing');
  }
  content.word();
  const mid = content.atom(MID_BYTES);
  const properties = readProperties(content);
  const recipients = readRecipients(content);
  const attachments = readAttachments(content, depth);
  expectEnd(content, MARKER.endEmbedded);
  return { mid, properties, recipients, attachments };
}

function isMarker(tag: number): boolean {
  const id = tag >>> 16;
  return (tag & 0xffff) === MARKER_TYPE && id >= MARKER_IDS && id < MARKER_IDS_END;
}

/** Properties up to the next marker, or the end. */
function readProperties(content: ContentReader): PropertyList {
  const properties: Property[] = [];
  const seen = new Set<number>();
  while (!content.done && !isMarker(content.peek())) {
    const property = readProperty(content);
    const id = property.tag >>> 16;
    // Named ids are a matter of each mailbox: there the name tells one from another.
    if (property.name === null && seen.has(id)) {
      fail(content, 'property-repeated');
    }
    seen.add(id);
    properties.push(property);
  }
  return properties;
}

function readProperty(content: ContentReader): Property {
  const tag = content.word();
  const layout = layoutOf(tag & 0xffff) ?? fail(content, 'unknown-type');
  const name = tag >>> 16 >= FIRST_NAMED_ID ? readName(content) : null;
  if (!layout.many) {
    return { tag, name, value: readValue(content, layout) };
  }
  const count = content.word();
  // Each value takes octets: its own, or those of its length.
  if (count * (layout.kind === 'fixed' ? layout.bytes : 4) > content.left) {
    fail(content, 'value-too-long');
  }
  return { tag, name, value: Array.from({ length: count }, () => readValue(content, layout)) };
}

function readName(content: ContentReader): PropertyName {
  const set = content.atom(16);
  const kind = content.octet();
  if (kind === 0) {
    return { set, key: content.word() };
  }
  return kind === 1 ? { set, key: readNameText(content) } : fail(content, 'unknown-name-kind');
}

/** Longer names are none: MS-OXPROPS knows none above a hundred characters. */
const MAX_NAME_CHARACTERS = 512;

function readNameText(content: ContentReader): string {
  const units: number[] = [];
  for (;;) {
    const unit = content.atom(2).readUInt16LE();
    if (unit === 0) {
      return String.fromCharCode(...units);
    }
    if (units.length === MAX_NAME_CHARACTERS) {
      fail(content, 'string-not-terminated');
    }
    units.push(unit);
  }
}

function readValue(content: ContentReader, layout: TypeLayout): Buffer {
  if (layout.kind === 'fixed') {
    return content.atom(layout.bytes);
  }
  const length = content.word();
  const unit = layout.text === 'utf-16' ? 2 : 1;
  const value = content.variable(length, unit);
  if (layout.text !== null && !isTerminated(value, unit)) {
    fail(content, 'string-not-terminated');
  }
  return value;
}

function isTerminated(value: Buffer, unit: 1 | 2): boolean {
  const end = value.length;
  return (
    end >= unit && end % unit === 0 && value[end - 1] === 0 && (unit === 1 || value[end - 2] === 0)
  );
}
