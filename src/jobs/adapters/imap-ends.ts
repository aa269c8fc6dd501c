import type { Clock } from '../../clock.ts';
import { isAppError } from '../../errors.ts';
import { connectImap, type ImapLink } from '../../imap/connect.ts';
import { type Governor, isRefusal } from '../../imap/governor.ts';
import type { ImapProfile } from '../../imap/profiles/profile.ts';
import { createImapSource } from '../../imap/source.ts';
import { createSpool } from '../../imap/spool.ts';
import { createImapTarget } from '../../imap/target.ts';
import type { ImapCredential } from '../../imap/types.ts';
import type { Logger } from '../../log.ts';
import { TurnLostError } from '../errors.ts';
import { type Fence, NO_FENCE, type Pass } from '../lease/fence.ts';
import type { MailSource, MailTarget, TargetTraits } from '../ports.ts';
import type { AccountPaces } from './account-pace.ts';

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
  /** Told before every login. */
  readonly beforeLogin?: () => Promise<void>;
}

export interface ImapEndsDeps {
  /** Where messages that are too large for memory are kept on their way; made when it is needed. */
  readonly spoolDirectory: string;
  /** What is remembered of accounts while their connections come and go. */
  readonly paces: AccountPaces;
  /** Left out: nobody takes a mailbox from this process. */
  readonly fence?: Fence;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Apple allows few connections, and locks accounts that open many: one reads, one more tries a password. */
const MAX_SOURCE_CONNECTIONS = 2;

/** Logs in at once, so that a wrong password shows here, and reads through that connection. */
export async function openImapSource(
  deps: ImapEndsDeps,
  account: ImapAccount,
  signal: AbortSignal,
): Promise<MailSource> {
  const { governor, gate } = deps.paces.of(keyOf('source', account), MAX_SOURCE_CONNECTIONS);
  const throughGate: Opening = (connect, within) => gate.open(connect, within);
  const { connect, hangUp } = await connectFirst(deps, { account, governor, throughGate }, signal);
  const spool = createSpool(deps.spoolDirectory);
  const source = createImapSource({ ...deps, connect, governor, spool });
  return { ...source, close: () => source.close().finally(hangUp) };
}

/** Logs in at once and writes through up to `maxConnections` more connections. */
export async function openImapTarget(
  deps: ImapEndsDeps,
  account: ImapAccount,
  options: { readonly maxConnections: number },
  signal: AbortSignal,
): Promise<MailTarget> {
  const { governor } = deps.paces.of(keyOf('target', account), options.maxConnections);
  const throughGate: Opening = (connect, within) => connect(within);
  const { connect, hangUp } = await connectFirst(deps, { account, governor, throughGate }, signal);
  const target = createImapTarget({ ...deps, connect, governor, ...options });
  return {
    ...target,
    // IMAP has no word for it.
    folderClasses: async () => null,
    close: () => target.close().finally(hangUp),
  };
}

function keyOf(side: 'source' | 'target', { host, port, user }: ImapAccount): string {
  return `${side} ${host}:${port} ${user.toLowerCase()}`;
}

type Connect = (signal: AbortSignal) => Promise<ImapLink>;
type Opening = (connect: Connect, signal: AbortSignal) => Promise<ImapLink>;

interface FirstConnection {
  readonly account: ImapAccount;
  readonly governor: Governor;
  readonly throughGate: Opening;
}

/** The first connection is made now; the first caller that needs one gets it. */
async function connectFirst(
  { clock, logger, fence = NO_FENCE }: ImapEndsDeps,
  { account, governor, throughGate }: FirstConnection,
  signal: AbortSignal,
): Promise<{ readonly connect: Connect; readonly hangUp: () => void }> {
  const pass = fence.pass();
  let provenName: string | null = null;
  const login: Connect = async (within) => {
    const { host, port, secure, user, profile, beforeLogin } = account;
    if (!pass.isOpen()) {
      throw new TurnLostError('The lease of this process has ended.');
    }
    const credential = await account.credential(within);
    try {
      const link = await connectImap(
        {
          host,
          port,
          secure,
          user,
          profile,
          credential,
          clock,
          logger,
          ...(beforeLogin === undefined ? {} : { beforeLogin }),
          ...(provenName === null ? {} : { provenName }),
        },
        within,
      );
      provenName = link.loginName;
      return fenced(link, pass);
    } catch (error) {
      if (isRefusal(error)) {
        governor.refused();
      }
      const isWrong = isAppError(error) && error.code === 'imap.login-refused';
      throw (isWrong ? account.loginRefused?.(error) : undefined) ?? error;
    }
  };
  const connect: Connect = (within) => throughGate(login, within);
  let first: ImapLink | null = await connect(signal);
  return {
    connect: async (within) => {
      const link = first;
      first = null;
      return link ?? connect(within);
    },
    // Whoever only tried the login leaves no connection behind.
    hangUp: () => first?.sockets.writeSocket.destroy(),
  };
}

/** Cut when the fence shuts; until then each write asks. */
function fenced(link: ImapLink, pass: Pass): ImapLink {
  const { writeSocket } = link.sockets;
  const forget = pass.guard(() => writeSocket.destroy());
  writeSocket.once('close', forget);
  return { ...link, sockets: { ...link.sockets, mayWrite: () => pass.isOpen() } };
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
  lateFlags: [],
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
  // Given with APPEND it is seen over IMAP alone, and in Outlook never; others found no harm in it (2018).
  lateFlags: ['\\Flagged'],
  // Lines of more than about 10,239 octets make Exchange leave the literal (docs/imap-support.md).
  maxLineBytes: 10_000,
  maxMessageBytes: null,
};
