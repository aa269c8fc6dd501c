/** What imapflow, TLS and the system throw while connecting, as typed errors. */
import {
  ConnectionLostError,
  type ImapError,
  ImapTimeoutError,
  ProtocolViolationError,
  TlsMissingError,
  TlsUntrustedError,
  UnreachableError,
} from './errors.ts';
import { classifyAnswer } from './profiles/classify-answer.ts';
import type { ImapProfile, ServerAnswer } from './profiles/profile.ts';

interface ThrownFacts {
  readonly code?: unknown;
  readonly authenticationFailed?: unknown;
  readonly serverResponseCode?: unknown;
  readonly responseStatus?: unknown;
  readonly responseText?: unknown;
  readonly response?: unknown;
  readonly reason?: unknown;
}

const UNREACHABLE: readonly string[] = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_NODATA',
];
const TIMEOUT: readonly string[] = [
  'CONNECT_TIMEOUT',
  'GREETING_TIMEOUT',
  'UPGRADE_TIMEOUT',
  'ETIMEOUT',
  'ETIMEDOUT',
];
/** OpenSSL's verify codes as Node names them, and Node's own. */
const UNTRUSTED =
  /^(?:ERR_TLS_CERT_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH)/;
const NO_TLS = /^(?:ERR_SSL_|EPROTO|STARTTLS_)/;
/** What imapflow says, without a code, when STARTTLS is required and not offered. */
const STARTTLS_MISSING = /STARTTLS/;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function toTransportError(code: string, error: unknown): ImapError | null {
  const cause = { cause: error };
  if (UNREACHABLE.includes(code)) {
    return new UnreachableError(cause);
  }
  if (TIMEOUT.includes(code)) {
    return new ImapTimeoutError(cause);
  }
  if (UNTRUSTED.test(code)) {
    return new TlsUntrustedError(cause);
  }
  const message = error instanceof Error ? error.message : '';
  if (NO_TLS.test(code) || STARTTLS_MISSING.test(message)) {
    return new TlsMissingError(cause);
  }
  return code.startsWith('ParserError') || code.endsWith('TooLarge')
    ? new ProtocolViolationError('unreadable-response', cause)
    : null;
}

/** What the server itself said in a NO or BAD; null where the failure was another. */
function toAnswer(facts: ThrownFacts, now: Date): ServerAnswer | null {
  const status = facts.responseStatus === 'BAD' ? 'BAD' : 'NO';
  const refused =
    facts.authenticationFailed === true ||
    facts.responseStatus === 'NO' ||
    facts.responseStatus === 'BAD';
  const code = text(facts.serverResponseCode).toUpperCase() || null;
  const said = text(facts.responseText) || text(facts.response);
  return refused ? { status, code, text: said, moment: 'login', now } : null;
}

/** The server's own words come first: imapflow marks `[UNAVAILABLE]` as a failed authentication too. */
export function toConnectError(error: unknown, profile: ImapProfile, now: Date): ImapError {
  const facts: ThrownFacts = typeof error === 'object' && error !== null ? error : {};
  const answer = toAnswer(facts, now);
  if (answer) {
    return classifyAnswer(profile, answer);
  }
  const transport = toTransportError(text(facts.code), error);
  const bye = text(facts.reason);
  if (transport || bye === '') {
    return transport ?? new ConnectionLostError({ cause: error });
  }
  // imapflow keeps the text of a BYE, without its response code.
  return classifyAnswer(profile, { status: 'BYE', code: null, text: bye, moment: 'login', now });
}
