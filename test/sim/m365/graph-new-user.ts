import { addUser, findUser, type SimUser } from './directory.ts';
import type { GraphCall } from './graph-call.ts';
import { badRequest, graphRefusal } from './graph-errors.ts';
import type { GraphRouteDeps } from './graph-routes.ts';

/** All of them are needed, but for the usage location. */
export const NEW_USER = [
  'accountEnabled',
  'displayName',
  'mailNickname',
  'userPrincipalName',
  'usageLocation',
  'passwordProfile',
];

const refuse = (message: string): Error => graphRefusal(400, 'Request_BadRequest', message);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Three of four kinds of signs, eight at least. Believed: the wording. */
function checkPassword(profile: unknown): void {
  if (!isRecord(profile) || profile['forceChangePasswordNextSignIn'] !== true) {
    throw badRequest("A new user's passwordProfile must force a change at the next sign-in here.");
  }
  const password = textOf(profile['password']);
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password));
  if (password.length < 8 || kinds.length < 3) {
    throw refuse('The specified password does not comply with password complexity requirements.');
  }
}

/** Makes a user, as Graph does: no licence, no mailbox, and never two with one sign-in name. */
export function createUser({ directory, journal }: GraphRouteDeps, call: GraphCall): SimUser {
  const { body } = call;
  const displayName = textOf(body['displayName']);
  const signIn = textOf(body['userPrincipalName']);
  const [alias = '', domain] = signIn.split('@');
  if (
    body['accountEnabled'] !== true ||
    displayName === '' ||
    textOf(body['mailNickname']) === ''
  ) {
    throw refuse('A required property is missing.');
  }
  if (domain !== directory.domain) {
    throw refuse('The domain portion of the userPrincipalName property is invalid.');
  }
  checkPassword(body['passwordProfile']);
  // Believed: the wording.
  if (findUser(directory, signIn) !== undefined) {
    throw refuse(
      'Another object with the same value for property userPrincipalName already exists.',
    );
  }
  journal.changes.push({
    operation: 'POST /users',
    target: signIn,
    before: 'nobody',
    after: `${displayName}, usageLocation ${textOf(body['usageLocation']) || 'none'}`,
  });
  return addUser(directory, {
    alias,
    displayName,
    usageLocation: textOf(body['usageLocation']) || null,
    createdAtMs: directory.now(),
  });
}
