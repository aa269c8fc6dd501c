import { createHash } from 'node:crypto';
import { AppError } from '../../../src/errors.ts';
import type {
  AppendOutcome,
  MailSource,
  MailTarget,
  MoveOutcome,
  OutgoingMessage,
  SourceFolder,
  SpecialUse,
} from '../../../src/jobs/ports.ts';
import { sameFlags } from '../../../src/mail/flags.ts';
import { splitMessage } from '../../../src/mail/headers.ts';
import { readStamp } from '../../../src/mail/stamp.ts';

/** The process dies here: nothing that follows runs. */
export class Crash extends Error {}

class LinkDied extends AppError {
  readonly code = 'imap.connection-lost';
  readonly disposition = 'retry';
}

class BodyMissing extends AppError {
  readonly code = 'imap.body-missing';
  readonly disposition = 'wait';
}

class FolderMissing extends AppError {
  readonly code = 'imap.folder-missing';
  readonly disposition = 'stop';
}

class Renumbered extends AppError {
  readonly code = 'imap.uid-validity-changed';
  readonly disposition = 'retry';
}

export interface FakeMessage {
  readonly uid: number;
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  readonly receivedAt: Date | null;
}

export interface FakeFolder {
  uidValidity: number;
  uidNext: number;
  messages: FakeMessage[];
}

/** Folders in memory; the target allows duplicates, as a real server does. */
export class FakeMailbox {
  readonly folders = new Map<string, FakeFolder>();
  /** As a server tells it when it lists its folders. */
  readonly specialUse = new Map<string, SpecialUse>([['INBOX', 'inbox']]);

  /** How often a folder of that name was made: each has a numbering of its own. RFC 3501 section 2.3.1.1. */
  readonly #made = new Map<string, number>();

  folder(path: string): FakeFolder {
    const there = this.folders.get(path);
    if (there !== undefined) {
      return there;
    }
    const times = this.#made.get(path) ?? 0;
    this.#made.set(path, times + 1);
    const made = { uidValidity: 7 + times, uidNext: 1, messages: [] };
    this.folders.set(path, made);
    return made;
  }

  add(path: string, message: Omit<FakeMessage, 'uid'>): number {
    const folder = this.folder(path);
    const uid = folder.uidNext;
    folder.uidNext += 1;
    folder.messages.push({ ...message, uid });
    return uid;
  }

  /** What a comparison needs: per folder, every message's hash, date and flags, sorted. */
  contents(strip: (bytes: Buffer) => Buffer = (bytes) => bytes): Record<string, string[]> {
    return Object.fromEntries(
      [...this.folders].map(([path, folder]) => [
        path,
        folder.messages
          .map(({ bytes, flags, receivedAt }) =>
            [
              createHash('sha256').update(strip(bytes)).digest('hex').slice(0, 12),
              receivedAt?.toISOString() ?? 'none',
              flags.toSorted().join(' '),
            ].join(' | '),
          )
          .toSorted(),
      ]),
    );
  }
}

/** Called before every effect; throws Crash to end the process at that moment. */
export type Checkpoint = (name: string) => void;

export interface FakeSourceOptions {
  /** UIDs of the inbox that are listed and not handed over. */
  readonly withheld?: ReadonlySet<number>;
}

