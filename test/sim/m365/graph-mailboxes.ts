import { hasReadyMailbox, type SimMailbox, type SimUser } from './directory.ts';
import { type GraphCall, resourceType, select } from './graph-call.ts';
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

/** The user of the path, whose mailbox is there. */
export function requireMailbox(
  deps: GraphRouteDeps,
  call: GraphCall,
): SimUser & { mailbox: SimMailbox } {
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
  ];
}
