import { type Directory, findMailboxUser, type SimApplication } from './directory.ts';
import type { TokenAuthority } from './tokens.ts';

/**
 * What the IMAP server makes of an XOAUTH2 login. `refused`: NO AUTHENTICATE failed ·
 * `not-connected`: the login is accepted and every command after it is not.
 */
export type ImapTokenVerdict = 'ok' | 'refused' | 'not-connected';

/** Exchange knows the application by the object id it really has; a wrong one is a known trap. */
function isRegistered(directory: Directory, application: SimApplication): boolean {
  return directory.exchangeServicePrincipals.some(
    (principal) =>
      principal.appId === application.clientId && principal.objectId === application.objectId,
  );
}

export async function verifyImapToken(
  deps: { readonly directory: Directory; readonly tokens: TokenAuthority },
  user: string,
  token: string,
): Promise<ImapTokenVerdict> {
  const { directory, tokens } = deps;
  const check = await tokens.check(token, 'https://outlook.office365.com');
  if (check.kind === 'refused' || !check.claims.roles.includes('IMAP.AccessAsApp')) {
    return 'refused';
  }
  const application = directory.applications.find(
    (known) => known.clientId === check.claims.clientId,
  );
  if (application === undefined || !isRegistered(directory, application)) {
    return 'refused';
  }
  // IMAP takes an address or a sign-in name, not the ids that cmdlets take.
  const mailbox = user.includes('@') ? findMailboxUser(directory, user)?.mailbox : undefined;
  const granted = mailbox?.permissions.some(
    (permission) =>
      permission.userId === application.objectId &&
      permission.accessRights.includes('FullAccess') &&
      permission.effectiveAtMs <= directory.now(),
  );
  return granted === true && mailbox?.imapEnabled === true ? 'ok' : 'not-connected';
}
