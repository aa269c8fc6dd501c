/** Mail folders over Graph: what it lists, makes and tells of their class (PidTagContainerClass, 0x3613). */
import type { SimMailFolder } from './directory.ts';
import { hasApplicationRole } from './exchange-rbac.ts';
import { type GraphCall, page, type Resource, type ResourceType, select } from './graph-call.ts';
import { badRequest, graphRefusal } from './graph-errors.ts';
import { requireMailbox } from './graph-mailboxes.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';
import { foldersOf, type Owner, WELL_KNOWN } from './mail-folders.ts';

const BY_DEFAULT = [
  'id',
  'displayName',
  'parentFolderId',
  'childFolderCount',
  'unreadItemCount',
  'totalItemCount',
  'isHidden',
];
const FOLDER: ResourceType = {
  name: 'microsoft.graph.mailFolder',
  properties: [...BY_DEFAULT, 'sizeInBytes'],
  byDefault: BY_DEFAULT,
};

const CLASS_OF_FOLDER = "singleValueExtendedProperties($filter=id eq 'String 0x3613')";

const isMail = ({ folderClass }: SimMailFolder): boolean =>
  folderClass === '' || /^IPF\.(?:Note|Imap)\b/.test(folderClass);
const parentOf = (path: string): string => path.split('/').slice(0, -1).join('/');
export const idOf = (owner: Owner, key: string | number): string =>
  Buffer.from(`${owner.mailbox.exchangeGuid}/${key}`).toString('base64url');

function resourceOf(owner: Owner, folder: SimMailFolder, all: readonly SimMailFolder[]): Resource {
  const parent = all.find(({ path }) => path === parentOf(folder.path));
  return {
    id: idOf(owner, folder.number),
    displayName: folder.path === 'INBOX' ? 'Inbox' : folder.path.split('/').at(-1),
    parentFolderId: idOf(owner, parent?.number ?? 'msgfolderroot'),
    childFolderCount: all.filter(({ path }) => parentOf(path) === folder.path).length,
    unreadItemCount: 0,
    totalItemCount: folder.messages,
    sizeInBytes: 0,
    isHidden: false,
  };
}

/** A folder with what the request selected and expanded. */
function shown(
  owner: Owner,
  folder: SimMailFolder,
  all: readonly SimMailFolder[],
  call: GraphCall,
): Resource {
  const expand = call.query.get('$expand');
  if (expand !== undefined && expand !== CLASS_OF_FOLDER) {
    throw badRequest(`Cannot expand '${expand}' here.`);
  }
  const resource = select(resourceOf(owner, folder, all), FOLDER, call.query.get('$select'));
  return expand === undefined || folder.folderClass === ''
    ? resource
    : {
        ...resource,
        singleValueExtendedProperties: [{ id: 'String 0x3613', value: folder.folderClass }],
      };
}

/** Rights of the token and of RBAC for Applications are a union; a token does not show the latter. */
export function requireOwner(deps: GraphRouteDeps, call: GraphCall, writes: boolean): Owner {
  const owner = requireMailbox(deps, call);
  const application = deps.directory.applications.find(
    ({ clientId }) => clientId === call.claims.clientId,
  );
  const writing = ['Mail.ReadWrite'];
  const roles = writes ? writing : [...writing, 'Mail.ReadBasic.All', 'Mail.Read'];
  const inExchange = roles.map((role) => `Application ${role}`);
  const isGranted =
    roles.some((role) => call.claims.roles.includes(role)) ||
    (application !== undefined &&
      hasApplicationRole(deps.directory, application, inExchange, owner.id));
  if (!isGranted) {
    throw graphRefusal(
      403,
      'ErrorAccessDenied',
      'Access is denied. Check credentials and try again.',
    );
  }
  return owner;
}

export function requireFolder(
  deps: GraphRouteDeps,
  owner: Owner,
  call: GraphCall,
  key = call.params['folder'] ?? '',
): SimMailFolder {
  const wellKnown = WELL_KNOWN[key.toLowerCase()];
  const found = foldersOf(deps, owner).find(
    (folder) => folder.path === wellKnown || idOf(owner, folder.number) === key,
  );
  if (found === undefined || !isMail(found)) {
    throw graphRefusal(
      404,
      'ErrorItemNotFound',
      'The specified object was not found in the store.',
    );
  }
  return found;
}

