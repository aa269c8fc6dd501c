import type { Clock } from '../../clock.ts';
import { type Finding, type FindingFacts, findingsOf } from '../../graph/doctor/finding.ts';
import { readRegistration } from '../../graph/doctor/registration.ts';
import { isM365Error } from '../../graph/errors.ts';
import type { M365 } from '../../graph/m365.ts';
import { connectImap } from '../../imap/connect.ts';
import { ImapError, LoginRefusedError, NotConnectedError } from '../../imap/errors.ts';
import type { Logger } from '../../log.ts';
import type { ImapServer } from './account-openers.ts';

const say = findingsOf('imap-login');

export interface LoginCheckDeps {
  readonly m365: M365;
  /** Where the mailboxes of the tenant are. */
  readonly server: ImapServer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** No mailbox was named, so the right to use IMAP is not proven. */
export function loginNotTried(): Finding {
  return say('check.imap-login.not-tried', 'unknown');
}

/**
 * Logs in to a mailbox over IMAP with our own token, opens no folder and hangs up. Exchange says little
 * about a refusal; what it does say decides what is looked at next.
 */
export async function checkLogin(
  deps: LoginCheckDeps,
  mailbox: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { m365, server, clock, logger } = deps;
  const token = await m365.tokens.getToken('exchange', signal);
  try {
    const credential = { kind: 'access-token', token } as const;
    const input = { ...server, user: mailbox, credential, clock, logger };
    const link = await connectImap(input, signal);
    link.sockets.writeSocket.destroy();
    return [say('check.imap-login', 'ok', { mailbox })];
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LoginRefusedError) {
      return [await whyRefused(m365, { mailbox }, error, signal)];
    }
    if (error instanceof NotConnectedError) {
      return whyNotConnected(m365, mailbox, error, signal);
    }
    if (error instanceof ImapError) {
      const facts = { mailbox, problem: error.code };
      // imapflow keeps of a throttle how long it is, and not its words.
      const until =
        error.retryAfter === null ? null : `wait until ${error.retryAfter.toISOString()}`;
      const raw = error.serverText ?? until;
      return [say('check.imap-login.unanswered', 'unknown', facts, { raw })];
    }
    throw error;
  }
}

/** `NO AUTHENTICATE failed.`: the token itself is of no use. A missing right comes first, then a wrong entry. */
async function whyRefused(
  { rights, servicePrincipal }: M365,
  facts: FindingFacts,
  { serverText: raw }: LoginRefusedError,
  signal: AbortSignal,
): Promise<Finding> {
  const { roles } = await rights.identity('exchange', signal);
  if (!roles.includes('IMAP.AccessAsApp')) {
    return say('check.imap-login.no-right', 'failed', facts, { raw });
  }
  const state = await orNull(readRegistration({ rights, servicePrincipal }, signal), signal);
  return state !== null && state.kind !== 'registered'
    ? say('check.imap-login.not-registered', 'failed', facts, { raw })
    : say('check.imap-login.refused', 'failed', facts, { raw });
}

/**
 * `BAD User is authenticated but not connected.`: the token is good, so the right works, and this mailbox
 * is closed to us. That IMAP switched off closes it too is believed.
 */
async function whyNotConnected(
  { imapSwitch, mailboxAccess }: M365,
  mailbox: string,
  { serverText: raw }: NotConnectedError,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const facts = { mailbox };
  try {
    const [isOn, isGranted] = await Promise.all([
      imapSwitch.isEnabled(mailbox, signal),
      mailboxAccess.isGranted(mailbox, signal),
    ]);
    if (isOn && isGranted) {
      return [say('check.imap-login.not-yet', 'warning', facts, { raw, believed: true })];
    }
    return [
      ...(isOn
        ? []
        : [say('check.imap-login.imap-off', 'warning', facts, { raw, believed: true })]),
      ...(isGranted ? [] : [say('check.imap-login.no-access', 'warning', facts, { raw })]),
    ];
  } catch (error) {
    signal.throwIfAborted();
    return [
      isM365Error(error, 'exchange-admin.object-not-found')
        ? say('check.imap-login.no-mailbox', 'failed', facts, { raw })
        : say('check.imap-login.not-connected', 'failed', facts, { raw }),
    ];
  }
}

/** A second question must not hide the answer to the first. */
async function orNull<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    return await work;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
