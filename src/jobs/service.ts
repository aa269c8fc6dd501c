import type { Clock } from '../clock.ts';
import type {
  Actor,
  ActResult,
  AuditEntry,
  BatchPlan,
  BatchView,
  ConversationStore,
  MigrationAction,
  MigrationView,
  SkybridgeApi,
} from './api.ts';
import { type AuditRecord, beginAuditFile, formatAuditRecord } from './audit/audit-file.ts';
import type { AuditSpan } from './db/audit-rows.ts';
import type { BatchCreation, BatchStore } from './db/batch-store.ts';
import type { FolderMapStore } from './db/folder-map-store.ts';
import type { MigrationRow, MigrationStore } from './db/migration-store.ts';
import type { SettingsStore } from './db/settings-store.ts';
import {
  AuditTooLargeError,
  NothingToMoveError,
  SkippedError,
  UnknownMigrationError,
} from './errors.ts';
import type { MigrationEvent, StateName } from './migration/state.ts';
import { createOverviews } from './overview.ts';
import { createNewPeople } from './people/new-people.ts';
import { createBatchPlanner, migrationsOf, type Planned } from './people/plan-batch.ts';
import { createRoleCheck, type RoleGroups } from './people/role-check.ts';
import type { TenantDoctor, TenantPort } from './ports.ts';
import { problemOf } from './problem.ts';
import { renameFolders } from './rename-folders.ts';
import type { FolderTally } from './tally.ts';
import { createTenantChecks } from './tenant-check.ts';
import { headOf, viewBatch, viewMigration } from './views.ts';

export interface ServiceDeps {
  readonly store: MigrationStore;
  readonly batches: BatchStore;
  readonly folderMap: FolderMapStore;
  readonly conversations: ConversationStore;
  readonly settings: SettingsStore;
  readonly auditRows: (span: AuditSpan, signal: AbortSignal) => AsyncIterable<AuditRecord>;
  readonly tallies: (migrationId: string) => Promise<readonly FolderTally[]>;
  readonly tenant: TenantPort;
  readonly doctor: TenantDoctor;
  readonly clock: Clock;
  /** Host of the mail that is read. */
  readonly sourceHost: string;
  readonly groups: RoleGroups;
}

/** More batches than a card lists. */
const MOST_BATCHES = 20;

/** A file of this size is made in memory, and put into OneDrive in one piece. */
const MOST_AUDIT_LETTERS = 40_000_000;

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

const BEFORE_COPYING: readonly StateName[] = [
  'Queued',
  'Validating',
  'Provisioning',
  'WaitingForUser',
  'Testing',
];

/** Before the first login nothing is counted: a large batch starts with all of its moves there. */
const hasFolders = ({ state, interrupted }: Pick<MigrationRow, 'state' | 'interrupted'>): boolean =>
  interrupted !== null || !BEFORE_COPYING.includes(state);

