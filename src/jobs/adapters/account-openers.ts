import type { TokenSource } from '../../graph/tokens.ts';
import type { ImapProfile } from '../../imap/profiles/profile.ts';
import type { SealOpener } from '../../secrets/open.ts';
import type { LoginStore } from '../db/login-store.ts';
import type { MigrationStore } from '../db/migration-store.ts';
import { CredentialMissingError, LoginLimitError, SourceLoginRefusedError } from '../errors.ts';
import { accountKey } from '../login/login-limit.ts';
import type { SourceOpener, TargetOpener, TargetTraits } from '../ports.ts';
import { submitterOf } from '../views.ts';
import { type GraphFoldersDeps, withGraphFolders } from './graph-folders.ts';
import {
  type ImapAccount,
  type ImapEndsDeps,
  openImapSource,
  openImapTarget,
  traitsOf,
} from './imap-ends.ts';

/** A server that all people of a tenant share. */
export interface ImapServer {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly profile: ImapProfile;
}

export interface SourceOpenerDeps extends ImapEndsDeps {
  readonly server: ImapServer;
  readonly store: Pick<MigrationStore, 'find' | 'credential'>;
  readonly logins: LoginStore;
  readonly seals: SealOpener;
  readonly tenantId: string;
}

/** Opens iCloud accounts with the password that the person sealed for exactly this migration. */
export function createSourceOpener(deps: SourceOpenerDeps): SourceOpener {
  const { server, logins, clock } = deps;

  const accountOf = async (migrationId: string): Promise<ImapAccount> => {
    const [row, sealed] = await Promise.all([
      deps.store.find(migrationId),
      deps.store.credential(migrationId),
    ]);
    if (!row?.person || row.sourceAddress === null || sealed === null) {
      throw new CredentialMissingError('No password is stored for this migration.');
    }
    const expected = {
      tenantId: deps.tenantId,
      personId: submitterOf(row.person, row.submitter).id,
      migrationId,
      // Not what the row says: a password sealed for Apple is never shown to another host.
      sourceHost: server.host,
      purpose: 'icloud-app-password',
    } as const;
    return {
      ...server,
      user: row.sourceAddress,
      credential: async () => ({
        kind: 'password',
        password: await deps.seals.open(sealed, expected, clock.now()),
      }),
      loginRefused: (cause) =>
        new SourceLoginRefusedError('The source did not accept the password.', { cause }),
    };
  };

  return {
    async open(migrationId, signal) {
      const account = await accountOf(migrationId);
      const key = accountKey(server.host, account.user);
      const beforeLogin = (): Promise<void> => logins.note(key, clock.now());
      return openImapSource(deps, { ...account, beforeLogin }, signal);
    },

    async tryLogin(migrationId, signal) {
      const account = await accountOf(migrationId);
      // The full address, then the part before the `@`.
      const wanted = server.profile.triesLocalPart ? 2 : 1;
      const key = accountKey(server.host, account.user);
      const reservation = await logins.reserve(key, { wanted, now: clock.now() });
      if (reservation.kind === 'wait') {
        throw new LoginLimitError(reservation.until);
      }
      let made = 0;
      const beforeLogin = async (): Promise<void> => {
        made += 1;
      };
      try {
        const source = await openImapSource(deps, { ...account, beforeLogin }, signal);
        await source.close();
      } finally {
        await reservation.giveBack(wanted - made);
      }
    },
  };
}

export interface TargetOpenerDeps extends ImapEndsDeps {
  readonly server: ImapServer;
  readonly m365: GraphFoldersDeps['m365'] & { readonly tokens: Pick<TokenSource, 'getToken'> };
  /** Where the world is simulated, what cannot be waited for is shortened. */
  readonly traits?: Partial<Pick<TargetTraits, 'settleMs'>>;
}

/** Opens mailboxes of the tenant with an app-only token. */
export function createTargetOpener(deps: TargetOpenerDeps): TargetOpener {
  const accountOf = (user: string): ImapAccount => ({
    ...deps.server,
    user,
    credential: async (signal) => ({
      kind: 'access-token',
      token: await deps.m365.tokens.getToken('exchange', signal),
    }),
  });
  return {
    traits: { ...traitsOf(deps.server.profile), ...deps.traits },
    async open({ mailbox, lanes }, signal) {
      const { m365, logger } = deps;
      const options = { maxConnections: lanes };
      const target = await openImapTarget(deps, accountOf(mailbox), options, signal);
      return withGraphFolders(target, { m365, mailbox, logger });
    },
    openReader: (mailbox, signal) => openImapSource(deps, accountOf(mailbox), signal),
  };
}
