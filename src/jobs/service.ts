import type { Clock } from '../clock.ts';
import type {
  Actor,
  ActResult,
  BatchView,
  ConversationStore,
  MigrationAction,
  MigrationView,
  SkybridgeApi,
} from './api.ts';
import type { FolderMapStore } from './db/folder-map-store.ts';
import type { MigrationRow, MigrationStore } from './db/migration-store.ts';
import { NothingToMoveError, UnknownMigrationError } from './errors.ts';
import type { MigrationEvent } from './migration/state.ts';
import { createRoleCheck, type RoleGroups } from './people/role-check.ts';
import { planMove } from './plan.ts';
import type { TenantDoctor, TenantPort } from './ports.ts';
import { problemOf } from './problem.ts';
import { renameFolders } from './rename-folders.ts';
import type { FolderTally } from './tally.ts';
import { createTenantChecks } from './tenant-check.ts';
import { viewBatch, viewMigration } from './views.ts';

export interface ServiceDeps {
  readonly store: MigrationStore;
  readonly folderMap: FolderMapStore;
  readonly conversations: ConversationStore;
  readonly tallies: (migrationId: string) => Promise<readonly FolderTally[]>;
  readonly tenant: TenantPort;
  readonly doctor: TenantDoctor;
  readonly clock: Clock;
  /** Host of the mail that is read. */
  readonly sourceHost: string;
  readonly groups: RoleGroups;
}

const APPLE_HOST = 'imap.mail.me.com';
const isApple = (host: string): boolean => host === APPLE_HOST;

const EVENT_OF_ACTION: Readonly<Record<MigrationAction, MigrationEvent>> = {
  'approve-pilot': { type: 'pilot-approved' },
  finish: { type: 'finish-requested' },
  pause: { type: 'pause-requested' },
  resume: { type: 'resume-requested' },
  cancel: { type: 'cancel-requested' },
  retry: { type: 'retry-requested' },
};

/** The domain as the conversation sees it. */
export function createService(deps: ServiceDeps): SkybridgeApi {
  const source = { host: deps.sourceHost, isApple: isApple(deps.sourceHost) };

  const view = async (row: MigrationRow): Promise<MigrationView> => {
    const [folders, changes] = await Promise.all([
      deps.tallies(row.id),
      deps.store.changes(row.id),
    ]);
    return viewMigration(row, { folders, changes }, isApple);
  };

  const viewOf = async (migrationId: string): Promise<MigrationView> => {
    const row = await deps.store.find(migrationId);
    if (row === null) {
      throw new UnknownMigrationError('No migration has this id.');
    }
    return view(row);
  };

  const batch = async (batchId: string): Promise<BatchView | null> => {
    const found = await deps.store.batch(batchId);
    return found === null
      ? null
      : viewBatch(found, await Promise.all((await deps.store.ofBatch(batchId)).map(view)));
  };

  const act = async (
    migrationId: string,
    event: MigrationEvent,
    actor: Actor,
  ): Promise<ActResult> => {
    const changed = await deps.store.apply({ migrationId, event, actor, onlyAtStep: null });
    const migration = await viewOf(migrationId);
    return { kind: changed === null ? 'nothing-to-do' : 'done', migration };
  };

  return {
    conversations: deps.conversations,
    roleOf: createRoleCheck(deps),
    ...createTenantChecks({ doctor: deps.doctor, audit: (entry) => deps.store.audit(entry) }),
    findPeople: (query, signal) => deps.tenant.findPeople(query, signal),

    async planMove(personId, signal) {
      return planMove(await deps.tenant.readiness(personId, signal), source);
    },

    async startMove({ personId, planHash, actor }, signal) {
      const running = await deps.store.openMigrationOf(personId);
      if (running?.batchId) {
        return { kind: 'already-started', batchId: running.batchId, migrationId: running.id };
      }
      const plan = planMove(await deps.tenant.readiness(personId, signal), source);
      if (plan.hash !== planHash || plan.obstacle !== null) {
        return { kind: 'plan-changed', plan };
      }
      const { person } = plan.readiness;
      const { created, batchId, migrationId } = await deps.store.createBatch({
        actor,
        person,
        targetMailbox: person.mail ?? person.userPrincipalName,
        sourceHost: source.host,
        planHash,
      });
      await deps.store.apply({
        migrationId,
        event: { type: 'started' },
        actor,
        onlyAtStep: null,
      });
      return { kind: created ? 'started' : 'already-started', batchId, migrationId };
    },

    batch,

    async migration(migrationId) {
      const row = await deps.store.find(migrationId);
      return row === null ? null : view(row);
    },

    async latestBatch() {
      const id = await deps.store.latestBatch();
      return id === null ? null : batch(id);
    },

    async migrationOfPerson(personId) {
      const row = await deps.store.ofPerson(personId);
      return row === null ? null : view(row);
    },

    act: (migrationId, action, actor) => act(migrationId, EVENT_OF_ACTION[action], actor),

    async renameFolders(migrationId, renames, actor) {
      const before = await viewOf(migrationId);
      const edit = await renameFolders(deps.folderMap, { migrationId: before.id, renames, actor });
      const migration = await viewOf(migrationId);
      if (edit.kind === 'refused') {
        return { ...edit, migration };
      }
      return { kind: edit.changes.length > 0 ? 'done' : 'nothing-to-do', migration };
    },

    async agree(migrationId, { choice, bytes }, actor) {
      const changed = await deps.store.apply({
        migrationId,
        event: { type: 'agreed', choice, bytes },
        actor,
        onlyAtStep: null,
        also: (client) => deps.store.saveAgreed(client, { migrationId, actor, choice, bytes }),
      });
      const migration = await viewOf(migrationId);
      return { kind: changed === null ? 'nothing-to-do' : 'done', migration };
    },

    declineMove: (migrationId, actor) => {
      const problem = problemOf(new NothingToMoveError('The person has nothing to move.'));
      return act(migrationId, { type: 'cancel-requested', problem }, actor);
    },

    async submitCredential({ migrationId, actor, sourceAddress, sealed }) {
      const changed = await deps.store.apply({
        migrationId,
        event: { type: 'credential-submitted' },
        actor,
        onlyAtStep: null,
        also: (client) => deps.store.saveCredential(client, { migrationId, sourceAddress, sealed }),
      });
      const migration = await viewOf(migrationId);
      return { kind: changed === null ? 'not-expected' : 'checking', migration };
    },

    audit: (entry) => deps.store.audit(entry),
  };
}
