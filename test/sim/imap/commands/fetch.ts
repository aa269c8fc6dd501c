import { type ArgumentCursor, SyntaxProblem } from '../arguments.ts';
import { ConnectionEndedError } from '../byte-source.ts';
import { formatDateTime } from '../dates.ts';
import { formatEnvelope } from '../envelope.ts';
import { type FetchItem, readFetchItems } from '../fetch-items.ts';
import { headerEnd, splitFields } from '../header-fields.ts';
import { announceChanges, type Session } from '../session.ts';
import type { StoredMessage } from '../store.ts';
import { messagesIn, type NumberedMessage, readSet, selectionOf } from './selected.ts';

type BodyItem = Extract<FetchItem, { kind: 'body' }>;

interface FetchRequest {
  readonly items: readonly FetchItem[];
  readonly changedSince: number | null;
}

function chosenFields(message: StoredMessage, item: BodyItem): Buffer {
  const header = message.served.subarray(0, headerEnd(message.served)).toString('latin1');
  const wanted = new Set(item.fields);
  const without = item.section === 'HEADER.FIELDS.NOT';
  const fields = splitFields(header).filter(
    ({ name }) => wanted.has(name.toUpperCase()) !== without,
  );
  return Buffer.from(`${fields.map(({ text }) => text).join('')}\r\n`, 'latin1');
}

function sectionBytes(message: StoredMessage, item: BodyItem): Buffer {
  switch (item.section) {
    case '':
      return message.served;
    case 'HEADER':
      return message.served.subarray(0, headerEnd(message.served));
    case 'TEXT':
      return message.served.subarray(headerEnd(message.served));
    default:
      return chosenFields(message, item);
  }
}

function bodyLiteral(message: StoredMessage, item: BodyItem): { label: string; bytes: Buffer } {
  const fields = item.fieldsText === '' ? '' : ` (${item.fieldsText})`;
  const label = `BODY[${item.section}${fields}]`;
  const bytes = sectionBytes(message, item);
  if (item.partial === null) {
    return { label, bytes };
  }
  const { startBytes, countBytes } = item.partial;
  return {
    label: `${label}<${startBytes}>`,
    bytes: bytes.subarray(startBytes, startBytes + countBytes),
  };
}

function attribute(session: Session, message: StoredMessage, name: string): string | null {
  const { profile } = session.server;
  switch (name) {
    case 'FLAGS':
      return `FLAGS (${message.flags.join(' ')})`;
    case 'INTERNALDATE':
      return `INTERNALDATE "${formatDateTime(message.internalDate)}"`;
    case 'RFC822.SIZE':
      return `RFC822.SIZE ${message.served.length}`;
    case 'MODSEQ':
      return `MODSEQ (${message.modseq})`;
    case 'ENVELOPE':
      return `ENVELOPE ${formatEnvelope(message.served, profile.name !== 'icloud')}`;
    default:
      // UID leads each row; the rest has an answer of its own or none.
      return null;
  }
}

/** RFC822 and its two parts, said as body items; null for what iCloud answers without a body. */
function asBody(session: Session, name: string): BodyItem | null {
  const sections: Readonly<Record<string, string>> = {
    RFC822: '',
    'RFC822.HEADER': 'HEADER',
    'RFC822.TEXT': 'TEXT',
  };
  const section = sections[name];
  if (section === undefined || (name === 'RFC822' && session.server.profile.rfc822WithoutBody)) {
    return null;
  }
  const peek = name === 'RFC822.HEADER';
  return { kind: 'body', peek, section, fields: [], fieldsText: '', partial: null };
}

function sendLiteral(session: Session, bytes: Buffer): void {
  const { fault } = session;
  if (fault?.kind === 'drop-mid-literal' && fault.afterBytes < bytes.length) {
    session.sendBytes(bytes.subarray(0, fault.afterBytes));
    session.socket.uncork();
    throw new ConnectionEndedError('a fault cut the line inside a literal');
  }
  session.sendBytes(bytes);
}