/** The domain as the conversation sees it. */
export function createService(deps: ServiceDeps): SkybridgeApi {
  const source = { host: deps.sourceHost, isApple: isApple(deps.sourceHost) };

  const planner = createBatchPlanner({
    tenant: deps.tenant,
    openMoves: () => deps.batches.openMoves(),
    rules: async () => (await deps.settings.read()).skipRules,
    source,
  });
  const creation = {
    tenant: deps.tenant,
    audit: (entry: AuditEntry): Promise<void> => deps.store.audit(entry),
  };

  const keepPlan = async ({ plan, kept }: Planned): Promise<BatchPlan> => {
    // A file with passwords was refused, and leaves no trace.
    if (kept !== null) {
      await deps.batches.savePlan(plan.hash, kept);
    }
    return plan;
  };

  const view = async (row: MigrationRow): Promise<MigrationView> => {
    const [folders, changes] = await Promise.all([
      hasFolders(row) ? deps.tallies(row.id) : [],
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
    ownDomains: (signal) => deps.tenant.ownDomains(signal),

    findPeople: (query, signal) => deps.tenant.findPeople(query, signal),

    findTeams: (query, signal) => deps.tenant.findTeams(query, signal),

    findTeam: (groupId, signal) => deps.tenant.findTeam(groupId, signal),

    async installInTeam({ groupId, botId, actor }, signal) {
      const result = await deps.tenant.installInTeam({ groupId, botId }, signal);
      await deps.store.audit({
        actor,
        action: 'channel.install',
        subject: groupId,
        outcome: 'done',
        before: result === 'already' ? 'installed' : null,
        after: 'installed',
      });
      return result;
    },

    findGroups: (query, signal) => deps.tenant.findGroups(query, signal),

    planBatch: async (selection, signal) => keepPlan(await planner(selection, signal)),

    async startBatch({ planHash, actor }, signal) {
      const known = await deps.batches.findPlan(planHash);
      if (known === null) {
        return { kind: 'plan-unknown' };
      }
      if (known.batchId !== null) {
        return { kind: 'already-started', batchId: known.batchId };
      }
      const planned = await planner(known.selection, signal);
      const { plan } = planned;
      const isSame = plan.hash === planHash && plan.obstacle === null;
      const { rules } = plan;
      const migrations = migrationsOf(plan);
      const input = { planHash, actor, sourceHost: source.host, migrations, rules };
      const made: BatchCreation = isSame
        ? await deps.batches.createBatch(input)
        : { kind: 'overlaps' };
      if (made.kind === 'created') {
        return { kind: 'started', batchId: made.batchId };
      }
      // Who pressed at the same time may have been first.
      const now = await deps.batches.findPlan(planHash);
      if (now?.batchId) {
        return { kind: 'already-started', batchId: now.batchId };
      }
      const changed = isSame ? await planner(known.selection, signal) : planned;
      return { kind: 'plan-changed', plan: await keepPlan(changed) };
    },

    async createPeople({ planHash, actor }, signal) {
      const known = await deps.batches.findPlan(planHash);
      if (known === null) {
        return { kind: 'plan-unknown' };
      }
      const planned = await planner(known.selection, signal);
      const { plan } = planned;
      if (plan.hash !== planHash || !(await deps.batches.claimCreation(planHash))) {
        return { kind: 'plan-changed', plan: await keepPlan(planned) };
      }
      return { kind: 'done', people: await createNewPeople(creation, { plan, actor }, signal) };
    },

    batch,

    async batchHead(batchId) {
      const found = await deps.store.batch(batchId);
      return found === null
        ? null
        : { ...headOf(found), size: await deps.store.sizeOfBatch(batchId) };
    },

    overview: createOverviews({ ...deps, hasFolders }),

    async migration(migrationId) {
      const row = await deps.store.find(migrationId);
      return row === null ? null : view(row);
    },

    batches: () => deps.batches.list(MOST_BATCHES),

    findMoves: async (query, limit) =>
      Promise.all((await deps.store.ofName(query, limit)).map(view)),

    async latestBatch() {
      const id = await deps.store.latestBatch();
      return id === null ? null : batch(id);
    },

    async migrationsOfPerson(personId) {
      return Promise.all((await deps.store.ofSubmitter(personId)).map(view));
    },

    async waitingForPeople() {
      return Promise.all((await deps.store.waitingForPeople()).map(view));
    },

    act: (migrationId, action, actor) => act(migrationId, EVENT_OF_ACTION[action], actor),

    async actOnBatch({ batchId, migrationIds, action, actor }) {
      const wanted = migrationIds === undefined ? null : new Set(migrationIds);
      const rows = (await deps.store.ofBatch(batchId)).filter(({ id }) => wanted?.has(id) ?? true);
      let done = 0;
      for (const { id } of rows) {
        const input = { migrationId: id, event: EVENT_OF_ACTION[action], actor, onlyAtStep: null };
        done += (await deps.store.apply(input)) === null ? 0 : 1;
      }
      return { done, nothingToDo: rows.length - done };
    },

    again: (migrationId, from, actor) => act(migrationId, { type: 'again-requested', from }, actor),

    scheduleBatch: (batchId, schedule, actor) => deps.batches.schedule(batchId, schedule, actor),

    async assist(migrationId, { action, since }, actor) {
      const skipped = problemOf(new SkippedError('The helpdesk left this move out.'));
      const event: MigrationEvent =
        action === 'retry'
          ? { type: 'retry-requested' }
          : { type: 'skip-requested', problem: skipped };
      const changed = await deps.store.apply({
        migrationId,
        event,
        actor,
        onlyAtStep: null,
        onlySince: since,
      });
      return {
        kind: changed === null ? 'nothing-to-do' : 'done',
        migration: await viewOf(migrationId),
      };
    },

    async renameFolders(migrationId, renames, actor) {
      const before = await viewOf(migrationId);
      const edit = await renameFolders(deps.folderMap, { migrationId: before.id, renames, actor });
      const migration = await viewOf(migrationId);
      if (edit.kind === 'refused') {
        return { ...edit, migration };
      }
      return { kind: edit.changes.length > 0 ? 'done' : 'nothing-to-do', migration };
    },

    async choosePilot(migrationId, folder, actor) {
      const before = await viewOf(migrationId);
      if (!before.folderMap.some(({ sourcePath }) => sourcePath === folder)) {
        return { kind: 'unknown', migration: before };
      }
      const changed = await deps.store.apply({
        migrationId,
        event: { type: 'pilot-chosen' },
        actor,
        onlyAtStep: null,
        also: (client) => deps.store.savePilotFolder(client, { migrationId, actor, folder }),
      });
      const migration = await viewOf(migrationId);
      return { kind: changed === null ? 'nothing-to-do' : 'done', migration };
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

    async leaveOut(migrationId, rules, actor) {
      const { id } = await viewOf(migrationId);
      const changed = await deps.store.saveLeftOut({ migrationId: id, rules, actor });
      return { kind: changed ? 'done' : 'nothing-to-do', migration: await viewOf(id) };
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

    async exportAudit(span, signal) {
      const parts = [beginAuditFile('csv')];
      let letters = 0;
      for await (const record of deps.auditRows(span, signal)) {
        const line = formatAuditRecord(record, 'csv');
        letters += line.length;
        if (letters > MOST_AUDIT_LETTERS) {
          throw new AuditTooLargeError('The audit of these days is too large.');
        }
        parts.push(line);
      }
      return { csv: parts.join(''), rows: parts.length - 1 };
    },

    settings: () => deps.settings.read(),

    changeSetting: (setting, actor) => deps.settings.save(setting, actor),

    undoSetting: (changeId, actor) => deps.settings.undo(changeId, actor),

    audit: (entry) => deps.store.audit(entry),
  };
}
