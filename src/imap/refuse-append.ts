/** Messages that are not even sent: what no server takes, and what one must never see. Pure. */
import { findLongLine } from '../mail/guard/scan.ts';
import type { MessageBytes } from '../mail/message-bytes.ts';
import type { AppendLane } from './append-lane.ts';
import { type ImapError, MessageRefusedError, MessageTooLargeError } from './errors.ts';

/** On any server. */
export function refuseAnywhere(bytes: MessageBytes): ImapError | null {
  // RFC 9051 section 4.3: no literal holds NUL, and Exchange refuses it.
  return hasNul(bytes) ? new MessageRefusedError('nul') : null;
}

/** On the server of this lane. */
export function refuseOnLane(
  bytes: MessageBytes,
  { profile: { maxLineBytes }, maxMessageBytes }: Pick<AppendLane, 'profile' | 'maxMessageBytes'>,
): ImapError | null {
  if (maxMessageBytes !== null && bytes.length > maxMessageBytes) {
    return new MessageTooLargeError();
  }
  // The guard breaks such lines; one that it left must not reach a server that takes mail for commands.
  return maxLineBytes !== null && hasLongLine(bytes, maxLineBytes)
    ? new MessageRefusedError('long-line')
    : null;
}

function hasNul(content: MessageBytes): boolean {
  return Buffer.isBuffer(content) ? content.includes(0) : content.findings.hasNul;
}

function hasLongLine(content: MessageBytes, maxLineBytes: number): boolean {
  return Buffer.isBuffer(content)
    ? findLongLine(content, 0, maxLineBytes) >= 0
    : content.findings.longestLineBytes > maxLineBytes;
}