function sendRow(
  session: Session,
  { sequence, message }: NumberedMessage,
  request: FetchRequest,
): void {
  const parts: { label: string; bytes: Buffer | null }[] = [];
  const asksUid = request.items.some((item) => item.kind === 'attribute' && item.name === 'UID');
  if (asksUid) {
    parts.push({ label: `UID ${message.uid}`, bytes: null });
  }
  for (const item of request.items) {
    const body = item.kind === 'body' ? item : asBody(session, item.name);
    const label = item.kind === 'attribute' ? attribute(session, message, item.name) : null;
    if (body !== null) {
      const { label: name, bytes } = bodyLiteral(message, body);
      const shown = item.kind === 'attribute' ? item.name : name;
      parts.push({ label: `${shown} {${bytes.length}}\r\n`, bytes });
    } else if (label !== null) {
      parts.push({ label, bytes: null });
    }
  }
  session.socket.cork();
  session.sendBytes(Buffer.from(`* ${sequence} FETCH (`));
  for (const [index, { label, bytes }] of parts.entries()) {
    session.sendBytes(Buffer.from(`${index === 0 ? '' : ' '}${label}`, 'latin1'));
    if (bytes !== null) {
      sendLiteral(session, bytes);
    }
  }
  session.send(')');
  session.socket.uncork();
}

function readModifiers(session: Session, args: ArgumentCursor): number | null {
  if (args.atEnd()) {
    return null;
  }
  const match = args.match(/ \(CHANGEDSINCE (\d{1,20})\)/iu);
  if (match === null || !session.server.profile.condstore) {
    throw new SyntaxProblem('FETCH with an unknown modifier');
  }
  args.end();
  return Number(match[1]);
}

function checkItems(session: Session, items: readonly FetchItem[]): void {
  const { profile, forbidUnsafe } = session.server;
  for (const item of items) {
    if (item.kind !== 'attribute') {
      continue;
    }
    if (forbidUnsafe && profile.unsafe.fetchItems.has(item.name)) {
      session.violate(`FETCH ${item.name} must not be used here`);
    }
    if (item.name === 'BODYSTRUCTURE' || item.name === 'BODY') {
      throw new SyntaxProblem(`the simulated server gives no ${item.name}`);
    }
    if (item.name === 'MODSEQ' && !profile.condstore) {
      throw new SyntaxProblem('MODSEQ is not offered');
    }
  }
}

function marksSeen(session: Session, items: readonly FetchItem[]): boolean {
  const opensBody = (item: FetchItem): boolean =>
    item.kind === 'body' ? !item.peek : ['RFC822', 'RFC822.TEXT'].includes(item.name);
  return !selectionOf(session).readOnly && items.some(opensBody);
}

async function fetchMessages(
  session: Session,
  args: ArgumentCursor,
  byUid: boolean,
): Promise<string> {
  const set = readSet(args);
  args.space();
  const asked = readFetchItems(args);
  const changedSince = readModifiers(session, args);
  checkItems(session, asked);
  const items: FetchItem[] = byUid
    ? [
        { kind: 'attribute', name: 'UID' },
        ...asked.filter((item) => item.kind === 'body' || item.name !== 'UID'),
      ]
    : asked;
  const selection = selectionOf(session);
  for (const row of messagesIn(selection, set, byUid)) {
    if (changedSince !== null && row.message.modseq <= changedSince) {
      continue;
    }
    if (marksSeen(session, items) && !row.message.flags.includes('\\Seen')) {
      const flags = [...row.message.flags, '\\Seen'];
      session.server.store.setFlags({ folder: selection.folder, uid: row.message.uid }, flags);
    }
    sendRow(session, row, { items, changedSince });
    await session.drained();
    if (session.socket.destroyed) {
      throw new ConnectionEndedError('the client left in the middle of a FETCH');
    }
  }
  announceChanges(session, { expunges: byUid });
  return `OK ${session.server.profile.completed(byUid ? 'UID FETCH' : 'FETCH')}`;
}

/** FETCH by sequence number. RFC 3501 section 6.4.5. */
export function fetchCommand(session: Session, args: ArgumentCursor): Promise<string> {
  return fetchMessages(session, args, false);
}

/** FETCH by UID. RFC 3501 section 6.4.8. */
export function uidFetchCommand(session: Session, args: ArgumentCursor): Promise<string> {
  return fetchMessages(session, args, true);
}
