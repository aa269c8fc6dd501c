import { createSeededRandom, type SeededRandom } from './sample/random.ts';
import type { SampleMailbox, SampleMessage } from './sample/sample-mailbox.ts';

export interface NumberedMailboxInput {
  readonly seed: number;
  /** Twins included. */
  readonly messages: number;
  /** Size of one more message, in Archive; left out: none. */
  readonly bigBytes?: number | undefined;
  /** The longest body of all others; left out: 900 octets. */
  readonly bodyBytes?: number | undefined;
  /** Keywords beside the system flags, for servers that keep them. */
  readonly keywords?: boolean | undefined;
}

/** Folder, and its share of the messages in percent. */
const FOLDERS = [
  ['INBOX', 40],
  ['Archive', 25],
  ['Sent Messages', 20],
  ['Projects/Größe & Söhne', 15],
] as const;
const TWIN_EVERY = 25;
const WITHOUT_ID_EVERY = 40;
const FIRST_DATE_MS = Date.UTC(2012, 2, 3);
const SYSTEM_FLAGS = ['\\Seen', '\\Answered', '\\Flagged'] as const;

function makeFlags(random: SeededRandom, keywords: boolean): readonly string[] {
  const flags: string[] = SYSTEM_FLAGS.filter(() => random.below(2) === 0);
  return keywords && random.below(4) === 0 ? [...flags, '$Forwarded', 'Work'] : flags;
}

function makeMessage(
  random: SeededRandom,
  number: number,
  { keywords = false, bodyBytes }: { keywords?: boolean | undefined; bodyBytes: number },
): SampleMessage {
  const internalDate = new Date(FIRST_DATE_MS + number * 3_600_000 + random.below(3000) * 1000);
  const header = [
    'From: Ada <ada@example.org>',
    'To: Bert <bert@example.org>',
    `Date: ${internalDate.toUTCString().replace('GMT', '+0000')}`,
    `Subject: message ${number}`,
    ...(number % WITHOUT_ID_EVERY === 0 ? [] : [`Message-ID: <n${number}@example.org>`]),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
  ];
  const line = `${number} ${random.bytes(27).toString('base64')}`;
  const body = Array.from({ length: Math.ceil(bodyBytes / (line.length + 2)) }, () => line);
  const bytes = Buffer.from([...header, '', ...body, ''].join('\r\n'), 'latin1');
  return { kind: 'ordinary', bytes, flags: makeFlags(random, keywords), internalDate };
}

/**
 * Many small messages that every server stores as they are, so that mailboxes can be compared to the
 * octet. Some lack a Message-ID, and some are followed by an exact twin: the same octets, flags and date.
 */
export function createNumberedMailbox(input: NumberedMailboxInput): SampleMailbox {
  const random = createSeededRandom(input.seed);
  let number = 0;
  const folders = FOLDERS.map(([name, percent]) => {
    const wanted = Math.round((input.messages * percent) / 100);
    const messages: SampleMessage[] = [];
    while (messages.length < wanted) {
      number += 1;
      const { keywords } = input;
      const message = makeMessage(random, number, {
        keywords,
        bodyBytes: random.below(input.bodyBytes ?? 900),
      });
      messages.push(message);
      if (number % TWIN_EVERY === 0 && messages.length < wanted) {
        messages.push({ ...message, kind: 'twin' });
      }
    }
    if (name === 'Archive' && input.bigBytes !== undefined) {
      number += 1;
      messages.push(makeMessage(random, number, { bodyBytes: input.bigBytes }));
    }
    return { name, attributes: [], opens: true, messages };
  });
  return { folders };
}