export function createFakeSource(
  mailbox: FakeMailbox,
  checkpoint: Checkpoint,
  options: FakeSourceOptions = {},
): MailSource {
  return {
    listFolders: async () => {
      checkpoint('source.listFolders');
      return [...mailbox.folders.keys()].map(
        (path): SourceFolder => ({
          path,
          specialUse: mailbox.specialUse.get(path) ?? null,
          selectable: true,
        }),
      );
    },
    openFolder: async (path) => {
      checkpoint('source.openFolder');
      const folder = mailbox.folder(path);
      return {
        uidValidity: folder.uidValidity,
        uidNext: folder.uidNext,
        exists: folder.messages.length,
      };
    },
    async *surveyFolders(folders) {
      for (const { path } of folders) {
        checkpoint('source.surveyFolders');
        if (!mailbox.folders.has(path)) {
          yield { path, error: new FolderMissing('no such folder') };
          continue;
        }
        const { uidValidity, uidNext, messages } = mailbox.folder(path);
        const rows = messages.map(({ uid, flags, receivedAt, bytes }) => ({
          uid,
          flags,
          receivedAt,
          sizeBytes: bytes.length,
        }));
        const state = { uidValidity, uidNext, exists: messages.length, modSeq: null };
        yield { path, state, messages: rows };
      }
    },
    async *readMessages({ path, uidValidity }, uids) {
      const kept = uids.filter((uid) => path === 'INBOX' && options.withheld?.has(uid));
      for (const message of numbered(mailbox, path, uidValidity).messages) {
        if (uids.includes(message.uid) && !kept.includes(message.uid)) {
          checkpoint('source.readMessages');
          // A copy, as over a wire: whoever reads it may let its memory go.
          yield { uid: message.uid, bytes: Buffer.from(message.bytes) };
        }
      }
      if (kept.length > 0) {
        throw new BodyMissing('withheld');
      }
    },
    readLarge: async () => {
      throw new TypeError('these servers hold small messages');
    },
    close: async () => undefined,
  };
}

export interface FakeTargetOptions {
  /** Appends (counted from 1) whose message is stored and whose answer is lost. */
  readonly loseAnswerOf?: ReadonlySet<number>;
  /** Append → the later append with which the server completes it, long after its link died. */
  readonly completeLate?: ReadonlyMap<number, number>;
  /** Classes of its folders, where they can be read. */
  readonly classes?: () => ReadonlyMap<string, string>;
  /** A folder that is listed, and takes no mail. */
  readonly refuses?: string;
  /** The server names no UIDs: it has no UIDPLUS. */
  readonly withoutUids?: boolean;
  /** How long a message is on its way. */
  readonly travel?: () => Promise<void>;
  /** The process dies while this message is on its way. */
  readonly diesWith?: (bytes: Buffer) => boolean;
  /** Appends whose link dies before the last octet left. */
  readonly loseMessageOf?: ReadonlySet<number>;
  /** The link dies in the middle of these messages, each time. */
  readonly diesWithin?: (bytes: Buffer) => boolean;
}

/** The link dies before the last octet of the message left. */
function isCutOff(options: FakeTargetOptions, bytes: Buffer, n: number): boolean {
  return options.loseMessageOf?.has(n) === true || options.diesWithin?.(bytes) === true;
}

function storedAs(options: FakeTargetOptions, uidValidity: number, uid: number): AppendOutcome {
  return options.withoutUids === true
    ? { kind: 'stored', uidValidity: null, uid: null }
    : { kind: 'stored', uidValidity, uid };
}

