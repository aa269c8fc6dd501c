import { AppError, type Disposition } from '../errors.ts';

/** Each code with what the caller can do and what was seen. docs/errors.md explains them to people. */
const MEANINGS = {
  'graph.credential-refused': [
    'ask',
    'Entra ID did not accept the credential of this application.',
  ],
  'graph.credential-expired': [
    'ask',
    'The client secret or certificate of this application has expired.',
  ],
  'graph.credential-unusable': ['ask', 'The certificate file cannot be used to sign in.'],
  'graph.login-url-insecure': [
    'ask',
    'LOGIN_URL must start with https://: credentials are sent to it.',
  ],
  'graph.application-unknown': ['ask', 'The tenant does not know this application.'],
  'graph.tenant-unknown': ['ask', 'Entra ID does not know this tenant.'],
  'graph.sign-in-blocked': ['ask', 'A Conditional Access policy blocks this application.'],
  'graph.sign-in-refused': ['ask', 'The administrator was not signed in.'],
  'graph.resource-unknown': ['ask', 'The tenant has no such service, or it was disabled.'],
  'graph.token-refused': ['ask', 'Entra ID refused to issue a token.'],
  'graph.token-rejected': ['retry', 'Microsoft Graph did not accept the token.'],
  'graph.right-missing': ['ask', 'Microsoft Graph refused for want of a right.'],
  'graph.mailbox-access-restricted': [
    'ask',
    'An application access policy keeps this application out of the mailbox.',
  ],
  'graph.not-found': ['stop', 'Microsoft Graph does not know this object.'],
  'graph.no-mailbox': ['wait', 'There is no cloud mailbox, or not yet.'],
  'graph.usage-location-missing': [
    'ask',
    'The user has no usage location, so no licence can be assigned.',
  ],
  'graph.no-free-licence': ['ask', 'All seats of this licence are taken.'],
  'graph.licence-unknown': ['ask', 'The tenant does not have this licence.'],
  'graph.licence-conflict': ['ask', 'The licence conflicts with one that the user already has.'],
  'graph.licence-not-in-country': [
    'ask',
    'Part of the licence may not be used in the country of the user.',
  ],
  'graph.licence-incomplete': ['ask', 'The licence depends on a service that the user has not.'],
  'graph.licence-failed': ['ask', 'Microsoft 365 could not give the user this licence.'],
  'graph.mailbox-plan-off': ['ask', 'A group gives the licence, with Exchange switched off.'],
  'graph.address-taken': ['ask', 'Another object of the tenant has this address.'],
  'graph.app-not-in-catalogue': ['ask', 'The organisation’s catalogue has no app with this bot.'],
  'graph.folder-exists': ['stop', 'The mailbox has a folder of this name already.'],
  'graph.folder-missing': ['wait', 'The mailbox no longer has the folder.'],
  'graph.item-refused': ['stop', 'Exchange does not take this item as it is.'],
  'graph.item-too-large': ['stop', 'Exchange does not take an item of this size.'],
  'graph.mailbox-full': ['ask', 'The mailbox is full.'],
  'graph.directory-synced': [
    'ask',
    'The user is mastered in the local directory and must be changed there.',
  ],
  'graph.throttled': ['wait', 'Microsoft 365 asked to slow down.'],
  'graph.unreachable': ['wait', 'Microsoft 365 cannot be reached.'],
  'graph.request-refused': ['stop', 'Microsoft Graph refused the request.'],
  'graph.unexpected-answer': ['stop', 'Microsoft Graph answered in a shape that is not known.'],
  'graph.failed': ['wait', 'Microsoft Graph failed.'],
  'exchange-admin.token-rejected': ['retry', 'Exchange did not accept the token.'],
  'exchange-admin.right-missing': ['ask', 'Exchange refused for want of a right.'],
  'exchange-admin.cmdlet-unknown': [
    'ask',
    'The Exchange role of this application does not include the cmdlet.',
  ],
  'exchange-admin.parameter-unknown': [
    'ask',
    'The Exchange role of this application does not include the parameter.',
  ],
  'exchange-admin.outside-scope': [
    'ask',
    'The mailbox is outside of the group that this application may change.',
  ],
  'exchange-admin.not-customized': ['ask', 'The tenant still shares its Exchange configuration.'],
  'exchange-admin.object-not-found': ['wait', 'Exchange does not know this mailbox, or not yet.'],
  'exchange-admin.trustee-unknown': ['ask', 'Exchange does not know this application.'],
  'exchange-admin.already-exists': ['stop', 'Exchange already has this object.'],
  'exchange-admin.throttled': ['wait', 'Exchange asked to slow down.'],
  'exchange-admin.unreachable': ['wait', 'Exchange cannot be reached.'],
  'exchange-admin.request-refused': ['stop', 'Exchange refused the request.'],
  'exchange-admin.unexpected-answer': ['stop', 'Exchange answered in a shape that is not known.'],
  'exchange-admin.failed': ['wait', 'Exchange failed.'],
} as const satisfies Readonly<Record<string, readonly [Disposition, string]>>;

/** Codes of everything that Graph, Exchange's admin endpoint and the token endpoint can answer. */
export type M365ErrorCode = keyof typeof MEANINGS;

/** For the test that holds docs/errors.md to this table. */
export const M365_ERROR_CODES: readonly string[] = Object.keys(MEANINGS);

export interface M365ErrorFacts {
  /** HTTP status; null when no answer came. */
  readonly status?: number | null;
  /** `Request_ResourceNotFound`, `AADSTS7000215`, an Exchange exception's name. */
  readonly serverCode?: string | null;
  /** What to quote to Microsoft's support. */
  readonly requestId?: string | null;
  /** The server's own words. They may hold addresses: shown to an admin, never logged. */
  readonly serverText?: string | null;
  readonly retryAfter?: Date | null;
  readonly cause?: unknown;
}

/** Microsoft 365 refused, failed or could not be reached; `code` says which. */
export class M365Error extends AppError {
  override readonly name = 'M365Error';
  readonly code: M365ErrorCode;
  readonly disposition: Disposition;
  override readonly retryAfter: Date | null;
  readonly status: number | null;
  readonly serverCode: string | null;
  readonly requestId: string | null;
  /** Private, so that no serialiser of errors finds it. */
  readonly #serverText: string | null;

  constructor(code: M365ErrorCode, facts: M365ErrorFacts = {}) {
    const [disposition, text] = MEANINGS[code];
    super(text, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.disposition = disposition;
    this.retryAfter = facts.retryAfter ?? null;
    this.status = facts.status ?? null;
    this.serverCode = facts.serverCode ?? null;
    this.requestId = facts.requestId ?? null;
    this.#serverText = facts.serverText ?? null;
  }

  /** The server's own words, for an admin's eyes; null where there are none. */
  get serverText(): string | null {
    return this.#serverText;
  }
}

/** True for an M365Error with one of the given codes. */
export function isM365Error(
  error: unknown,
  ...codes: readonly M365ErrorCode[]
): error is M365Error {
  return error instanceof M365Error && (codes.length === 0 || codes.includes(error.code));
}
