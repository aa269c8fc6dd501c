/** Messages over Graph: what it lists of a folder, and what may be changed of one. */

import { headerValue } from '../imap/header-fields.ts';
import type { SimMailFolder, SimMailFolders, SimMailMessage } from './directory.ts';
import { type GraphCall, page, type Resource, resourceType, select } from './graph-call.ts';
import { badRequest, graphRefusal } from './graph-errors.ts';
import { idOf, requireFolder, requireOwner } from './graph-mail-folders.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import { foldersOf, type Owner } from './mail-folders.ts';

const MESSAGE = resourceType('microsoft.graph.message', [
  'id',
  'subject',
  'from',
  'internetMessageId',
  'sentDateTime',
  'receivedDateTime',
  'createdDateTime',
  'isRead',
  'isDraft',
  'flag',
]);

const STAMP = 'String {00020386-0000-0000-C000-000000000046} Name x-skybridge-id';
const VERB = 'Integer 0x1081';
const SIZE = 'Integer 0x0E08';
const ICON = 'Integer 0x1080';

/** A message of a mailbox, and where it lies. */
export interface Place {
  readonly owner: Owner;
  readonly address: string;
  readonly folder: SimMailFolder;
  readonly message: SimMailMessage;
}

export function mailOf(deps: GraphRouteDeps): SimMailFolders {
  if (deps.directory.mailFolders === null) {
    throw new Error('no mail server takes part');
  }
  return deps.directory.mailFolders;
}

export const addressOf = (owner: Owner): string => owner.mail ?? owner.userPrincipalName;

/** The default id of a message: another one once it lies in another folder. */
export const messageId = (owner: Owner, folder: SimMailFolder, uid: number): string =>
  idOf(owner, `${folder.number}/${uid}`);

/** The message of that id; null where there is none, or no longer in that folder. */
export function findMessage(deps: GraphRouteDeps, owner: Owner, id: string): Place | null {
  const address = addressOf(owner);
  for (const folder of foldersOf(deps, owner)) {
    const message = mailOf(deps)
      .messages(address, folder.path)
      .find(({ uid }) => messageId(owner, folder, uid) === id);
    if (message !== undefined) {
      return { owner, address, folder, message };
    }
  }
  return null;
}

export const itemNotFound = (): ReturnType<typeof graphRefusal> =>
  graphRefusal(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');

function requireMessage(deps: GraphRouteDeps, call: GraphCall, writes: boolean): Place {
  const owner = requireOwner(deps, call, writes);
  const place = findMessage(deps, owner, call.params['message'] ?? '');
  if (place === null) {
    throw itemNotFound();
  }
  return place;
}

/** Encoded words of UTF-8, as a reader of Graph sees them decoded. */
function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/gu, '?==?')
    .replace(/=\?utf-8\?b\?([^?]*)\?=/giu, (_, word: string) =>
      Buffer.from(word, 'base64').toString(),
    )
    .replace(/=\?utf-8\?q\?([^?]*)\?=/giu, (_, word: string) =>
      Buffer.from(
        word
          .replaceAll('_', ' ')
          .replace(/=([0-9A-F]{2})/giu, (__, hex: string) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          ),
        'latin1',
      ).toString('utf8'),
    );
}

function fromOf(bytes: Buffer): Resource | null {
  const value = headerValue(bytes, 'from') ?? '';
  const [, address = ''] = /<([^<>]+)>/u.exec(value) ?? [null, value];
  return address === ''
    ? null
    : { emailAddress: { name: decodeWords(value.replace(/<.*/u, '').trim()), address } };
}

function instant(text: string | null, otherwise: Date): string {
  const at = text === null ? Number.NaN : Date.parse(text);
  return new Date(Number.isNaN(at) ? otherwise : at).toISOString().replace(/\.\d+Z$/u, 'Z');
}

function resourceOf({ owner, folder, message }: Place): Resource {
  const { bytes, flags, internalDate } = message;
  const subject = headerValue(bytes, 'subject');
  return {
    id: messageId(owner, folder, message.uid),
    subject: subject === null ? null : decodeWords(Buffer.from(subject, 'latin1').toString('utf8')),
    from: fromOf(bytes),
    internetMessageId: headerValue(bytes, 'message-id'),
    sentDateTime: instant(headerValue(bytes, 'date'), internalDate),
    receivedDateTime: instant(null, internalDate),
    createdDateTime: instant(null, internalDate),
    isRead: flags.includes('\\Seen'),
    isDraft: flags.includes('\\Draft'),
    flag: { flagStatus: flags.includes('\\Flagged') ? 'flagged' : 'notFlagged' },
  };
}

const valueOf: Readonly<Record<string, (message: SimMailMessage) => string | null>> = {
  [STAMP]: ({ bytes }) => headerValue(bytes, 'x-skybridge-id'),
  [VERB]: ({ flags }) => (flags.includes('\\Answered') ? '102' : null),
  [SIZE]: ({ bytes }) => String(bytes.length),
};

