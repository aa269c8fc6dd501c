/** UID MOVE (RFC 6851), or COPY and EXPUNGE where the server cannot; UIDs by COPYUID (RFC 4315 section 3). */
import { quoteString } from '../mailbox-name.ts';
import { formatUidSet, parseUidSet } from '../uid-set.ts';
import type { CommandWire } from '../wire/command-wire.ts';
import type { StatusResponse } from '../wire/response.ts';
import { expungeMessages } from './expunge-messages.ts';

/** Where each message is now; null where the server did not say. */
export interface MovedMessages {
  readonly uidValidity: number | null;
  readonly uids: ReadonlyMap<number, number>;
}

/** True where messages can be moved without ever being there twice, or taken from somebody else. */
export function canMove(capabilities: ReadonlySet<string>): boolean {
  return capabilities.has('MOVE') || capabilities.has('UIDPLUS');
}

/** Moves messages of the selected folder; asked of a server that `canMove`. */
export async function moveMessages(
  wire: CommandWire,
  capabilities: ReadonlySet<string>,
  { uids, mailbox }: { readonly uids: readonly number[]; readonly mailbox: string },
  signal: AbortSignal,
): Promise<MovedMessages> {
  const set = formatUidSet(uids);
  let moved: MovedMessages = { uidValidity: null, uids: new Map() };
  const onStatus = (status: StatusResponse): void => {
    moved = parseCopyUid(status, uids) ?? moved;
  };
  const isAtomic = capabilities.has('MOVE');
  const command = `UID ${isAtomic ? 'MOVE' : 'COPY'} ${set} ${quoteString(mailbox)}`;
  onStatus(await wire.run(command, { moment: 'command', onStatus }, signal));
  if (!isAtomic) {
    await expungeMessages(wire, set, signal);
  }
  return moved;
}

/** `COPYUID validity source destination`; null for anything else, and for sets that do not pair. Pure. */
export function parseCopyUid(
  { code, codeText }: Pick<StatusResponse, 'code' | 'codeText'>,
  asked: readonly number[],
): MovedMessages | null {
  const match = code === 'COPYUID' ? /^(\d{1,10}) (\S+) (\S+)$/.exec(codeText) : null;
  if (match === null) {
    return null;
  }
  try {
    const [from, to] = [match[2], match[3]].map((set) => parseUidSet(set ?? '', asked.length + 1));
    if (from === undefined || to === undefined || from.length !== to.length) {
      return null;
    }
    const wanted = new Set(asked);
    const pairs = from.map((uid, i) => [uid, to[i] ?? 0] as const);
    return {
      uidValidity: Number(match[1]),
      uids: new Map(pairs.filter(([uid]) => wanted.has(uid))),
    };
  } catch {
    return null;
  }
}
