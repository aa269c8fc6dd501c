/** A message as Graph lists it, as the domain looks at messages of a target. Pure. */
import type { ListedMessage, MessageState } from '../../graph/mailbox-messages.ts';
import { encodeWords } from '../../mail/encoded-word.ts';
import type { TargetMessage } from '../ports.ts';
import { numberOfMessage } from './graph-numbers.ts';

export function showMessage(message: ListedMessage): TargetMessage {
  return {
    uid: numberOfMessage(message.id),
    sizeBytes: message.sizeBytes,
    flags: flagsOf(message),
    receivedAt: message.receivedAt,
    stamp: message.stamp !== null && /^\d{1,16}$/.test(message.stamp) ? message.stamp : null,
    header: headerOf(message),
  };
}

export function flagsOf({ isRead, isAnswered, isFlagged, isDraft }: ListedMessage): string[] {
  return [
    ...(isRead ? ['\\Seen'] : []),
    ...(isAnswered ? ['\\Answered'] : []),
    ...(isFlagged ? ['\\Flagged'] : []),
    ...(isDraft ? ['\\Draft'] : []),
  ];
}

export function stateOf(flags: readonly string[]): MessageState {
  const lower = new Set(flags.map((flag) => flag.toLowerCase()));
  return {
    isRead: lower.has('\\seen'),
    isAnswered: lower.has('\\answered'),
    isFlagged: lower.has('\\flagged'),
  };
}

/** As much of the header as the key of a message is made of. */
function headerOf({ internetMessageId, sentAt, fromAddress, subject }: ListedMessage): Buffer {
  const lines = [
    internetMessageId === null ? null : `Message-ID: ${oneLine(internetMessageId)}`,
    sentAt === null ? null : `Date: ${sentAt.toUTCString().replace('GMT', '+0000')}`,
    fromAddress === null ? null : `From: <${oneLine(fromAddress)}>`,
    `Subject: ${/^[\x20-\x7e]*$/.test(subject) ? subject : encodeWords(oneLine(subject))}`,
  ];
  return Buffer.from(`${lines.filter((line) => line !== null).join('\r\n')}\r\n\r\n`);
}

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');
