/** Writes a mailbox through Graph: each message as an item of Exchange's own form, imported once. */
import type { Clock } from '../../clock.ts';
import { type AppError, isAppError } from '../../errors.ts';
import { isM365Error, M365Error } from '../../graph/errors.ts';
import type { M365 } from '../../graph/m365.ts';
import type { ImportOutcome } from '../../graph/mailbox-items.ts';
import { decodeStream } from '../../mail/fast-transfer/decode.ts';
import { encodeStream } from '../../mail/fast-transfer/encode.ts';
import { BrokenStreamError } from '../../mail/fast-transfer/errors.ts';
import type { StreamItem } from '../../mail/fast-transfer/properties.ts';
import { compareItems } from '../../mail/item/compare-items.ts';
import { itemOfMessage } from '../../mail/item/item-of-message.ts';
import { freeFiles, type ReadMessage, readMessage } from '../../mail/item/read-message.ts';
import { freeBytes, readWhole } from '../../mail/message-bytes.ts';
import { ItemsAlteredError } from '../errors.ts';
import type { AppendOutcome, MailTarget, OutgoingMessage, TargetTraits } from '../ports.ts';
import { createGraphChanges } from './graph-changes.ts';
import { GRAPH_UID_NEXT, numberOfFolder, numberOfMessage } from './graph-numbers.ts';
import { showMessage } from './graph-shown.ts';
import { createGraphTargetFolders } from './graph-target-folders.ts';
import { createLanes } from './lanes.ts';

export interface GraphTargetDeps {
  readonly m365: Pick<M365, 'mailFolders' | 'mailboxContents'>;
  readonly userId: string;
  /** TellPartnerVersion of this tenant's own exports. */
  readonly version: Buffer;
  readonly clock: Clock;
  /** One message of so many is given out again and compared; 100 unless given. */
  readonly compareEvery?: number;
}

/** Four requests are under way at once; two messages are made ready meanwhile. */
const LANES = 6;

/** What the domain must know of a target that is written through Graph. */
export const GRAPH_TRAITS: TargetTraits = {
  name: 'exchange-online',
  stamps: true,
  byteExact: false,
  // Nobody has measured how long Exchange may take over an import whose link died.
  settleMs: 10 * 60 * 1000,
  allowedFlags: ['\\Seen', '\\Answered', '\\Flagged', '\\Draft'],
  lateFlags: [],
  // Mail never becomes commands here: it is a value in JSON.
  maxLineBytes: null,
  maxMessageBytes: null,
};

export function createGraphTarget(deps: GraphTargetDeps): MailTarget {
  const { m365, userId, version, clock, compareEvery = 100 } = deps;
  const { messages, items } = m365.mailboxContents.of(userId);
  const folders = createGraphTargetFolders({ mailFolders: m365.mailFolders, userId });
  const lanes = createLanes(LANES);
  /** What was too large for memory before is in memory here, one at a time. */
  const largeLane = createLanes(1);

  let stored = 0;
  /** Exchange kept something otherwise than it was written: nothing more is written this way. */
  let distrusted: AppError | null = null;

  /** What cannot be looked at now says nothing of the item. */
  const compareStored = async (
    item: StreamItem,
    itemId: string,
    signal: AbortSignal,
  ): Promise<void> => {
    try {
      const stream = (await items.exportItems([itemId], signal)).get(itemId);
      const differences = stream === undefined ? [] : compareItems(item, decodeStream(stream));
      distrusted = differences.length === 0 ? distrusted : new ItemsAlteredError(differences);
    } catch (error) {
      if (error instanceof BrokenStreamError) {
        distrusted = error;
      } else if (!isAppError(error) && !signal.aborted) {
        throw error;
      }
    }
  };

  const importRead = async (
    read: ReadMessage,
    { flags, folderPath, ...message }: OutgoingMessage,
    signal: AbortSignal,
  ): Promise<AppendOutcome> => {
    const folderId = await folders.idOf(folderPath, signal);
    const receivedAt = message.receivedAt ?? read.sentAt ?? clock.now();
    const item = itemOfMessage(read, { flags, receivedAt }, version);
    const outcome = await items.importItem({ folderId, stream: encodeStream(item) }, signal);
    if (outcome.kind === 'stored') {
      stored += 1;
      if (stored % compareEvery === 1 % compareEvery) {
        await compareStored(item, outcome.itemId, signal);
      }
    }
    return outcomeOf(outcome, folderId);
  };

  const send = async (message: OutgoingMessage, signal: AbortSignal): Promise<AppendOutcome> => {
    if (distrusted !== null) {
      return { kind: 'refused', error: distrusted };
    }
    try {
      const read = await readOutgoing(message);
      try {
        return await importRead(read, message, signal);
      } finally {
        freeFiles(read);
      }
    } catch (error) {
      if (isAppError(error)) {
        return { kind: 'refused', error };
      }
      return unsentUnlessDefect(error, signal);
    }
  };

  return {
    ...createGraphChanges({ folders, messages }),
    listFolders: (signal) => folders.list(signal),
    ensureFolders: (paths, signal) => folders.ensure(paths, signal),
    folderClasses: (signal) => folders.classes(signal),

    async folderState(path, signal) {
      const id = await folders.idOf(path, signal);
      try {
        const exists = await folders.count(id, signal);
        return { uidValidity: numberOfFolder(id), uidNext: GRAPH_UID_NEXT, exists };
      } catch (error) {
        throw isM365Error(error, 'graph.not-found')
          ? new M365Error('graph.folder-missing', { cause: error })
          : error;
      }
    },

    expectAppends: () => undefined,

    async append(message, signal) {
      try {
        const isLarge = !Buffer.isBuffer(message.bytes);
        return await lanes.run(
          () =>
            isLarge ? largeLane.run(() => send(message, signal), signal) : send(message, signal),
          signal,
        );
      } catch (error) {
        return unsentUnlessDefect(error, signal);
      }
    },

    async look(path, _fromUid, signal) {
      const folderId = await folders.idOf(path, signal);
      const seen = [];
      for await (const page of messages.list(folderId, signal)) {
        seen.push(...page.map((message) => showMessage(message)));
      }
      return seen.toReversed();
    },

    // Exchange makes its own MIME of an item: no hash of it would be that of what was sent.
    hashBodies: async () => new Map(),

    close: async () => undefined,
  };
}

/** What is on disk is in memory for as long as it is taken apart. */
async function readOutgoing({ bytes }: OutgoingMessage): Promise<ReadMessage> {
  if (Buffer.isBuffer(bytes)) {
    return readMessage(bytes);
  }
  const whole = await readWhole(bytes);
  try {
    return await readMessage(whole);
  } finally {
    freeBytes(whole);
  }
}

function outcomeOf(outcome: ImportOutcome, folderId: string): AppendOutcome {
  return outcome.kind === 'stored'
    ? {
        kind: 'stored',
        uidValidity: numberOfFolder(folderId),
        uid: numberOfMessage(outcome.itemId),
      }
    : outcome;
}

/** Whoever gave up before the message left has it unsent; anything else is a defect. */
function unsentUnlessDefect(error: unknown, signal: AbortSignal): AppendOutcome {
  if (!signal.aborted) {
    throw error;
  }
  const cancelled: AppError = new M365Error('graph.unreachable', { cause: error });
  return { kind: 'unsent', error: cancelled };
}
