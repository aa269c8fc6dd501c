import { expect, test } from 'vitest';
import { graphError } from '../../../src/graph/graph-error.ts';
import { readServerText } from '../../../src/graph/server-text.ts';

/** Words of Microsoft's, as they were found (or are believed, where the table says so). */
test.each([
  ['AADSTS7000222', 'graph.credential-expired'],
  ['AADSTS700024', 'graph.credential-expired'],
  ['AADSTS7000215', 'graph.credential-refused'],
  ['AADSTS700027', 'graph.credential-refused'],
  ['AADSTS700213', 'graph.credential-refused'],
  ['AADSTS700016', 'graph.application-unknown'],
  ['AADSTS90002', 'graph.tenant-unknown'],
  ['AADSTS53003', 'graph.sign-in-blocked'],
  ['AADSTS500011', 'graph.resource-unknown'],
  ['AADSTS65004', 'graph.sign-in-refused'],
  ['AADSTS70043', 'graph.sign-in-refused'],
  ['AADSTS90094', 'graph.sign-in-refused'],
  ['access_denied', 'graph.sign-in-refused'],
  ['AADSTS90099', null],
])('sign-in: %s is %s', (serverCode, code) => {
  expect(readServerText('token', serverCode, '')).toBe(code);
});

const EXCLUSIVE = 'service plans a, b are mutually exclusive: MutuallyExclusiveViolation.';

test.each([
  [
    404,
    'MailboxNotEnabledForRESTAPI',
    'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
    'graph.no-mailbox',
  ],
  [
    404,
    'MailboxNotEnabledForRESTAPI',
    'REST API is not yet supported for this mailbox.',
    'graph.no-mailbox',
  ],
  [404, 'MailboxNotSupportedForRESTAPI', 'Not supported.', 'graph.no-mailbox'],
  [404, 'ResourceNotFound', 'Resource could not be discovered.', 'graph.no-mailbox'],
  [404, 'ResourceNotFound', 'Something else.', 'graph.not-found'],
  [404, 'ErrorInvalidUser', "The requested user 'x' is invalid.", 'graph.not-found'],
  [404, 'Request_ResourceNotFound', "Resource 'x' does not exist.", 'graph.not-found'],
  [403, 'ErrorAccessDenied', 'Access to OData is disabled.', 'graph.mailbox-access-restricted'],
  [403, 'ErrorAccessDenied', 'Access is denied. Check credentials.', 'graph.right-missing'],
  [403, 'Authorization_RequestDenied', 'Insufficient privileges.', 'graph.right-missing'],
  [401, 'InvalidAuthenticationToken', 'Lifetime validation failed.', 'graph.token-rejected'],
  [
    429,
    'ApplicationThrottled',
    'Application is over its MailboxConcurrency limit.',
    'graph.throttled',
  ],
  [
    400,
    'Request_BadRequest',
    'License assignment cannot be done for user with invalid usage location.',
    'graph.usage-location-missing',
  ],
  [
    400,
    'Request_BadRequest',
    'Subscription with SKU 3b555118 does not have any available licenses.',
    'graph.no-free-licence',
  ],
  [
    400,
    'Request_BadRequest',
    'License 3b555118 does not correspond to a valid company License.',
    'graph.licence-unknown',
  ],
  [400, 'Request_BadRequest', EXCLUSIVE, 'graph.licence-conflict'],
  [400, 'Request_BadRequest', 'User has already been assigned it.', 'graph.licence-conflict'],
  [400, 'Request_BadRequest', 'CountViolation', 'graph.no-free-licence'],
  [400, 'Request_BadRequest', 'MutuallyExclusiveViolation', 'graph.licence-conflict'],
  [400, 'Request_BadRequest', 'ProhibitedInUsageLocationViolation', 'graph.licence-not-in-country'],
  [400, 'Request_BadRequest', 'DependencyViolation', 'graph.licence-incomplete'],
  [400, 'Request_BadRequest', 'UniquenessViolation', 'graph.address-taken'],
  [
    400,
    'Request_BadRequest',
    'Another object with the same value for property userPrincipalName already exists.',
    'graph.address-taken',
  ],
  [
    400,
    'Request_BadRequest',
    'Unable to update the specified properties for on-premises mastered Directory Sync objects.',
    'graph.directory-synced',
  ],
  [400, 'BadRequest', 'Something new.', 'graph.request-refused'],
  [413, '', 'Request Entity Too Large', 'graph.request-refused'],
  [500, 'generalException', 'Something new.', 'graph.failed'],
])('Graph: %i %s, “%s”, is %s', (status, serverCode, message, code) => {
  const error = graphError(status, { error: { code: serverCode, message } });
  expect(error).toMatchObject({ code, status, serverText: message });
});

test.each([
  ["object 'x' couldn't be found.", 'exchange-admin.object-not-found'],
  [
    "|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|object 'x' couldn't be found on 'DC'.",
    'exchange-admin.object-not-found',
  ],
  ['User or group "x" wasn\'t found.', 'exchange-admin.trustee-unknown'],
  [
    "The term 'Set-CASMailbox' is not recognized as the name of a cmdlet, function or file.",
    'exchange-admin.cmdlet-unknown',
  ],
  [
    "A parameter cannot be found that matches parameter name 'ImapEnabled'.",
    'exchange-admin.parameter-unknown',
  ],
  ['The object "x" already exists.', 'exchange-admin.already-exists'],
  [
    "The role assigned to application x isn't supported in this scenario.",
    'exchange-admin.right-missing',
  ],
  [
    `The operation on mailbox "Bert" failed because it's out of the current user's write scope. 'Bert' isn't within your current write scopes. Can't perform save operation.`,
    'exchange-admin.outside-scope',
  ],
  // The same beginning, of an object that a local directory masters: another matter.
  [
    `The operation on mailbox "Bert" failed because it's out of the current user's write scope. The action 'Set-Mailbox' can't be performed on the object because the object is being synchronized from your on-premises organization.`,
    null,
  ],
  [
    "The command you tried to run isn't currently allowed in your organization. To run this command, you first need to run the command: Enable-OrganizationCustomization.",
    'exchange-admin.not-customized',
  ],
  ['The recipient "x" is already a member of the group "y".', 'exchange-admin.already-exists'],
  ['Something new.', null],
])('Exchange: “%s” is %s', (message, code) => {
  expect(readServerText('exchange', 'BadRequest', message)).toBe(code);
});
