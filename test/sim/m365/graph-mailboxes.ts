import { hasReadyMailbox, type SimMailbox, type SimUser } from './directory.ts';
import {
  type GraphCall,
  page,
  type Resource,
  type ResourceType,
  resourceType,
  select,
} from './graph-call.ts';
import { graphRefusal, noMailbox } from './graph-errors.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import { requireUser } from './graph-users.ts';

const SETTINGS = resourceType('microsoft.graph.mailboxSettings', [
  'archiveFolder',
  'timeZone',
  'language',
  'dateFormat',
  'timeFormat',
  'userPurpose',
]);

const FOLDER: ResourceType = {
  name: 'microsoft.graph.mailFolder',
  properties: [
    'id',
    'displayName',
    'parentFolderId',
    'childFolderCount',
    'unreadItemCount',
    'totalItemCount',
    'sizeInBytes',
    'isHidden',
  ],
  byDefault: [
    'id',
    'displayName',
    'parentFolderId',
    'childFolderCount',
    'unreadItemCount',
    'totalItemCount',
    'isHidden',
  ],
};

const FOLDERS = [
  ['inbox', 'Inbox'],
  ['drafts', 'Drafts'],
  ['sentitems', 'Sent Items'],
  ['deleteditems', 'Deleted Items'],
  ['junkemail', 'Junk Email'],
  ['archive', 'Archive'],
] as const;

const folderResource = (
  mailbox: SimMailbox,
  wellKnownName: string,
  displayName: string,
): Resource => ({
  id: Buffer.from(`${mailbox.exchangeGuid}/${wellKnownName}`).toString('base64url'),
  displayName,
  parentFolderId: Buffer.from(`${mailbox.exchangeGuid}/msgfolderroot`).toString('base64url'),
  childFolderCount: 0,
  unreadItemCount: 0,
  totalItemCount: wellKnownName === 'inbox' ? mailbox.itemCount : 0,
  sizeInBytes: wellKnownName === 'inbox' ? mailbox.usedBytes : 0,
  isHidden: false,
});

function requireMailbox(deps: GraphRouteDeps, call: GraphCall): SimUser & { mailbox: SimMailbox } {
  const user = requireUser(deps.directory, call);
  if (deps.quirks.applicationAccessPolicy) {
    throw graphRefusal(403, 'ErrorAccessDenied', 'Access to OData is disabled.');
  }
  if (!hasReadyMailbox(deps.directory, user)) {
    throw noMailbox(deps.quirks.noMailboxWording);
  }
  return user;
}

/** What Graph shows of a mailbox: enough to tell that it is there, and whose it is. */
export function mailboxRoutes(deps: GraphRouteDeps): readonly GraphRoute[] {
  const mailRoles = ['Mail.ReadBasic.All', 'Mail.Read', 'Mail.ReadWrite'];
  return [
    {
      method: 'get',
      path: '/users/:id/mailboxSettings',
      operation: 'GET /users/{id}/mailboxSettings',
      roles: ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
      query: ['$select'],
      outlook: true,
      handle: (call) => {
        const { mailbox } = requireMailbox(deps, call);
        return {
          status: 200,
          body: select(
            {
              archiveFolder: null,
              timeZone: 'W. Europe Standard Time',
              language: { locale: 'de-DE', displayName: 'German (Germany)' },
              dateFormat: 'dd.MM.yyyy',
              timeFormat: 'HH:mm',
              userPurpose: mailbox.userPurpose,
            },
            SETTINGS,
            call.query.get('$select'),
          ),
        };
      },
    },
    {
      method: 'get',
      path: '/users/:id/mailFolders',
      operation: 'GET /users/{id}/mailFolders',
      roles: mailRoles,
      query: ['$select', '$top', '$skiptoken'],
      outlook: true,
      handle: (call) => {
        const { mailbox } = requireMailbox(deps, call);
        const rows = FOLDERS.map(([wellKnownName, displayName]) =>
          select(
            folderResource(mailbox, wellKnownName, displayName),
            FOLDER,
            call.query.get('$select'),
          ),
        );
        return { status: 200, body: page(rows, call, 999) };
      },
    },
    {
      method: 'get',
      path: '/users/:id/mailFolders/:folder',
      operation: 'GET /users/{id}/mailFolders/{id}',
      roles: mailRoles,
      query: ['$select'],
      outlook: true,
      handle: (call) => {
        const { mailbox } = requireMailbox(deps, call);
        const wanted = FOLDERS.find(
          ([wellKnownName]) => wellKnownName === call.params['folder']?.toLowerCase(),
        );
        if (wanted === undefined) {
          throw graphRefusal(
            404,
            'ErrorItemNotFound',
            'The specified object was not found in the store.',
          );
        }
        return {
          status: 200,
          body: select(
            folderResource(mailbox, wanted[0], wanted[1]),
            FOLDER,
            call.query.get('$select'),
          ),
        };
      },
    },
  ];
}
