/**
 * A message's identity across servers that take MIME apart and build it again. Exchange refolds and
 * re-encodes headers, reorders them and rewrites dates, so the key is made of what such a rebuild
 * keeps: the Message-ID, the instant of the Date, the sender's address, the readable ASCII of the subject.
 */
import { createHash } from 'node:crypto';
import { parseDateHeader } from './date.ts';
import { decodeHeaderText } from './encoded-word.ts';
import { headerFields } from './headers.ts';

/** Exchange cuts subjects at 255 characters; what is compared stays well under it. */
const SUBJECT_CHARACTERS = 128;

/** What hostile mail puts behind this is not read: the patterns below must stay cheap. */
const READ_CHARACTERS = 4096;

export interface MessageKey {
  /** sha256 in hex. */
  readonly key: string;
  /** True without a usable Message-ID: other messages may well have the same key. */
  readonly weak: boolean;
}

/** Computes the key from a header block; the first field of each name counts. */
export function messageKey(header: Buffer): MessageKey {
  const values = keyFields(header);
  const id = normaliseId(values.get('message-id') ?? '');
  const sender = normaliseAddress(values.get('from') ?? values.get('sender') ?? '');
  const parts = [
    id,
    normaliseDate(values.get('date') ?? ''),
    sender,
    normaliseText(decodeHeaderText(values.get('subject') ?? '')).slice(0, SUBJECT_CHARACTERS),
  ];
  return { key: createHash('sha256').update(parts.join('\n')).digest('hex'), weak: id === '' };
}

const KEY_FIELDS = /^(?:message-id|date|from|sender|subject)$/i;

function keyFields(header: Buffer): Map<string, string> {
  const values = new Map<string, string>();
  for (const field of headerFields(header)) {
    const name = KEY_FIELDS.test(field.name) ? field.name.toLowerCase() : '';
    if (name !== '' && !values.has(name)) {
      values.set(name, field.value.slice(0, READ_CHARACTERS));
    }
  }
  return values;
}

/** Case is kept (RFC 5322 section 3.6.4); blanks and brackets go, since servers add and drop them. */
function normaliseId(value: string): string {
  const bracketed = /<([^<>]*)>/.exec(value)?.[1];
  return normaliseText(bracketed ?? value.replace(/[<>]/g, ''));
}

function normaliseDate(value: string): string {
  return String(parseDateHeader(value) ?? normaliseText(value));
}

/** The bare address in lower case; empty where the field holds none. */
function normaliseAddress(value: string): string {
  const plain = value.replace(/"(?:[^"\\]|\\.)*"/g, ' ');
  const bracketed = /<([^<>]*@[^<>]*)>/.exec(plain)?.[1];
  const bare = bracketed ?? /[^\s,;:<>()"]+@[^\s,;:<>()"]+/.exec(plain)?.[0] ?? '';
  return normaliseText(bare).toLowerCase();
}

/** Folding moves blanks, charsets move everything above ASCII: neither may count. */
function normaliseText(text: string): string {
  return text
    .replace(/[ \t\r\n]+/g, '')
    .replace(/[^!-~]+/g, '?')
    .replace(/\?+/g, '?');
}
