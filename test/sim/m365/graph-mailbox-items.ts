/** Import and export of mailbox items: the part of it that is Graph's own. The import URL is another service's. */
import { hasReadyMailbox } from './directory.ts';
import type { GraphCall, Resource } from './graph-call.ts';
import { badRequest, graphRefusal } from './graph-errors.ts';
import { requireMailbox } from './graph-mailboxes.ts';
import { findMessage } from './graph-messages.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import type { ImportSessions } from './import-service.ts';
import type { Owner } from './mail-folders.ts';
import { itemOfMime, writeSimStream } from './stream/write-stream.ts';

const MOST_EXPORTED = 20;

type ItemRouteDeps = GraphRouteDeps & { readonly imports: ImportSessions };

const mailboxIdOf = (tenantId: string, { mailbox }: Owner): string =>
  `MBX:${mailbox.exchangeGuid}@${tenantId}`;

function requireMailboxId(deps: GraphRouteDeps, call: GraphCall): Owner {
  const { directory } = deps;
  const owner = directory.users
    .filter((user): user is Owner => hasReadyMailbox(directory, user))
    .find((user) => mailboxIdOf(directory.tenantId, user) === call.params['mailbox']);
  if (owner === undefined) {
    throw graphRefusal(404, 'ErrorNonExistentMailbox', 'No mailbox with such guid.');
  }
  return owner;
}

function exportItems(deps: ItemRouteDeps, call: GraphCall): Resource {
  const owner = requireMailboxId(deps, call);
  const { itemIds } = call.body;
  if (!Array.isArray(itemIds) || itemIds.length === 0 || itemIds.length > MOST_EXPORTED) {
    throw badRequest(`itemIds takes 1 to ${MOST_EXPORTED} ids.`);
  }
  return {
    value: itemIds.map((id: unknown) => {
      const place = findMessage(deps, owner, String(id));
      if (place === null) {
        const error = { code: 'ErrorItemNotFound', message: 'The specified object was not found.' };
        return { itemId: id, error };
      }
      const item = place.message.item ?? itemOfMime(place.message);
      const stream = writeSimStream(item, deps.imports.limits.exportBufferBytes);
      return { itemId: id, changeKey: 'CQAAABYA', data: stream.toString('base64') };
    }),
  };
}

export function mailboxItemRoutes(deps: ItemRouteDeps): readonly GraphRoute[] {
  const common = { outlook: true, query: [] } as const;
  return [
    {
      ...common,
      method: 'get',
      path: '/users/:id/settings/exchange',
      operation: 'GET /users/{id}/settings/exchange',
      // Believed: which rights suffice is not in the stored documentation.
      roles: ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
      handle: (call) => ({
        status: 200,
        body: {
          primaryMailboxId: mailboxIdOf(deps.directory.tenantId, requireMailbox(deps, call)),
        },
      }),
    },
    {
      ...common,
      method: 'post',
      path: '/admin/exchange/mailboxes/:mailbox/createImportSession',
      operation: 'POST /admin/exchange/mailboxes/{id}/createImportSession',
      roles: ['MailboxItem.ImportExport.All'],
      handle: (call) => ({ status: 201, body: deps.imports.open(requireMailboxId(deps, call)) }),
    },
    {
      ...common,
      method: 'post',
      path: '/admin/exchange/mailboxes/:mailbox/exportItems',
      operation: 'POST /admin/exchange/mailboxes/{id}/exportItems',
      roles: ['MailboxItem.ImportExport.All', 'MailboxItem.Export.All'],
      body: ['itemIds'],
      handle: (call) => ({ status: 200, body: exportItems(deps, call) }),
    },
  ];
}