export function createFakeTarget(
  mailbox: FakeMailbox,
  checkpoint: Checkpoint,
  options: FakeTargetOptions = {},
): MailTarget {
  let appends = 0;
  const late = new Map<number, () => void>();
  const takes = (path: string): boolean => mailbox.folders.has(path) && options.refuses !== path;
  const append = (message: OutgoingMessage, n: number): AppendOutcome => {
    const { folderPath, bytes, ...facts } = message;
    if (!Buffer.isBuffer(bytes)) {
      throw new TypeError('these servers hold small messages');
    }
    const rest = { ...facts, bytes: Buffer.from(bytes) };
    if (isCutOff(options, bytes, n)) {
      return { kind: 'unsent', error: new LinkDied('link died') };
    }
    if (options.diesWith?.(bytes)) {
      throw new Crash('with a message on its way');
    }
    late.get(n)?.();
    const lateWith = options.completeLate?.get(n);
    if (lateWith !== undefined) {
      late.set(lateWith, () => mailbox.add(folderPath, rest));
      return { kind: 'unknown', error: new LinkDied('link died') };
    }
    const uid = mailbox.add(folderPath, rest);
    checkpoint('target.answer');
    if (options.loseAnswerOf?.has(n)) {
      return { kind: 'unknown', error: new LinkDied('link died') };
    }
    return storedAs(options, mailbox.folder(folderPath).uidValidity, uid);
  };
  return {
    listFolders: async () =>
      [...mailbox.folders.keys()].map((path) => ({
        path,
        specialUse: path === 'INBOX' ? 'inbox' : null,
        selectable: true,
      })),
    expectAppends: () => undefined,
    ensureFolders: async (paths) => {
      for (const path of paths) {
        checkpoint('target.ensureFolders');
        mailbox.folder(path);
      }
    },
    folderClasses: async () => options.classes?.() ?? null,
    folderState: async (path) => {
      const folder = existing(mailbox, path);
      return {
        uidValidity: folder.uidValidity,
        uidNext: folder.uidNext,
        exists: folder.messages.length,
      };
    },
    append: async (message) => {
      await options.travel?.();
      appends += 1;
      const n = appends;
      checkpoint('target.append');
      return takes(message.folderPath)
        ? append(message, n)
        : { kind: 'refused', error: new FolderMissing('no such folder') };
    },
    look: async (path, fromUid) => {
      checkpoint('target.look');
      return existing(mailbox, path)
        .messages.filter(({ uid }) => uid >= fromUid)
        .map(({ uid, bytes, flags, receivedAt }) => {
          const { header } = splitMessage(bytes);
          return {
            uid,
            sizeBytes: bytes.length,
            flags,
            receivedAt,
            header,
            stamp: readStamp(header),
          };
        });
    },
    hashBodies: async (path, uids) =>
      new Map(
        existing(mailbox, path)
          .messages.filter(({ uid }) => uids.includes(uid))
          .map(({ uid, bytes }) => [uid, createHash('sha256').update(bytes).digest('hex')]),
      ),
    changeFlags: async ({ path, uidValidity }, changes) => {
      checkpoint('target.changeFlags');
      const folder = numbered(mailbox, path, uidValidity);
      return new Map(
        changes.map(({ uid, written, wanted }) => {
          const at = folder.messages.findIndex((message) => message.uid === uid);
          const message = folder.messages[at];
          if (message === undefined) {
            return [uid, 'gone'];
          }
          if (!sameFlags(message.flags, written) && !sameFlags(message.flags, wanted)) {
            return [uid, 'touched'];
          }
          folder.messages[at] = { ...message, flags: wanted };
          return [uid, 'changed'];
        }),
      );
    },
    moveMessages: async ({ path, uidValidity }, toPath, messages) => {
      checkpoint('target.moveMessages');
      const folder = numbered(mailbox, path, uidValidity);
      const outcomes = new Map<number, MoveOutcome>();
      for (const { uid, written } of messages) {
        const message = folder.messages.find((one) => one.uid === uid);
        if (message === undefined || !sameFlags(message.flags, written)) {
          outcomes.set(uid, { kind: message === undefined ? 'gone' : 'kept' });
          continue;
        }
        folder.messages = folder.messages.filter((one) => one !== message);
        const moved = mailbox.add(toPath, message);
        checkpoint('target.moved');
        const { uidValidity: there } = mailbox.folder(toPath);
        outcomes.set(uid, { kind: 'moved', uidValidity: there, uid: moved });
      }
      return outcomes;
    },
    removeMessages: async ({ path, uidValidity }, messages) => {
      checkpoint('target.removeMessages');
      const folder = numbered(mailbox, path, uidValidity);
      const removable = messages.filter(({ uid, written }) => {
        const message = folder.messages.find((one) => one.uid === uid);
        return message === undefined || sameFlags(message.flags, written);
      });
      const removed = new Set(removable.map(({ uid }) => uid));
      folder.messages = folder.messages.filter(({ uid }) => !removed.has(uid));
      return removed;
    },
    close: async () => undefined,
  };
}

function existing(mailbox: FakeMailbox, path: string): FakeFolder {
  if (!mailbox.folders.has(path)) {
    throw new FolderMissing('no such folder');
  }
  return mailbox.folder(path);
}

function numbered(mailbox: FakeMailbox, path: string, uidValidity: number): FakeFolder {
  const folder = existing(mailbox, path);
  if (folder.uidValidity !== uidValidity) {
    throw new Renumbered('renumbered');
  }
  return folder;
}
