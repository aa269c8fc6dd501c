/** One copied mailbox on two servers, and the verification that is to find what a test breaks in it. */
import { systemClock } from '../../../src/clock.ts';
import { exchangeOnlineProfile } from '../../../src/imap/profiles/exchange-online.ts';
import { genericProfile } from '../../../src/imap/profiles/generic.ts';
import { icloudProfile } from '../../../src/imap/profiles/icloud.ts';
import { createAccountPaces } from '../../../src/jobs/adapters/account-pace.ts';
import {
  type ImapAccount,
  openImapSource,
  openImapTarget,
  traitsOf,
} from '../../../src/jobs/adapters/imap-ends.ts';
import { createByteBudget } from '../../../src/jobs/copy/byte-budget.ts';
import { copyMailbox } from '../../../src/jobs/copy-mailbox.ts';
import type { Database } from '../../../src/jobs/db/connect.ts';
import { createCopyStore } from '../../../src/jobs/db/copy-store.ts';
import { createLedgerStore } from '../../../src/jobs/db/ledger-store.ts';
import { type Verification, verifyMailbox } from '../../../src/jobs/verify/verify-mailbox.ts';
import { silentLogger } from '../../../src/log.ts';
import { startExchangeServer } from '../../sim/imap/exchange.ts';
import { startIcloudServer } from '../../sim/imap/icloud.ts';
import { connectRawImap, type RawImapClient } from '../../support/compare/raw-imap-client.ts';
import { startDovecot } from '../../support/dovecot/start-dovecot.ts';

const USER = 'verified@icloud.example';
const MAILBOX = 'verified@contoso.example';
const PASSWORD = 'abcd-efgh-ijkl-mnop';
const TOKEN = 'verify.access.token';

export interface VerifyWorld {
  readonly migrationId: string;
  /** A client of the test's own on each side. */
  readonly source: RawImapClient;
  readonly target: RawImapClient;
  /** Another pass. */
  copy(): Promise<void>;
  verify(): Promise<Verification>;
  stop(): Promise<void>;
}

export interface Servers {
  readonly source: ImapAccount;
  readonly target: ImapAccount;
  readonly clients: readonly [RawImapClient, RawImapClient];
  stop(): Promise<void>;
}

/** The simulated iCloud and Exchange Online, without TLS. */
export async function startSimulated(): Promise<Servers> {
  const icloud = await startIcloudServer();
  const exchange = await startExchangeServer({
    verifyToken: (_user, token) => (token === TOKEN ? 'ok' : 'refused'),
  });
  icloud.store.addAccount(USER, { password: PASSWORD });
  // Here every folder opens.
  icloud.store.deleteFolder(USER, 'Notes');
  exchange.store.addAccount(MAILBOX);
  const loopback = { host: '127.0.0.1', secure: false };
  return {
    source: {
      ...loopback,
      port: icloud.port,
      user: USER,
      profile: icloudProfile,
      credential: async () => ({ kind: 'password', password: PASSWORD }),
    },
    target: {
      ...loopback,
      port: exchange.port,
      user: MAILBOX,
      profile: exchangeOnlineProfile,
      credential: async () => ({ kind: 'access-token', token: TOKEN }),
    },
    clients: [
      await connectRawImap({
        host: '127.0.0.1',
        port: icloud.port,
        user: USER,
        password: PASSWORD,
      }),
      await connectRawImap({
        host: '127.0.0.1',
        port: exchange.port,
        user: MAILBOX,
        accessToken: TOKEN,
      }),
    ],
    async stop() {
      await Promise.all([icloud.close(), exchange.close()]);
    },
  };
}

/** Dovecot on both sides. */
export async function startReal(): Promise<Servers> {
  const dovecot = await startDovecot({ fsync: false, folders: { 'Sent Messages': '\\Sent' } });
  const { host, port, password } = dovecot;
  const account = (user: string): ImapAccount => ({
    host,
    port,
    secure: false,
    user,
    profile: genericProfile,
    credential: async () => ({ kind: 'password', password }),
  });
  return {
    source: account('from'),
    target: account('to'),
    clients: [
      await connectRawImap({ host, port, user: 'from', password }),
      await connectRawImap({ host, port, user: 'to', password }),
    ],
    stop: () => dovecot.stop(),
  };
}

/** Joins the servers to a ledger. */
export async function createVerifyWorld(
  { pool }: Pick<Database, 'pool'>,
  name: string,
  servers: Servers,
): Promise<VerifyWorld> {
  const store = createCopyStore(pool);
  const ledger = createLedgerStore(pool);
  const { id: migrationId } = await store.findOrCreate({
    sourceAddress: name,
    sourceHost: 'source.test',
    targetMailbox: name,
  });
  const clock = systemClock;
  const imap = {
    spoolDirectory: '/tmp',
    paces: createAccountPaces(clock),
    clock,
    logger: silentLogger,
  };
  const signal = (): AbortSignal => AbortSignal.timeout(60_000);
  const open = {
    source: await openImapSource(imap, servers.source, signal()),
    target: await openImapTarget(imap, servers.target, { maxConnections: 4 }, signal()),
    reader: await openImapSource(imap, servers.target, signal()),
  };
  const [source, target] = servers.clients;
  return {
    migrationId,
    source,
    target,
    async copy() {
      const row = await store.find(migrationId);
      if (row === null) {
        throw new Error('the migration is gone');
      }
      const deps = {
        ...open,
        traits: traitsOf(servers.target.profile),
        ledger,
        budget: createByteBudget(32 * 1024 * 1024),
        clock,
        logger: silentLogger,
        store,
      };
      await copyMailbox(deps, row, () => undefined, signal());
    },
    verify: () => verifyMailbox({ ...open, ledger, now: () => clock.now() }, migrationId, signal()),
    async stop() {
      source.close();
      target.close();
      await Promise.allSettled([open.source.close(), open.target.close(), open.reader.close()]);
      await servers.stop();
    },
  };
}
