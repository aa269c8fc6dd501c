/** Streams that break the grammar, each in one way, and what the decoder calls it. */
import {
  attachment,
  cutAt,
  DELETE_ATTACHMENTS,
  DELETE_RECIPIENTS,
  END_RECIPIENT,
  embedded,
  frame,
  HEADER,
  MESSAGE,
  MID,
  NUMBER,
  RECIPIENT,
  SOUND,
  START_EMBEDDED,
  START_RECIPIENT,
  streamOf,
  text,
  variable,
  words,
} from './raw-stream.ts';

const body = frame(2, MESSAGE);
const headerWith = (at: number, octet: number): Buffer => {
  const header = Buffer.from(HEADER);
  header[at] = octet;
  return Buffer.concat([header, body]);
};
const long = text(0x003784b0, 'x'.repeat(40));

export const BROKEN_STREAMS: readonly (readonly [what: string, fault: string, stream: Buffer])[] = [
  ['nothing at all', 'cut-short', Buffer.alloc(0)],
  ['an end in the middle of the header', 'cut-short', HEADER.subarray(0, 30)],
  ['an end in the middle of a frame', 'cut-short', SOUND.subarray(0, SOUND.length - 3)],
  ['a configuration that copies no message', 'wrong-config', headerWith(12, 2)],
  ['another interface than IID_IMessage', 'wrong-interface', headerWith(28, 8)],
  ['a version without the bit of the new layout', 'wrong-version', headerWith(59, 0x11)],
  ['no version', 'frame-out-of-order', Buffer.concat([HEADER.subarray(0, 48), body])],
  ['a frame of an unknown kind', 'unknown-frame', Buffer.concat([HEADER, frame(5, MESSAGE)])],
  ['a second header', 'frame-out-of-order', Buffer.concat([HEADER, body, HEADER])],
  ['a header alone', 'no-content', HEADER],
  [
    'a buffer above the limit',
    'buffer-too-large',
    streamOf(MESSAGE, variable(0x37010102, Buffer.alloc(31_680))),
  ],
  ['a cut between the halves of a tag', 'cut-inside-atom', cutAt(MESSAGE, 2)],
  ['a cut inside a number', 'cut-inside-atom', cutAt(MESSAGE, MESSAGE.length - 2)],
  ['a cut inside a character of UTF-16', 'cut-inside-character', cutAt(long, 8 + 41)],
  ['a type that no property has', 'unknown-type', streamOf(MESSAGE, words(0x00370099, 4))],
  [
    'a name that is neither number nor text',
    'unknown-name-kind',
    streamOf(MESSAGE, words(0x80010003), Buffer.alloc(16), Buffer.from([2]), words(1, 1)),
  ],
  ['a value longer than what is left', 'value-too-long', streamOf(MESSAGE, words(0x003784b0, 90))],
  [
    'more values than can be',
    'value-too-long',
    streamOf(MESSAGE, words(0x0e99101f, 0xffffffff, 0)),
  ],
  [
    'a string without its NUL',
    'string-not-terminated',
    streamOf(MESSAGE, variable(0x003784b0, Buffer.from('ab', 'utf16le'))),
  ],
  [
    'a string of odd length',
    'string-not-terminated',
    streamOf(MESSAGE, variable(0x003784b0, Buffer.from([65, 0, 0]))),
  ],
  ['one property twice', 'property-repeated', streamOf(MESSAGE, words(0x0e070003, 0))],
  ['recipients without a deletion', 'deletion-missing', streamOf(MESSAGE, RECIPIENT)],
  [
    'attachments behind the deletion of recipients',
    'deletion-missing',
    streamOf(MESSAGE, DELETE_RECIPIENTS, attachment(NUMBER)),
  ],
  [
    'a deletion of something else',
    'deletion-unknown',
    streamOf(MESSAGE, words(0x40160003, 0x0e0f000d)),
  ],
  [
    'one group twice',
    'group-repeated',
    streamOf(MESSAGE, DELETE_RECIPIENTS, RECIPIENT, DELETE_RECIPIENTS, RECIPIENT),
  ],
  [
    'a deletion inside an embedded message',
    'deletion-misplaced',
    streamOf(MESSAGE, DELETE_ATTACHMENTS, attachment(NUMBER, embedded(DELETE_RECIPIENTS))),
  ],
  [
    'an embedded message whose PidTagMid is not first',
    'mid-missing',
    streamOf(
      MESSAGE,
      DELETE_ATTACHMENTS,
      attachment(NUMBER, words(START_EMBEDDED), MESSAGE, MID, words(0x40020003)),
    ),
  ],
  ['a PidTagMid at the top', 'mid-at-top', streamOf(MESSAGE, MID)],
  [
    'an attachment without its number',
    'number-missing',
    streamOf(MESSAGE, DELETE_ATTACHMENTS, attachment(words(0x37050003, 1))),
  ],
  ['a start of a message at the root', 'marker-misplaced', streamOf(words(0x400c0003), MESSAGE)],
  [
    'an end that nothing began',
    'marker-misplaced',
    streamOf(MESSAGE, DELETE_RECIPIENTS, words(END_RECIPIENT)),
  ],
  [
    'a recipient that does not end',
    'not-closed',
    streamOf(MESSAGE, DELETE_RECIPIENTS, words(START_RECIPIENT, 0x0c150003, 1)),
  ],
  [
    'messages in messages without end',
    'too-deep',
    streamOf(MESSAGE, DELETE_ATTACHMENTS, nested(40)),
  ],
];

function nested(depth: number): Buffer {
  return depth === 0 ? attachment(NUMBER) : attachment(NUMBER, embedded(nested(depth - 1)));
}
