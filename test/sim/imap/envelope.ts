import { headerValue } from './header-fields.ts';

function quote(value: string | null): string {
  return value === null ? 'NIL' : `"${value.replace(/["\\]/gu, (char) => `\\${char}`)}"`;
}

function addresses(value: string | null): string {
  const list = (value ?? '').split(',').flatMap((part) => {
    const match = /^\s*(?:"?([^"<]*?)"?\s*<)?([^<>@\s]+)@([^<>@\s]+?)>?\s*$/u.exec(part);
    return match === null
      ? []
      : [`(${quote(match[1] ?? null)} NIL ${quote(match[2] ?? '')} ${quote(match[3] ?? '')})`];
  });
  return list.length === 0 ? 'NIL' : `(${list.join('')})`;
}

/**
 * ENVELOPE of a message, RFC 3501 section 7.4.2.
 * iCloud does not escape quotes in a Message-ID, which breaks the whole row for the client.
 */
export function formatEnvelope(bytes: Buffer, escapeMessageId: boolean): string {
  const value = (name: string): string | null => headerValue(bytes, name);
  const from = addresses(value('from'));
  const or = (name: string): string => (value(name) === null ? from : addresses(value(name)));
  const messageId = value('message-id');
  return `(${[
    quote(value('date')),
    quote(value('subject')),
    from,
    or('sender'),
    or('reply-to'),
    addresses(value('to')),
    addresses(value('cc')),
    addresses(value('bcc')),
    quote(value('in-reply-to')),
    escapeMessageId || messageId === null ? quote(messageId) : `"${messageId}"`,
  ].join(' ')})`;
}
