import type { Message as GraphMessage } from '@microsoft/microsoft-graph-types';
import { z } from 'zod';
import { isM365Error } from './errors.ts';
import type { GraphClient } from './graph-client.ts';
import type { MailboxPace } from './mailbox-pace.ts';

/** A message as Graph lists it. */
export interface ListedMessage {
  /** The id that holds as long as the message lies in its folder. */
  readonly id: string;
  readonly subject: string;
  readonly fromAddress: string | null;
  readonly internetMessageId: string | null;
  readonly sentAt: Date | null;
  readonly receivedAt: Date | null;
  readonly isRead: boolean;
  readonly isDraft: boolean;
  readonly isFlagged: boolean;
  readonly isAnswered: boolean;
  /** 0 where Graph named none. */
  readonly sizeBytes: number;
  /** Value of X-Skybridge-Id. */
  readonly stamp: string | null;
}

export interface MessageState {
  readonly isRead: boolean;
  readonly isFlagged: boolean;
  readonly isAnswered: boolean;
}

/** Messages of one mailbox. Needs Mail.ReadWrite, as mail folders do. */
export interface MailboxMessages {
  /** Page by page, in Graph's order. */
  list(folderId: string, signal: AbortSignal): AsyncGenerator<readonly ListedMessage[]>;
  /** Null where it is gone, or lies in another folder now. */
  find(id: string, signal: AbortSignal): Promise<ListedMessage | null>;
  /** False where it is gone. */
  change(id: string, state: MessageState, signal: AbortSignal): Promise<boolean>;
  /** It has another id then; false where it is gone. */
  move(id: string, toFolderId: string, signal: AbortSignal): Promise<boolean>;
  /** For ever; fine where it is gone. */
  remove(id: string, signal: AbortSignal): Promise<void>;
}

export interface MailboxMessagesDeps {
  readonly graph: GraphClient;
  readonly pace: MailboxPace;
  readonly userId: string;
}

/** PS_INTERNET_HEADERS: where Exchange keeps the header fields of other programs. */
const STAMP = 'String {00020386-0000-0000-C000-000000000046} Name x-skybridge-id';
const LAST_VERB = 'Integer 0x1081';
const ICON = 'Integer 0x1080';
const SIZE = 'Integer 0x0E08';

/** Replied to the sender, to all: MS-OXOMSG section 2.2.1.4. */
const REPLIED = ['102', '103'];
const REPLIED_ICON = '261';
const NO_VERB = '0';
const NO_ICON = '-1';

const SELECT = [
  'id',
  'subject',
  'from',
  'internetMessageId',
  'sentDateTime',
  'receivedDateTime',
  'isRead',
  'isDraft',
  'flag',
];
const EXPAND = `singleValueExtendedProperties($filter=${[STAMP, LAST_VERB, SIZE].map((id) => `id eq '${id}'`).join(' or ')})`;
const PAGE = 500;

const messageSchema = z.object({
  id: z.string(),
  subject: z.string().nullish(),
  from: z.object({ emailAddress: z.object({ address: z.string().nullish() }).nullish() }).nullish(),
  internetMessageId: z.string().nullish(),
  sentDateTime: z.iso.datetime().nullish(),
  receivedDateTime: z.iso.datetime().nullish(),
  isRead: z.boolean().nullish(),
  isDraft: z.boolean().nullish(),
  flag: z.object({ flagStatus: z.string().nullish() }).nullish(),
  singleValueExtendedProperties: z
    .array(z.object({ id: z.string(), value: z.string().nullish() }))
    .nullish(),
});

export function createMailboxMessages(deps: MailboxMessagesDeps): MailboxMessages {
  const { graph, pace } = deps;
  const user = `/users/${encodeURIComponent(deps.userId)}`;
  const pathOf = (id: string): string => `${user}/messages/${encodeURIComponent(id)}`;

  const paced = async <T>(
    work: () => Promise<T>,
    bytes: number,
    signal: AbortSignal,
  ): Promise<T> => {
    const leave = await pace.enter(bytes, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  };

  const post = (path: string, body: object, signal: AbortSignal): Promise<unknown> =>
    paced(() => graph.write('POST', path, body, signal), JSON.stringify(body).length, signal);

  return {
    async *list(folderId, signal) {
      const query = {
        path: `${user}/mailFolders/${encodeURIComponent(folderId)}/messages`,
        select: SELECT,
        expand: EXPAND,
        top: PAGE,
        regularIds: true,
      } as const;
      const pages = graph.pages(query, messageSchema, signal);
      for (;;) {
        const page = await paced(() => pages.next(), 0, signal);
        if (page.done === true) {
          return;
        }
        yield page.value.map(readMessage);
      }
    },

    async find(id, signal) {
      const query = { path: pathOf(id), select: SELECT, expand: EXPAND, regularIds: true } as const;
      const found = await unlessGone(
        paced(() => graph.get(query, messageSchema, signal), 0, signal),
      );
      return found === null ? null : readMessage(found);
    },

    async change(id, state, signal) {
      const body: GraphMessage = {
        isRead: state.isRead,
        flag: { flagStatus: state.isFlagged ? 'flagged' : 'notFlagged' },
        singleValueExtendedProperties: [
          { id: LAST_VERB, value: state.isAnswered ? '102' : NO_VERB },
          { id: ICON, value: state.isAnswered ? REPLIED_ICON : NO_ICON },
        ],
      };
      const changed = paced(
        () => graph.write('PATCH', pathOf(id), body, signal),
        JSON.stringify(body).length,
        signal,
      );
      return (await unlessGone(changed)) !== null;
    },

    async move(id, toFolderId, signal) {
      const moved = post(`${pathOf(id)}/move`, { destinationId: toFolderId }, signal);
      return (await unlessGone(moved)) !== null;
    },

    async remove(id, signal) {
      await unlessGone(paced(() => graph.act(`${pathOf(id)}/permanentDelete`, signal), 0, signal));
    },
  };
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isM365Error(error, 'graph.not-found')) {
      return null;
    }
    throw error;
  }
}

function readMessage(row: z.infer<typeof messageSchema>): ListedMessage {
  const property = (id: string): string | null =>
    row.singleValueExtendedProperties?.find((one) => sameProperty(one.id, id))?.value ?? null;
  return {
    id: row.id,
    subject: row.subject ?? '',
    fromAddress: row.from?.emailAddress?.address ?? null,
    internetMessageId: row.internetMessageId ?? null,
    sentAt: dateOf(row.sentDateTime),
    receivedAt: dateOf(row.receivedDateTime),
    isRead: row.isRead === true,
    isDraft: row.isDraft === true,
    isFlagged: row.flag?.flagStatus === 'flagged',
    isAnswered: REPLIED.includes(property(LAST_VERB) ?? ''),
    sizeBytes: Number(property(SIZE) ?? 0),
    stamp: property(STAMP),
  };
}

const dateOf = (text: string | null | undefined): Date | null =>
  text === null || text === undefined ? null : new Date(text);

/** Believed: Graph may write a tag with other capitals, or without its leading zeros. */
function sameProperty(shown: string, asked: string): boolean {
  const plain = (id: string): string => id.toLowerCase().replace(/0x0*/, '0x');
  return plain(shown) === plain(asked);
}
