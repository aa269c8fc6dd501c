/**
 * Whether a tenant's Exchange means by a fast transfer stream what we mean: one item that is there is given
 * out, read and written again octet for octet; one probe is imported, looked at through Graph, given out
 * again and compared field by field. One difference, and the path is not to be used.
 */
import type { Clock } from '../../clock.ts';
import { isAppError } from '../../errors.ts';
import type { M365 } from '../../graph/m365.ts';
import type { ListedMessage, MailboxMessages } from '../../graph/mailbox-messages.ts';
import { decodeStream } from '../../mail/fast-transfer/decode.ts';
import { encodeStream } from '../../mail/fast-transfer/encode.ts';
import { compareItems } from '../../mail/item/compare-items.ts';
import { itemOfMessage } from '../../mail/item/item-of-message.ts';
import { type ReadMessage, readMessage } from '../../mail/item/read-message.ts';
import { CANARY_STAMP, canaryMessage } from './canary-message.ts';
import { numberOfMessage } from './graph-numbers.ts';
import { createGraphTarget } from './graph-target.ts';
import { createGraphTargetFolders } from './graph-target-folders.ts';

/** `nothing-to-calibrate`: the mailbox has no message yet that could be looked at. */
export type CanaryStep = 'calibrate' | 'import' | 'read-back' | 'export';

export type CanaryResult =
  /** `version`: TellPartnerVersion of this tenant's exports. */
  | { readonly kind: 'passed'; readonly version: Buffer }
  | { readonly kind: 'nothing-to-calibrate' }
  /** What differed, without values; an error's code where one was thrown. */
  | { readonly kind: 'failed'; readonly step: CanaryStep; readonly differences: readonly string[] };

export interface CanaryDeps {
  readonly m365: Pick<M365, 'mailFolders' | 'mailboxContents'>;
  readonly userId: string;
  readonly clock: Clock;
}

/** Where the probe lies for a few seconds; made and removed here. */
const SCRATCH_FOLDER = 'Skybridge check (delete me)';

const RECEIVED = new Date('2020-02-29T12:34:56Z');
const FLAGS = ['\\Seen', '\\Flagged', '\\Answered'];

export async function runCanary(deps: CanaryDeps, signal: AbortSignal): Promise<CanaryResult> {
  let step: CanaryStep = 'calibrate';
  try {
    const calibrated = await calibrate(deps, signal);
    if (calibrated.kind !== 'calibrated') {
      return calibrated;
    }
    step = 'import';
    return await tryProbe(deps, calibrated.version, (next) => (step = next), signal);
  } catch (error) {
    if (!isAppError(error) || error.disposition === 'wait' || error.disposition === 'ask') {
      // A throttle, a missing right: that says nothing of the stream.
      throw error;
    }
    return { kind: 'failed', step, differences: [error.code] };
  }
}

type Calibration = CanaryResult | { readonly kind: 'calibrated'; readonly version: Buffer };

async function calibrate({ m365, userId }: CanaryDeps, signal: AbortSignal): Promise<Calibration> {
  const { messages, items } = m365.mailboxContents.of(userId);
  const id = await anyMessage({ m365, userId, messages }, signal);
  if (id === null) {
    return { kind: 'nothing-to-calibrate' };
  }
  const stream = (await items.exportItems([id], signal)).get(id);
  if (stream === undefined) {
    return { kind: 'failed', step: 'calibrate', differences: ['nothing was given out'] };
  }
  const item = decodeStream(stream);
  return Buffer.concat(encodeStream(item).pieces).equals(stream)
    ? { kind: 'calibrated', version: item.version }
    : { kind: 'failed', step: 'calibrate', differences: ['octets'] };
}

/** The newest message of the first folder that has any. */
async function anyMessage(
  {
    m365,
    userId,
    messages,
  }: Pick<CanaryDeps, 'm365' | 'userId'> & { readonly messages: MailboxMessages },
  signal: AbortSignal,
): Promise<string | null> {
  for (const { id } of await m365.mailFolders.list(userId, signal)) {
    if ((await m365.mailFolders.count(userId, id, signal)) === 0) {
      continue;
    }
    for await (const page of messages.list(id, signal)) {
      const [first] = page;
      if (first !== undefined) {
        return first.id;
      }
    }
  }
  return null;
}

async function tryProbe(
  deps: CanaryDeps,
  version: Buffer,
  enter: (step: CanaryStep) => void,
  signal: AbortSignal,
): Promise<CanaryResult> {
  const { m365, userId } = deps;
  const { messages, items } = m365.mailboxContents.of(userId);
  const folders = createGraphTargetFolders({ mailFolders: m365.mailFolders, userId });
  const bytes = canaryMessage();
  const read = await readMessage(bytes);
  await folders.ensure([SCRATCH_FOLDER], signal);
  const folderId = await folders.idOf(SCRATCH_FOLDER, signal);
  try {
    const outcome = await createGraphTarget({ ...deps, version }).append(
      { folderPath: SCRATCH_FOLDER, bytes, flags: FLAGS, receivedAt: RECEIVED },
      signal,
    );
    if (outcome.kind !== 'stored') {
      throw outcome.error;
    }
    enter('read-back');
    const seen = await onlyMessage(messages, folderId, signal);
    const shown = seen === null ? ['message'] : compareShown(seen, read, outcome.uid);
    if (seen === null || shown.length > 0) {
      return { kind: 'failed', step: 'read-back', differences: shown };
    }
    enter('export');
    const stream = (await items.exportItems([seen.id], signal)).get(seen.id);
    const written = itemOfMessage(read, { flags: FLAGS, receivedAt: RECEIVED }, version);
    const differences =
      stream === undefined
        ? ['nothing was given out']
        : compareItems(written, decodeStream(stream));
    return differences.length === 0
      ? { kind: 'passed', version }
      : { kind: 'failed', step: 'export', differences };
  } finally {
    // The folder goes with what is in it, also where whoever asked has given up.
    await m365.mailFolders.remove(userId, folderId, AbortSignal.timeout(CLEAN_UP_MS));
  }
}

const CLEAN_UP_MS = 30_000;

/** The probe alone; one of an earlier check that was cut off would be a second one. */
async function onlyMessage(
  messages: MailboxMessages,
  folderId: string,
  signal: AbortSignal,
): Promise<ListedMessage | null> {
  const found: ListedMessage[] = [];
  for await (const page of messages.list(folderId, signal)) {
    found.push(...page.filter(({ stamp }) => stamp === CANARY_STAMP));
  }
  return found.at(0) ?? null;
}

/** What Graph shows otherwise than it was written. Pure. */
function compareShown(
  seen: ListedMessage,
  read: ReadMessage,
  uid: number | null,
): readonly string[] {
  const checks: readonly (readonly [string, boolean])[] = [
    ['draft', !seen.isDraft],
    ['read', seen.isRead],
    ['flag', seen.isFlagged],
    ['answered', seen.isAnswered],
    ['received', seen.receivedAt?.getTime() === RECEIVED.getTime()],
    ['sent', seen.sentAt?.getTime() === read.sentAt?.getTime()],
    ['subject', seen.subject === read.subject],
    ['from', seen.fromAddress === read.from?.address],
    ['message id', seen.internetMessageId === read.field('message-id')],
    ['id', numberOfMessage(seen.id) === uid],
  ];
  return checks.flatMap(([name, isRight]) => (isRight ? [] : [name]));
}
