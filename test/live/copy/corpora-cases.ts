/** The seeded mailboxes of the benchmark, in a size for a test, copied with the generic profile. */
import { beforeAll, describe, expect, test } from 'vitest';
import { SPOOLED_ABOVE_BYTES } from '../../../src/mail/message-bytes.ts';
import {
  CLEAN_CORPUS,
  CORPORA,
  type CorpusSpec,
  shrinkForTest,
} from '../../bench/corpus/corpora.ts';
import { foldersOf, generateCorpus } from '../../bench/corpus/generate-corpus.ts';
import { createSampleMailbox } from '../../sim/sample/sample-mailbox.ts';
import { type CompareResult, compareMailboxes } from '../../support/compare/compare-mailboxes.ts';
import {
  type MailboxSnapshot,
  readFolder,
  type SnapshotMessage,
  snapshotOverImap,
} from '../../support/compare/mailbox-snapshot.ts';
import {
  connectRawImap,
  quoteName,
  type RawImapClient,
  type RawImapLogin,
} from '../../support/compare/raw-imap-client.ts';
import { mustAgree } from '../../support/must-agree.ts';
import type { MainResult } from './run-main.ts';

/** Two servers between which mail is copied, and that keep it as it is. */
export interface CorpusBench {
  /** Fills an account at the source, and makes one at the target. */
  load(user: string, mailbox: MailboxSnapshot): Promise<void>;
  copy(user: string): Promise<MainResult>;
  /** How the checker reads the target. */
  target(user: string): RawImapLogin;
  /** Source folder → target folder, for those of another name. */
  readonly folderNames: Readonly<Record<string, string>>;
}

const MAILBOXES = [
  shrinkForTest(CORPORA.small, 260),
  shrinkForTest(CORPORA.big, 340),
  shrinkForTest(CLEAN_CORPUS, 260),
];

function createMailbox(spec: CorpusSpec): MailboxSnapshot {
  const messages = Map.groupBy(generateCorpus(spec), ({ folder }) => folder);
  return {
    folders: foldersOf(spec).map(({ name }) => ({ name, messages: messages.get(name) ?? [] })),
  };
}

/** Not taken, or not given back, by servers that keep to the standard: NUL, and CR or LF alone. */
const NOT_MAIL = new Set(['nul-at-the-end', 'bare-lf', 'bare-cr']);

/** Mail on which parsers stumble: a Message-ID with quotes in it, an impossible date, none of either. */
function createAwkwardMailbox(): MailboxSnapshot {
  const all = createSampleMailbox(7).folders.flatMap(({ messages }) => messages);
  const messages = all.filter(({ kind }) => kind !== 'ordinary' && !NOT_MAIL.has(kind));
  return { folders: [{ name: 'INBOX', messages }] };
}

const messagesOf = ({ folders }: MailboxSnapshot): readonly SnapshotMessage[] =>
  folders.flatMap(({ messages }) => messages);

/** A mailbox in which nothing can go wrong proves nothing. */
function mustBeOdd(mailbox: MailboxSnapshot, { isClean = false }: CorpusSpec): void {
  const messages = messagesOf(mailbox);
  const flags = new Set(messages.flatMap((message) => message.flags));
  const wanted = [
    '\\Seen',
    '\\Answered',
    '\\Flagged',
    '\\Draft',
    '\\Deleted',
    '$Forwarded',
    '$Junk',
  ];
  expect([...flags].toSorted()).toEqual(wanted.toSorted());
  expect(messages.some(({ bytes }) => bytes.length > SPOOLED_ABOVE_BYTES)).toBe(true);
  const texts = messages.map(({ bytes }) => bytes.toString('latin1'));
  expect(new Set(texts).size).toBeLessThan(texts.length);
  const hasOddHeader = texts.some((text) => /^X-Raw-8bit: |^Message-ID: <>\r$/mu.test(text));
  expect(hasOddHeader).toBe(!isClean);
  expect(mailbox.folders.some(({ messages: inside }) => inside.length === 0)).toBe(true);
}

/** A folder in which one message is marked as deleted loses it with the next EXPUNGE. */
function isPlantable({ messages }: MailboxSnapshot['folders'][number]): boolean {
  return messages.length > 9 && messages.every(({ flags }) => !flags.includes('\\Deleted'));
}

