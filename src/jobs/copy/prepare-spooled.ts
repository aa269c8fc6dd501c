import { allowFlags, withoutFlags } from '../../mail/flags.ts';
import { splitMessage } from '../../mail/headers.ts';
import {
  closeBytes,
  readWhole,
  type SpooledMessage,
  withBeginning,
} from '../../mail/message-bytes.ts';
import { messageKey } from '../../mail/message-key.ts';
import { stampMessage } from '../../mail/stamp.ts';
import type { OpenRow } from '../ledger.ts';
import type { TargetTraits } from '../ports.ts';
import {
  type Destination,
  guardFor,
  type PreparedMessage,
  type PrepareResult,
  prepareMessage,
  receivedFor,
} from './prepare-message.ts';

/** A body that breaks the target's rules is rewritten in memory; iCloud's own messages end at 28 MB. */
const MAX_REWRITTEN_BYTES = 32 * 1024 * 1024;

/** The same as `prepareMessage` for a message on disk: only its header is looked at in memory. */
export async function prepareSpooled(
  row: OpenRow,
  content: SpooledMessage,
  destination: Destination,
): Promise<PrepareResult> {
  const { traits, folderPath } = destination;
  const flags = allowFlags(row.flags, traits.allowedFlags);
  const common = {
    folderPath,
    flags: withoutFlags(flags, traits.lateFlags),
    receivedAt: row.receivedAt,
  };
  const { header } = splitMessage(content.head);
  if (traits.byteExact) {
    return ready({ outgoing: { ...common, bytes: content }, flags, header, content, repairs: [] });
  }
  if (needsRewriting(content, traits)) {
    return rewrite(row, content, destination);
  }
  if (header.length === content.head.length && content.length > header.length) {
    return { kind: 'refused', reason: 'copy.header-too-large' };
  }
  const guarded = guardFor({ ...traits, maxMessageBytes: null }, header, row.flags);
  if (guarded.kind === 'refused') {
    return { kind: 'refused', reason: `copy.${guarded.reason}` };
  }
  const beginning = traits.stamps ? stampMessage(guarded.bytes, row.id) : guarded.bytes;
  const bytes = withBeginning(content, beginning, header.length);
  if (traits.maxMessageBytes !== null && bytes.length > traits.maxMessageBytes) {
    return { kind: 'refused', reason: 'copy.too-large' };
  }
  const received = receivedFor(row, guarded.bytes, destination);
  return ready({
    outgoing: { ...common, bytes, receivedAt: received.at },
    flags,
    header: splitMessage(guarded.bytes).header,
    content,
    repairs: [...guarded.repairs, ...received.repairs],
  });
}

function ready({
  outgoing,
  flags,
  header,
  content,
  repairs,
}: Pick<PreparedMessage, 'outgoing' | 'flags' | 'repairs'> & {
  readonly header: Buffer;
  readonly content: SpooledMessage;
}): PrepareResult {
  const message = { outgoing, flags, ...messageKey(header), sha256: content.sha256, repairs };
  return { kind: 'ready', message };
}

function needsRewriting({ findings }: SpooledMessage, { maxLineBytes }: TargetTraits): boolean {
  const hasLongLine = maxLineBytes !== null && findings.longestLineBytes > maxLineBytes;
  return findings.hasNul || findings.hasBareLineEnd || hasLongLine;
}

/** Outside the byte budget: rare, one at a time for each reader, and waiting for room could wait for itself. */
async function rewrite(
  row: OpenRow,
  content: SpooledMessage,
  destination: Destination,
): Promise<PrepareResult> {
  if (content.length > MAX_REWRITTEN_BYTES) {
    return { kind: 'refused', reason: 'copy.too-large-to-repair' };
  }
  const whole = await readWhole(content);
  await closeBytes(content);
  return prepareMessage(row, whole, destination);
}