function list(deps: GraphRouteDeps, call: GraphCall, owner: Owner, parent: string): Resource {
  const all = foldersOf(deps, owner);
  const rows = all
    .filter((folder) => parentOf(folder.path) === parent && isMail(folder))
    .map((folder) => shown(owner, folder, all, call));
  return page(rows, call, 999);
}

function create(
  deps: GraphRouteDeps,
  call: GraphCall,
  owner: Owner,
  parent: string,
): { status: number; body: Resource } {
  const { directory, journal } = deps;
  const name = call.body['displayName'];
  if (typeof name !== 'string' || name === '' || name.length > 255 || name.includes('/')) {
    // Exchange takes a slash, and hides the folder from IMAP: whoever writes by IMAP must not make one.
    throw badRequest('displayName is no name of a mail folder.');
  }
  const path = parent === '' ? name : `${parent}/${name}`;
  const fold = (text: string): string => text.toLowerCase();
  if (foldersOf(deps, owner).some((folder) => fold(folder.path) === fold(path))) {
    throw graphRefusal(
      409,
      'ErrorFolderExists',
      'A folder with the specified name already exists.',
    );
  }
  if (directory.mailFolders === null) {
    throw new Error('no mail server takes part');
  }
  directory.mailFolders.create(owner.mail ?? owner.userPrincipalName, path, 'IPF.Note');
  journal.changes.push({
    operation: 'POST mailFolder',
    target: owner.userPrincipalName,
    before: '',
    after: path,
  });
  const all = foldersOf(deps, owner);
  const made = all.find((folder) => folder.path === path);
  if (made === undefined) {
    throw new Error('the folder that was made is not there');
  }
  return { status: 201, body: select(resourceOf(owner, made, all), FOLDER, undefined) };
}

/** What Graph shows and makes of a mailbox's folders. */
export function mailFolderRoutes(deps: GraphRouteDeps): readonly GraphRoute[] {
  const common = { roles: null, outlook: true } as const;
  const reading = {
    ...common,
    method: 'get',
    query: ['$select', '$top', '$skiptoken', '$expand'],
  } as const;
  const writing = {
    ...common,
    method: 'post',
    query: [],
    body: ['displayName', 'isHidden'],
  } as const;
  return [
    {
      ...reading,
      path: '/users/:id/mailFolders',
      operation: 'GET /users/{id}/mailFolders',
      handle: (call) => ({
        status: 200,
        body: list(deps, call, requireOwner(deps, call, false), ''),
      }),
    },
    {
      ...writing,
      path: '/users/:id/mailFolders',
      operation: 'POST /users/{id}/mailFolders',
      handle: (call) => create(deps, call, requireOwner(deps, call, true), ''),
    },
    {
      ...reading,
      path: '/users/:id/mailFolders/:folder',
      operation: 'GET /users/{id}/mailFolders/{id}',
      query: ['$select', '$expand'],
      handle: (call) => {
        const owner = requireOwner(deps, call, false);
        const folder = requireFolder(deps, owner, call);
        return { status: 200, body: shown(owner, folder, foldersOf(deps, owner), call) };
      },
    },
    {
      ...common,
      method: 'delete',
      path: '/users/:id/mailFolders/:folder',
      operation: 'DELETE /users/{id}/mailFolders/{id}',
      query: [],
      handle: (call) => {
        const owner = requireOwner(deps, call, true);
        const { path } = requireFolder(deps, owner, call);
        if (Object.values(WELL_KNOWN).includes(path) || deps.directory.mailFolders === null) {
          throw badRequest('A default folder cannot be deleted.');
        }
        deps.directory.mailFolders.drop(owner.mail ?? owner.userPrincipalName, path);
        return { status: 204 };
      },
    },
    {
      ...reading,
      path: '/users/:id/mailFolders/:folder/childFolders',
      operation: 'GET /users/{id}/mailFolders/{id}/childFolders',
      handle: (call) => {
        const owner = requireOwner(deps, call, false);
        const { path } = requireFolder(deps, owner, call);
        return { status: 200, body: list(deps, call, owner, path) };
      },
    },
    {
      ...writing,
      path: '/users/:id/mailFolders/:folder/childFolders',
      operation: 'POST /users/{id}/mailFolders/{id}/childFolders',
      handle: (call) => {
        const owner = requireOwner(deps, call, true);
        return create(deps, call, owner, requireFolder(deps, owner, call).path);
      },
    },
  ];
}
