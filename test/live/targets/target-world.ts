/** The servers that mail can be written to, each with the ways in which a test makes trouble there. */
import { systemClock } from '../../../src/clock.ts';
import { chooseProfile } from '../../../src/imap/profiles/choose-profile.ts';
import { genericProfile } from '../../../src/imap/profiles/generic.ts';
import { createAccountPaces } from '../../../src/jobs/adapters/account-pace.ts';
import { createGraphTarget, GRAPH_TRAITS } from '../../../src/jobs/adapters/graph-target.ts';
import {
  type ImapAccount,
  type ImapEndsDeps,
  openImapTarget,
  traitsOf,
} from '../../../src/jobs/adapters/imap-ends.ts';
import type { MailTarget, TargetTraits } from '../../../src/jobs/ports.ts';
import { silentLogger } from '../../../src/log.ts';
import { SAMPLE_VERSION } from '../../../src/mail/fast-transfer/properties.ts';
import { startExchangeServer } from '../../sim/imap/exchange.ts';
import { createMailStore } from '../../sim/imap/store.ts';
import { mailFoldersOf } from '../../sim/join-mail.ts';
import { addUser } from '../../sim/m365/directory.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { startActingRelay } from '../../support/acting-relay.ts';
import { startDovecot } from '../../support/dovecot/start-dovecot.ts';
import { createTenantWorld } from '../../unit/graph/tenant-world.ts';

/** A server with mailboxes, and what it does when it is asked to. */
export interface TargetWorld {
  readonly traits: TargetTraits;
  /** A mailbox of its own, empty. */
  open(options?: { readonly full?: boolean }): Promise<MailTarget>;
  /** The next append is stored, and its answer is lost. */
  loseNextAnswer(): void;
  /** Larger messages are refused from now on; null: the server has no such limit. */
  readonly limitSize: ((bytes: number) => void) | null;
  /** Asks once to slow down for that long; null: the server never does. */
  readonly throttleOnce: ((ms: number) => void) | null;
  close(): Promise<void>;
}

/** Enough for folders and a first look. */
const SMALL_QUOTA = 3000;

const connect = (
  port: number,
  user: string,
  password: string,
  profile: 'generic' | 'exchange',
): ImapAccount => ({
  host: '127.0.0.1',
  port,
  secure: false,
  user,
  profile: profile === 'generic' ? genericProfile : chooseProfile('', 'exchange-online'),
  credential: async () =>
    profile === 'generic'
      ? ({ kind: 'password', password } as const)
      : ({ kind: 'access-token', token: password } as const),
});

const imapDeps = (): ImapEndsDeps => ({
  spoolDirectory: '/nonexistent',
  paces: createAccountPaces(systemClock),
  clock: systemClock,
  logger: silentLogger,
});

const signal = (): AbortSignal => AbortSignal.timeout(60_000);

export async function startDovecotWorld(): Promise<TargetWorld> {
  const dovecot = await startDovecot({ fsync: false });
  const small = await startDovecot({ fsync: false, quotaBytes: SMALL_QUOTA });
  let armed = false;
  const relay = await startActingRelay(dovecot.port, {
    cutServer(text) {
      const answer = /^[A-Z]{6}\d+ OK \[APPENDUID/m.exec(text);
      if (!armed || answer === null) {
        return null;
      }
      armed = false;
      return answer.index;
    },
  });
  let accounts = 0;
  return {
    traits: traitsOf(genericProfile),
    open: ({ full = false } = {}) => {
      accounts += 1;
      const { port, password } = full
        ? { port: small.port, password: small.password }
        : { port: relay.port, password: dovecot.password };
      const account = connect(port, `user${accounts}`, password, 'generic');
      return openImapTarget(imapDeps(), account, { maxConnections: 2 }, signal());
    },
    loseNextAnswer: () => {
      armed = true;
    },
    limitSize: null,
    throttleOnce: null,
    close: async () => {
      relay.close();
      await Promise.all([dovecot.stop(), small.stop()]);
    },
  };
}

export async function startExchangeImapWorld(): Promise<TargetWorld> {
  let maxBytes = 35 * 1024 * 1024;
  const server = await startExchangeServer({
    verifyToken: (_, token) => (token === 'good' ? 'ok' : 'refused'),
    maxMessageBytes: () => maxBytes,
  });
  let accounts = 0;
  return {
    traits: traitsOf(chooseProfile('', 'exchange-online')),
    open: ({ full = false } = {}) => {
      accounts += 1;
      const user = `user${accounts}@contoso.example`;
      server.store.addAccount(user, full ? { quotaBytes: SMALL_QUOTA } : {});
      const account = connect(server.port, user, 'good', 'exchange');
      return openImapTarget(imapDeps(), account, { maxConnections: 2 }, signal());
    },
    loseNextAnswer: () => {
      server.faults.push({ command: 'APPEND', times: 1, action: { kind: 'drop-after-stored' } });
    },
    limitSize: (bytes) => {
      maxBytes = bytes;
    },
    throttleOnce: (ms) => {
      server.faults.push({ command: 'APPEND', times: 1, action: { kind: 'throttle', ms } });
    },
    close: () => server.close(),
  };
}

export async function startGraphImportWorld(): Promise<TargetWorld> {
  const world = await createTenantWorld();
  world.application.graphRoles.push('MailboxItem.ImportExport.All', 'Mail.ReadWrite');
  const store = createMailStore({
    caseInsensitiveNames: true,
    defaultFolders: [{ name: 'INBOX' }, { name: 'Sent Items' }, { name: 'Archive' }],
  });
  world.directory.mailFolders = mailFoldersOf(store);
  const { quirks, faults } = world.server;
  let accounts = 0;
  return {
    traits: GRAPH_TRAITS,
    open: async ({ full = false } = {}) => {
      accounts += 1;
      const user = addUser(world.directory, {
        displayName: `User ${accounts}`,
        alias: `user${accounts}`,
        product: PRODUCTS.businessBasic,
      });
      store.addAccount(user.mail ?? '', full ? { quotaBytes: SMALL_QUOTA } : {});
      return createGraphTarget({
        m365: world.m365,
        userId: user.id,
        version: SAMPLE_VERSION,
        clock: systemClock,
      });
    },
    loseNextAnswer: () => {
      faults.push({ operation: 'POST importItem', action: { kind: 'drop-after' } });
    },
    limitSize: (bytes) => {
      // A stream says a message with more octets than MIME, and base64 adds a third.
      quirks.importMaxBytes = bytes * 2;
    },
    throttleOnce: (ms) => {
      faults.push({
        operation: 'POST importItem',
        action: { kind: 'throttle', retryAfter: String(ms / 1000) },
      });
    },
    close: () => world.close(),
  };
}
