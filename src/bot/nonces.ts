import type { Clock } from '../clock.ts';
import type { Actor, ConversationStore, MigrationView } from '../jobs/api.ts';

const LIFETIME_MS = 14 * 86_400_000;

/** One-time tokens of secret cards, bound to person, tenant and migration. */
export interface Nonces {
  issue(migration: MigrationView): Promise<string>;
  /** True once. */
  take(nonce: string, migrationId: string, actor: Actor): Promise<boolean>;
}

export function createNonces(
  store: Pick<ConversationStore, 'issueNonce' | 'takeNonce'>,
  tenantId: string,
  clock: Clock,
): Nonces {
  return {
    issue: async (migration) =>
      await store.issueNonce({
        personId: migration.submitter.id,
        tenantId,
        subject: migration.id,
        expiresAt: new Date(clock.now().getTime() + LIFETIME_MS),
      }),
    take: async (nonce, migrationId, actor) =>
      await store.takeNonce(nonce, { ...actor, subject: migrationId }),
  };
}
