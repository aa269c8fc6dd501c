import type { TokenSource } from '../../graph/tokens.ts';
import type { ImapProfile } from '../../imap/profiles/profile.ts';
import type { SealOpener } from '../../secrets/open.ts';
import type { MigrationStore } from '../db/migration-store.ts';
import { CredentialMissingError, SourceLoginRefusedError } from '../errors.ts';
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
  readonly seals: SealOpener;
  readonly tenantId: string;
}

/** Opens iCloud accounts with the password that the person sealed for exactly this migration. */
export function createSourceOpener(deps: SourceOpenerDeps): SourceOpener {
  return {
    async open(migrationId, signal) {
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
        sourceHost: deps.server.host,
        purpose: 'icloud-app-password',
      } as const;
      const account: ImapAccount = {
        ...deps.server,
        user: row.sourceAddress,
        credential: async () => ({
          kind: 'password',
          password: await deps.seals.open(sealed, expected, deps.clock.now()),
        }),
        loginRefused: (cause) =>
          new SourceLoginRefusedError('The source did not accept the password.', { cause }),
      };
      return openImapSource(deps, account, signal);
    },
  };
}

export interface TargetOpenerDeps extends ImapEndsDeps {
  readonly server: ImapServer;
  readonly m365: GraphFoldersDeps['m365'] & { readonly tokens: Pick<TokenSource, 'getToken'> };
  readonly maxConnections: number;
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
    async open(mailbox, signal) {
      const { m365, logger, maxConnections } = deps;
      const target = await openImapTarget(deps, accountOf(mailbox), { maxConnections }, signal);
      return withGraphFolders(target, { m365, mailbox, logger });
    },
    openReader: (mailbox, signal) => openImapSource(deps, accountOf(mailbox), signal),
  };
}