/** One fault of each kind, each at a message of its own that has no twin; the last is there once more. */
async function plantFaults(client: RawImapClient, folder: string): Promise<void> {
  const messages = (await readFolder(client, folder))?.messages ?? [];
  const alone = messages.flatMap((message, at) => {
    const same = messages.filter(({ bytes }) => bytes.equals(message.bytes));
    const hasId = /^Message-ID: <\w+\.\d+@/mu.test(message.bytes.toString('latin1'));
    // RFC 3501 section 6.3.11: nobody but the server gives \Recent.
    const flags = message.flags.filter((flag) => flag !== '\\Recent');
    return same.length === 1 && hasId ? [{ ...message, flags, number: at + 1 }] : [];
  });
  const [missing, altered, redated, marked, doubled] = alone;
  if (!missing || !altered || !redated || !marked || !doubled) {
    throw new Error('too few messages without a twin');
  }
  const other = Buffer.from(altered.bytes);
  other[other.length - 1] = 0x21;
  const later = new Date(redated.internalDate.getTime() + 1000);
  const appended = await client.append([
    { ...altered, folder, bytes: other },
    { ...redated, folder, internalDate: later },
    { ...doubled, folder },
  ]);
  expect(appended.map(({ status }) => status)).toEqual(['OK', 'OK', 'OK']);
  await client.must(`SELECT ${quoteName(folder)}`);
  await client.must(`STORE ${marked.number} +FLAGS ($Planted)`);
  const gone = [missing, altered, redated].map(({ number }) => number).join(',');
  await client.must(`STORE ${gone} +FLAGS (\\Deleted)`);
  await client.must('EXPUNGE');
}

/** Each mailbox arrives to the octet, with its dates, flags and keywords; a comparison that cannot fail is none. */
export function testCorpora(bench: CorpusBench): void {
  async function withTarget<T>(
    user: string,
    work: (client: RawImapClient) => Promise<T>,
  ): Promise<T> {
    const client = await connectRawImap(bench.target(user));
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }
  /** Against what was generated: what the loading of the source had lost would show as well. */
  async function compare(user: string, source: MailboxSnapshot): Promise<CompareResult> {
    const target = await withTarget(user, snapshotOverImap);
    const { folderNames } = bench;
    return compareMailboxes({ source, target, mode: 'exact', folderNames });
  }
  /** Returns how many messages were found as they were. */
  async function copyWhole(user: string, mailbox: MailboxSnapshot): Promise<number> {
    const count = messagesOf(mailbox).length;
    const result = await bench.copy(user);
    expect(result).toMatchObject({ exitCode: 0, errors: '' });
    const total = { source: count, copied: count, failed: {}, open: 0 };
    expect(result.events().at(-1)).toMatchObject({ event: 'finished', total });
    const compared = await compare(user, mailbox);
    mustAgree(compared);
    return compared.matched;
  }

  describe.each(MAILBOXES)('$name', (spec) => {
    const mailbox = createMailbox(spec);
    beforeAll(() => bench.load(spec.name, mailbox));

    test('arrives whole, each message in its folder as it was', async () => {
      mustBeOdd(mailbox, spec);
      expect(await copyWhole(spec.name, mailbox)).toBe(spec.messages);
    });

    test('the comparison sees each kind of fault', async () => {
      const folder = mailbox.folders.find(isPlantable)?.name ?? '';
      const name = bench.folderNames[folder] ?? folder;
      await withTarget(spec.name, (client) => plantFaults(client, name));
      const { missing, extra, altered, dateWrong, flagsWrong, misfiled, agrees } = await compare(
        spec.name,
        mailbox,
      );
      expect([missing, extra, altered, dateWrong, flagsWrong].map((list) => list.length)).toEqual([
        1, 1, 1, 1, 1,
      ]);
      expect({ misfiled, agrees }).toEqual({ misfiled: [], agrees: false });
    });
  });

  test('awkward mail arrives whole as well', async () => {
    const mailbox = createAwkwardMailbox();
    const quoted = messagesOf(mailbox).filter(({ bytes }) =>
      /^Message-ID: <"odd"/m.test(bytes.toString()),
    );
    expect(quoted).not.toEqual([]);
    await bench.load('awkward', mailbox);
    expect(await copyWhole('awkward', mailbox)).toBe(messagesOf(mailbox).length);
  });
}
