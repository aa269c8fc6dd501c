/** Opens a connection and logs in with imapflow, then takes the socket from it. */
import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { toConnectError } from './connect-error.ts';
import { LoginRefusedError, ThrottledError } from './errors.ts';
import type { MailboxNaming } from './mailbox-name.ts';
import type { ImapProfile } from './profiles/profile.ts';
import type { ImapCredential } from './types.ts';
import type { WireSockets } from './wire/wire-link.ts';

export interface ConnectInput {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet; without it STARTTLS is required unless the host is this machine. */
  readonly secure: boolean;
  readonly user: string;
  readonly credential: ImapCredential;
  readonly profile: ImapProfile;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Told before every login; on iCloud one call may make two. */
  readonly beforeLogin?: () => Promise<void>;
  /** The name that this server took before: no other is tried, since each refusal counts at Apple. */
  readonly provenName?: string;
  /** PEM of further authorities. */
  readonly ca?: string | readonly string[];
}

/** A logged-in connection that belongs to nobody yet. */
export interface ImapLink {
  readonly sockets: WireSockets;
  readonly profile: ImapProfile;
  /** The name that the server took. */
  readonly loginName: string;
  /** Named by the server after login and trusted by the profile, in capitals. */
  readonly capabilities: ReadonlySet<string>;
  readonly naming: MailboxNaming;
}

const CONNECT_TIMEOUT_MS = 30_000;
const GREETING_TIMEOUT_MS = 30_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i;

const ignore = (): void => undefined;

type OnWarning = (entry: { readonly throttleDelay?: unknown } | undefined) => void;

function flowOptions(input: ConnectInput, user: string, onWarning: OnWarning): ImapFlowOptions {
  const { host, port, secure, credential, profile, ca } = input;
  return {
    host,
    port,
    secure,
    // A password never crosses a network in clear.
    ...(secure ? {} : { doSTARTTLS: !LOOPBACK.test(host) }),
    auth:
      credential.kind === 'password'
        ? {
            user,
            pass: credential.password,
            ...(profile.prefersLogin ? { loginMethod: 'LOGIN' } : {}),
          }
        : { user, accessToken: credential.token },
    tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca: [ca].flat() }) },
    // Its log lines carry addresses: nothing of them is kept but the hint of a throttle.
    logger: { debug: ignore, info: ignore, warn: onWarning, error: ignore },
    clientInfo: { name: 'Skybridge' },
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: GREETING_TIMEOUT_MS,
    disableAutoIdle: true,
    disableCompression: true,
    disableAutoEnable: true,
    disableIMAP4rev2: true,
  };
}

/** imapflow keeps the number of APPENDLIMIT (RFC 7889) apart from its name. */
function namesOf(capabilities: ReadonlyMap<string, boolean | number>): readonly string[] {
  return [...capabilities].map(([name, value]) =>
    typeof value === 'number' ? `${name}=${value}` : name,
  );
}

/** What is believed of what a server names, in capitals. */
export function trustedCapabilities(
  named: Iterable<string>,
  { trustedCapabilities: trusted }: Pick<ImapProfile, 'trustedCapabilities'>,
): ReadonlySet<string> {
  const all = [...named].map((name) => name.toUpperCase()).filter((name) => name !== '');
  return new Set(trusted ? all.filter((name) => trusted.includes(name)) : all);
}

async function login(input: ConnectInput, user: string, signal: AbortSignal): Promise<ImapLink> {
  // Loaded at the first login: the database starts meanwhile, and nobody else has to wait for it.
  const imapflow = await import('imapflow');
  await input.beforeLogin?.();
  signal.throwIfAborted();
  const { profile, clock } = input;
  let throttledMs: number | null = null;
  const flow: ImapFlow = new imapflow.ImapFlow(
    flowOptions(input, user, (entry) => {
      if (typeof entry?.throttleDelay === 'number') {
        // imapflow would wait up to five minutes before it says so; who called decides how long.
        throttledMs = entry.throttleDelay;
        flow.close();
      }
    }),
  );
  // An 'error' event without a listener would end the process; the promise rejects with the same.
  flow.on('error', () => undefined);
  const onAbort = (): void => flow.close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await flow.connect();
    signal.throwIfAborted();
    const { readSocket, writeSocket } = flow.unbind();
    // Until a wire takes the socket nobody else listens, and an error without a listener ends the process.
    readSocket.on('error', ignore);
    const space = flow.namespace;
    return {
      sockets: { readSocket, writeSocket },
      profile,
      loginName: user,
      capabilities: trustedCapabilities(namesOf(flow.capabilities), profile),
      naming: { prefix: space?.prefix ?? '', separator: space?.delimiter || null },
    };
  } catch (error) {
    flow.close();
    signal.throwIfAborted();
    if (throttledMs !== null) {
      throw new ThrottledError({ retryAfter: new Date(clock.now().getTime() + throttledMs) });
    }
    throw toConnectError(error, profile, clock.now());
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Connects and logs in; on iCloud a refused full address is tried again as the part before the `@`. */
export async function connectImap(input: ConnectInput, signal: AbortSignal): Promise<ImapLink> {
  const { user, profile, logger, provenName } = input;
  if (provenName !== undefined) {
    return await login(input, provenName, signal);
  }
  const [localPart = ''] = user.split('@');
  try {
    return await login(input, user, signal);
  } catch (error) {
    const again = profile.triesLocalPart && localPart !== '' && localPart !== user;
    if (!(error instanceof LoginRefusedError) || !again) {
      throw error;
    }
    logger.debug(
      { profile: profile.name },
      'Login with the full address refused, trying the local part',
    );
    return await login(input, localPart, signal);
  }
}
