import type { Clock } from '../../clock.ts';
import { isAppError } from '../../errors.ts';
import { connectImap, type ImapLink } from '../../imap/connect.ts';
import type { ImapProfile } from '../../imap/profiles/profile.ts';
import { createImapSource } from '../../imap/source.ts';
import { createSpool } from '../../imap/spool.ts';
import { createImapTarget } from '../../imap/target.ts';
import type { ImapCredential } from '../../imap/types.ts';
import type { Logger } from '../../log.ts';
import type { MailSource, MailTarget, TargetTraits } from '../ports.ts';

/** One account on one server. */
export interface ImapAccount {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user: string;
  readonly profile: ImapProfile;
  /** Asked anew for every connection, so that a token is fresh. */
  readonly credential: (signal: AbortSignal) => Promise<ImapCredential>;
  /** What a refused login means on this side; a password may be revoked between two connections. */
  readonly loginRefused?: (cause: unknown) => Error;
}

export interface ImapEndsDeps {
  /** Where messages that are too large for memory are kept on their way; made when it is needed. */
  readonly spoolDirectory: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Logs in at once, so that a wrong password shows here, and reads through that connection. */
export async function openImapSource(
  deps: ImapEndsDeps,
  account: ImapAccount,
  signal: AbortSignal,
): Promise<MailSource> {
  const connect = await connectFirst(deps, account, signal);
  return createImapSource({ connect, ...deps, spool: createSpool(deps.spoolDirectory) });
}

/** Logs in at once and writes through up to `maxConnections` more connections. */
export async function openImapTarget(
  deps: ImapEndsDeps,
  account: ImapAccount,
  options: { readonly maxConnections: number },
  signal: AbortSignal,
): Promise<MailTarget> {
  const connect = await connectFirst(deps, account, signal);
  return createImapTarget({ connect, ...deps, ...options });
}

/** The first connection is made now; the first caller that needs one gets it. */
async function connectFirst(
  { clock, logger }: ImapEndsDeps,
  account: ImapAccount,
  signal: AbortSignal,
): Promise<(signal: AbortSignal) => Promise<ImapLink>> {
  const connect = async (within: AbortSignal): Promise<ImapLink> => {
    const { host, port, secure, user, profile } = account;
    const credential = await account.credential(within);
    try {
      return await connectImap(
        { host, port, secure, user, profile, credential, clock, logger },
        within,
      );
    } catch (error) {
      const isRefusal = isAppError(error) && error.code === 'imap.login-refused';
      throw (isRefusal ? account.loginRefused?.(error) : undefined) ?? error;
    }
  };
  let first: ImapLink | null = await connect(signal);
  return async (within) => {
    const link = first;
    first = null;
    return link ?? connect(within);
  };
}

/** What the domain must know of a target with this profile. */
export function traitsOf(profile: Pick<ImapProfile, 'name'>): TargetTraits {
  return profile.name === 'exchange-online' ? EXCHANGE_TRAITS : GENERIC_TRAITS;
}

const GENERIC_TRAITS: TargetTraits = {
  name: 'generic',
  stamps: false,
  byteExact: true,
  // A server works off what it has received of a dead client: a whole window of appends, 4 s where its
  // pace is known (append-window.ts), and the first 16 at a pace that is not.
  settleMs: 10_000,
  allowedFlags: null,
  maxLineBytes: null,
  maxMessageBytes: null,
};

const EXCHANGE_TRAITS: TargetTraits = {
  name: 'exchange-online',
  stamps: true,
  byteExact: false,
  // Exchange may complete an append of a link that died; nobody has measured for how long.
  settleMs: 10 * 60 * 1000,
  allowedFlags: ['\\Seen', '\\Answered', '\\Flagged', '\\Draft'],
  // Lines of more than about 10,239 octets make Exchange leave the literal (docs/imap-support.md).
  maxLineBytes: 10_000,
  maxMessageBytes: null,
};
