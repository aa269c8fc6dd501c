/** Writes Exchange's fast transfer stream. Knows nothing of the decoder: each is judged by the other. */

import { createFrameWriter, type FrameWriter, frameHead } from './frame-writer.ts';
import {
  ATTACH_NUMBER_TAG,
  ATTACHMENTS_TAG,
  CONFIG_DATA,
  type EmbeddedMessage,
  FRAME,
  INTERFACE_DATA,
  layoutOf,
  MARKER,
  MID_TAG,
  type Property,
  type PropertyList,
  RECIPIENTS_TAG,
  type StreamAttachment,
  type StreamItem,
} from './properties.ts';

/** A stream in pieces: large values are views of what was given, so that nothing is held twice. */
export interface EncodedStream {
  readonly sizeBytes: number;
  readonly pieces: readonly Buffer[];
}

/** Throws TypeError for an item that no stream can carry: a fault of whoever made it. */
export function encodeStream(item: StreamItem): EncodedStream {
  const header = Buffer.concat([
    frameHead(FRAME.config, CONFIG_DATA.length),
    CONFIG_DATA,
    frameHead(FRAME.isInterfaceOk, INTERFACE_DATA.length),
    INTERFACE_DATA,
    frameHead(FRAME.tellVersion, item.version.length),
    item.version,
  ]);
  const frames = createFrameWriter();
  writeProperties(frames, item.properties);
  for (const group of item.groups) {
    if (group.kind === 'recipients') {
      frames.pair(MARKER.deletion, RECIPIENTS_TAG);
      writeRecipients(frames, group.recipients);
    } else {
      frames.pair(MARKER.deletion, ATTACHMENTS_TAG);
      writeAttachments(frames, group.attachments);
    }
  }
  const { sizeBytes, pieces } = frames.finish();
  return { sizeBytes: header.length + sizeBytes, pieces: [header, ...pieces] };
}

function writeRecipients(frames: FrameWriter, recipients: readonly PropertyList[]): void {
  for (const recipient of recipients) {
    frames.word(MARKER.startRecipient);
    writeProperties(frames, recipient);
    frames.word(MARKER.endRecipient);
  }
}

function writeAttachments(frames: FrameWriter, attachments: readonly StreamAttachment[]): void {
  for (const { number, properties, embedded } of attachments) {
    frames.word(MARKER.newAttachment);
    frames.tag(ATTACH_NUMBER_TAG);
    frames.word(number);
    writeProperties(frames, properties);
    if (embedded !== null) {
      writeEmbedded(frames, embedded);
    }
    frames.word(MARKER.endAttachment);
  }
}

/** Here no deletion may stand, and PidTagMid comes first. */
function writeEmbedded(frames: FrameWriter, message: EmbeddedMessage): void {
  frames.word(MARKER.startEmbedded);
  frames.tag(MID_TAG);
  frames.atom(message.mid);
  writeProperties(frames, message.properties);
  writeRecipients(frames, message.recipients);
  writeAttachments(frames, message.attachments);
  frames.word(MARKER.endEmbedded);
}

function writeProperties(frames: FrameWriter, properties: PropertyList): void {
  for (const property of properties) {
    writeProperty(frames, property);
  }
}

function writeProperty(frames: FrameWriter, { tag, name, value }: Property): void {
  const layout = layoutOf(tag & 0xffff);
  if (layout === null || layout.many === Buffer.isBuffer(value)) {
    throw new TypeError('A property has a value that its type cannot have.');
  }
  frames.tag(tag);
  if (name !== null) {
    frames.name(name);
  }
  const values = Buffer.isBuffer(value) ? [value] : value;
  if (layout.many) {
    frames.word(values.length);
  }
  for (const one of values) {
    if (layout.kind === 'fixed') {
      frames.atom(one);
    } else {
      frames.word(one.length);
      frames.variable(one, layout.text === 'utf-16' ? 2 : 1);
    }
  }
}