/** `singleValueExtendedProperties($filter=id eq 'A' or id eq 'B')`. */
function expanded(call: GraphCall, message: SimMailMessage): Resource {
  const expand = call.query.get('$expand');
  if (expand === undefined) {
    return {};
  }
  const [, filter] = /^singleValueExtendedProperties\(\$filter=(.+)\)$/u.exec(expand) ?? [];
  const ids = (filter ?? '')
    .split(' or ')
    .map((part) => /^id eq '([^']+)'$/u.exec(part)?.[1] ?? '');
  const found = ids.flatMap((id) => {
    const read = valueOf[id];
    if (read === undefined) {
      throw badRequest(`Cannot expand '${expand}' here.`);
    }
    const value = read(message);
    return value === null ? [] : [{ id, value }];
  });
  return found.length === 0 ? {} : { singleValueExtendedProperties: found };
}

const shown = (place: Place, call: GraphCall): Resource => ({
  ...select(resourceOf(place), MESSAGE, call.query.get('$select')),
  ...expanded(call, place.message),
});

function list(deps: GraphRouteDeps, call: GraphCall): Resource {
  const owner = requireOwner(deps, call, false);
  const folder = requireFolder(deps, owner, call);
  const address = addressOf(owner);
  const rows = mailOf(deps)
    .messages(address, folder.path)
    // Newest first, as Graph lists mail.
    .toReversed()
    .map((message) => shown({ owner, address, folder, message }, call));
  return page(rows, call, 1000);
}

/** A member of a JSON object; undefined of anything else. */
const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

function change(deps: GraphRouteDeps, call: GraphCall): Resource {
  const place = requireMessage(deps, call, true);
  const flags = new Set(place.message.flags);
  const set = (flag: string, on: boolean): void => {
    flags[on ? 'add' : 'delete'](flag);
  };
  const { isRead, flag, singleValueExtendedProperties: properties } = call.body;
  if (isRead !== undefined) {
    set('\\Seen', isRead === true);
  }
  if (flag !== undefined) {
    const flagStatus = member(flag, 'flagStatus');
    if (flagStatus !== 'flagged' && flagStatus !== 'notFlagged') {
      throw badRequest('Unknown flagStatus.');
    }
    set('\\Flagged', flagStatus === 'flagged');
  }
  for (const property of Array.isArray(properties) ? properties : []) {
    const id = member(property, 'id');
    if (id !== VERB && id !== ICON) {
      throw badRequest(`The property '${String(id)}' cannot be changed.`);
    }
    if (id === VERB) {
      set('\\Answered', member(property, 'value') === '102');
    }
  }
  mailOf(deps).setFlags(place.address, place.folder.path, place.message.uid, [...flags]);
  return shown(place, call);
}

function move(deps: GraphRouteDeps, call: GraphCall): Resource {
  const place = requireMessage(deps, call, true);
  const to = requireFolder(deps, place.owner, call, String(call.body['destinationId']));
  const mail = mailOf(deps);
  const uid = mail.add(place.address, to.path, place.message);
  if (uid === false) {
    throw graphRefusal(507, 'ErrorQuotaExceeded', 'The mailbox is full.');
  }
  mail.remove(place.address, place.folder.path, place.message.uid);
  const message = mail.messages(place.address, to.path).find((one) => one.uid === uid);
  if (message === undefined) {
    throw new Error('the message that was moved is not there');
  }
  return shown({ ...place, folder: to, message }, call);
}

/** Messages of a mailbox, for whoever may read or write mail. */
export function messageRoutes(deps: GraphRouteDeps): readonly GraphRoute[] {
  const common = { roles: null, outlook: true, query: [] } as const;
  return [
    {
      ...common,
      method: 'get',
      path: '/users/:id/mailFolders/:folder/messages',
      operation: 'GET /users/{id}/mailFolders/{id}/messages',
      query: ['$select', '$top', '$skiptoken', '$expand'],
      handle: (call) => ({ status: 200, body: list(deps, call) }),
    },
    {
      ...common,
      method: 'get',
      path: '/users/:id/messages/:message',
      operation: 'GET /users/{id}/messages/{id}',
      query: ['$select', '$expand'],
      handle: (call) => ({ status: 200, body: shown(requireMessage(deps, call, false), call) }),
    },
    {
      ...common,
      method: 'patch',
      path: '/users/:id/messages/:message',
      operation: 'PATCH /users/{id}/messages/{id}',
      body: ['isRead', 'flag', 'singleValueExtendedProperties'],
      handle: (call) => ({ status: 200, body: change(deps, call) }),
    },
    {
      ...common,
      method: 'post',
      path: '/users/:id/messages/:message/move',
      operation: 'POST /users/{id}/messages/{id}/move',
      body: ['destinationId'],
      handle: (call) => ({ status: 201, body: move(deps, call) }),
    },
    {
      ...common,
      method: 'post',
      path: '/users/:id/messages/:message/permanentDelete',
      operation: 'POST /users/{id}/messages/{id}/permanentDelete',
      handle: (call) => {
        const { address, folder, message } = requireMessage(deps, call, true);
        mailOf(deps).remove(address, folder.path, message.uid);
        return { status: 204 };
      },
    },
  ];
}
