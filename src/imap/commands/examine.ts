/** EXAMINE (RFC 9051 section 6.3.3), STATUS (6.3.11) and their opposite. */
import { ProtocolViolationError } from '../errors.ts';
import { quoteString } from '../mailbox-name.ts';
import type { ImapFolderState } from '../types.ts';
import type { CommandWire } from '../wire/command-wire.ts';
import type { DataResponse, StatusResponse } from '../wire/response.ts';
import { listOf, numberOf, textOf } from '../wire/values.ts';

/** What the server is trusted to know. */
export interface ExamineOptions {
  /**
   * Ask for HIGHESTMODSEQ (RFC 7162 section 3.1.8). iCloud answers ENABLE CONDSTORE with nothing that
   * proves it: the number in the answer is the proof.
   */
  readonly condstore: boolean;
  /** SELECT instead: for changes to the folder. */
  readonly readWrite?: boolean;
}

/** Opens a folder read-only, so that nothing that follows can change a flag, unless told otherwise. */
export async function examine(
  wire: CommandWire,
  mailbox: string,
  { condstore, readWrite = false }: ExamineOptions,
  signal: AbortSignal,
): Promise<ImapFolderState> {
  let exists: number | null = null;
  let modSeq: string | null = null;
  const codes = new Map<string, number>();
  const onStatus = ({ code, codeText }: StatusResponse): void => {
    if (code === 'HIGHESTMODSEQ' && /^\d{1,20}$/.test(codeText)) {
      modSeq = codeText;
    } else if (code !== null && /^\d{1,10}$/.test(codeText)) {
      codes.set(code, Number(codeText));
    }
  };
  const onData = ({ name, number }: DataResponse): boolean => {
    exists = name === 'EXISTS' ? number : exists;
    return true;
  };
  const verb = readWrite ? 'SELECT' : 'EXAMINE';
  const command = `${verb} ${quoteString(mailbox)}${condstore ? ' (CONDSTORE)' : ''}`;
  await wire.run(command, { moment: 'select', onData, onStatus }, signal);
  const uidValidity = codes.get('UIDVALIDITY');
  if (exists === null || uidValidity === undefined) {
    throw new ProtocolViolationError('examine-without-uidvalidity');
  }
  const uidNext = codes.get('UIDNEXT') ?? (await readStatus(wire, mailbox, signal)).uidNext;
  return { uidValidity, uidNext, exists, modSeq };
}

/** STATUS of a folder that is not open; several may be under way together. */
export async function readStatus(
  wire: CommandWire,
  mailbox: string,
  signal: AbortSignal,
): Promise<ImapFolderState> {
  let facts: ReadonlyMap<string, number> = new Map();
  const onData = (data: DataResponse): boolean => {
    const isOurs = data.name === 'STATUS' && textOf(data.values[0]) === mailbox;
    // A name that is not written as we write it: the answer of the command that nothing else answers.
    const isFirst = data.name === 'STATUS' && facts.size === 0;
    if (isOurs || isFirst) {
      facts = statusFacts(data);
    }
    return isOurs;
  };
  await wire.run(
    `STATUS ${quoteString(mailbox)} (UIDVALIDITY UIDNEXT MESSAGES)`,
    { moment: 'select', onData },
    signal,
  );
  const uidValidity = facts.get('UIDVALIDITY');
  const uidNext = facts.get('UIDNEXT');
  const exists = facts.get('MESSAGES');
  if (uidValidity === undefined || uidNext === undefined || exists === undefined) {
    throw new ProtocolViolationError('incomplete-status');
  }
  return { uidValidity, uidNext, exists, modSeq: null };
}

function statusFacts({ values }: DataResponse): ReadonlyMap<string, number> {
  const facts = new Map<string, number>();
  const list = listOf(values[1]) ?? [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    const value = numberOf(list[i + 1]);
    if (value !== null) {
      facts.set(textOf(list[i])?.toUpperCase() ?? '', value);
    }
  }
  return facts;
}

/** Leaves the open folder; CLOSE expunges nothing after EXAMINE (RFC 9051 section 6.4.1). */
export async function leaveFolder(
  wire: CommandWire,
  capabilities: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  await wire.run(
    capabilities.has('UNSELECT') ? 'UNSELECT' : 'CLOSE',
    { moment: 'command' },
    signal,
  );
}
