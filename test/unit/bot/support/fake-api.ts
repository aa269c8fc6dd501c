import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type {
  ActResult,
  AuditEntry,
  BatchLine,
  BatchPlan,
  BatchView,
  ConversationReference,
  ConversationStore,
  CreatedPerson,
  DirectoryGroup,
  DirectoryPerson,
  DirectoryTeam,
  MigrationAction,
  MigrationView,
  MoveSelection,
  NonceInput,
  PersonRole,
  PostedCard,
  SettingResult,
  Settings,
  SkybridgeApi,
  StateName,
  SubmitCredentialInput,
  TenantFinding,
  TenantFix,
  TenantFixPlan,
} from '../../../../src/jobs/api.ts';
import { END_STATES } from '../../../../src/jobs/api.ts';
import { editFolderMap } from '../../../../src/jobs/copy/edit-folder-map.ts';
import { QUESTION_OF_CHOICE } from '../../../../src/jobs/room.ts';
import { ADMIN_ID, ALEX, batchPlan, batchView, migrationView, tenantFinding } from './views.ts';

/** Where an action leads from where it fits; everything else is nothing to do. */
const ACTIONS: Readonly<Record<MigrationAction, Partial<Record<StateName, StateName>>>> = {
  'approve-pilot': { PilotReview: 'Syncing' },
  finish: { Synced: 'Completing' },
  pause: { Syncing: 'Paused' },
  resume: { Paused: 'Syncing' },
  retry: { WaitingForAdmin: 'Provisioning' },
  cancel: {
    WaitingForUser: 'Cancelled',
    PilotReview: 'Cancelled',
    Syncing: 'Cancelled',
    Synced: 'Cancelled',
  },
};

/** The domain in memory, with one migration that a test moves by hand. */
export interface FakeApi extends SkybridgeApi {
  readonly people: DirectoryPerson[];
  readonly findings: TenantFinding[];
  /** Mailboxes that a check was asked for. */
  readonly checked: (string | null)[];
  readonly mended: TenantFix[];
  /** Null: nothing is left to mend. */
  fixPlan: TenantFixPlan | null;
  readonly audits: AuditEntry[];
  readonly submitted: SubmitCredentialInput[];
  readonly acted: string[];
  readonly starts: string[];
  readonly admins: Set<string>;
  readonly helpdesk: Set<string>;
  /** What those who are no admins lack. */
  lacks: PersonRole['lacks'];
  /** Thrown while roles cannot be asked for. */
  roleFailure: Error | null;
  plan: BatchPlan;
  /** Beside the one of `current`. */
  otherBatches: readonly BatchLine[];
  readonly exported: { readonly since: Date | null; readonly until: Date }[];
  readonly selections: MoveSelection[];
  readonly groups: DirectoryGroup[];
  readonly teams: DirectoryTeam[];
  readonly installed: string[];
  created: readonly CreatedPerson[];
  current: MigrationView | null;
  /** Others of the same batch. */
  more: readonly MigrationView[];
  /** Thrown by the next call of the directory. */
  failure: Error | null;
  set(changes: Partial<MigrationView>): void;
}

function createStore(): ConversationStore {
  const conversations = new Map<string, ConversationReference>();
  const languages = new Map<string, string>();
  const posted = new Map<string, PostedCard>();
  const nonces = new Map<string, NonceInput>();
  return {
    async saveConversation(key, reference, language) {
      conversations.set(key, reference);
      if (language !== null) {
        languages.set(key, language);
      }
    },
    findConversation: async (key) => conversations.get(key) ?? null,
    conversationsUnder: async (prefix) =>
      [...conversations].filter(([key]) => key.startsWith(prefix)).map(([, one]) => one),
    forgetConversation: async (key) => void conversations.delete(key),
    findLanguage: async (key) => languages.get(key) ?? null,
    savePosted: async (key, card) => void posted.set(key, card),
    async savePostedAs(keys, card) {
      for (const key of keys) {
        posted.set(key, card);
      }
    },
    findPosted: async (key) => posted.get(key) ?? null,
    postedKeys: async (prefix) => [...posted.keys()].filter((key) => key.startsWith(prefix)),
    async forgetPosted(prefix) {
      for (const key of [...posted.keys()].filter((one) => one.startsWith(prefix))) {
        posted.delete(key);
      }
    },
    async issueNonce(input) {
      const nonce = randomUUID();
      nonces.set(nonce, input);
      return nonce;
    },
    async takeNonce(nonce, { personId, tenantId, subject }) {
      const input = nonces.get(nonce);
      nonces.delete(nonce);
      return (
        input?.personId === personId && input.tenantId === tenantId && input.subject === subject
      );
    },
  };
}

export function createFakeApi(): FakeApi {
  const conversations = createStore();
  const batch = (): BatchView | null => {
    const view = api.current === null ? null : batchView(api.current);
    return view === null ? null : { ...view, migrations: [...view.migrations, ...api.more] };
  };
  const ofId = (id: string): MigrationView | null =>
    [api.current, ...api.more].find((one) => one?.id === id) ?? null;
  const step = (id: string, to: StateName | undefined): ActResult => {
    const migration = ofId(id);
    if (migration === null) {
      throw new Error('no such migration');
    }
    if (to !== undefined) {
      api.set({ state: to, resume: to === 'Paused' ? migration.state : null });
    }
    return {
      kind: to === undefined ? 'nothing-to-do' : 'done',
      migration: api.current ?? migration,
    };
  };
  const failIfTold = (): void => {
    const { failure } = api;
    api.failure = null;
    if (failure !== null) {
      throw failure;
    }
  };
  let present: Settings = { reminderDays: [1, 3, 7], window: null, skipRules: [] };
  const history: Settings[] = [];
  const setTo = (next: Settings): SettingResult => {
    if (isDeepStrictEqual(present, next)) {
      return { kind: 'unchanged' };
    }
    history.push(present);
    present = next;
    return { kind: 'saved', changeId: history.length };
  };
  const api: FakeApi = {
    otherBatches: [],
    exported: [],
    conversations,
    people: [ALEX],
    findings: [tenantFinding('check.licences', 'ok', { facts: { freeSeats: 41 } })],
    fixPlan: { before: 'not registered', after: 'registered' },
    checked: [],
    mended: [],
    audits: [],
    submitted: [],
    acted: [],
    starts: [],
    admins: new Set([ADMIN_ID]),
    helpdesk: new Set(),
    lacks: 'role',
    roleFailure: null,
    plan: batchPlan(),
    selections: [],
    groups: [],
    teams: [],
    installed: [],
    created: [],
    current: null,
    more: [],
    failure: null,
    set(changes) {
      api.current = { ...(api.current ?? migrationView()), ...changes };
    },
    async checkTenant({ mailbox }) {
      failIfTold();
      api.checked.push(mailbox);
      return api.findings;
    },
    planFix: async () => api.fixPlan,
    async mendTenant({ fix }) {
      failIfTold();
      const isOpen = api.fixPlan !== null;
      api.fixPlan = null;
      api.mended.push(...(isOpen ? [fix] : []));
      return isOpen ? 'done' : 'nothing-to-do';
    },
    async ownDomains() {
      failIfTold();
      return ['contoso.example', 'contoso.onmicrosoft.com'];
    },
    async findPeople(query) {
      failIfTold();
      return api.people.filter((person) =>
        `${person.displayName} ${person.userPrincipalName}`
          .toLowerCase()
          .includes(query.toLowerCase()),
      );
    },
    findTeams: async (query) =>
      api.teams.filter(({ displayName }) => displayName.startsWith(query)),
    findTeam: async (groupId) => api.teams.find(({ id }) => id === groupId) ?? null,
    async installInTeam({ groupId }) {
      failIfTold();
      api.installed.push(groupId);
      return 'installed';
    },
    findGroups: async (query) =>
      api.groups.filter(({ displayName }) => displayName.startsWith(query)),
    async planBatch(selection) {
      failIfTold();
      api.selections.push(selection);
      return api.plan;
    },
    async startBatch({ planHash }) {
      if (planHash !== api.plan.hash) {
        return { kind: 'plan-changed', plan: api.plan };
      }
      api.starts.push(planHash);
      const kind = api.current === null ? 'started' : 'already-started';
      if (api.current === null) {
        api.set({ state: 'Provisioning' });
      }
      return { kind, batchId: 'batch-1' };
    },
    async createPeople({ planHash }) {
      return planHash === api.plan.hash
        ? { kind: 'done', people: api.created }
        : { kind: 'plan-changed', plan: api.plan };
    },
    batch: async (id) => (id === 'batch-1' ? batch() : null),
    async batchHead(id) {
      const found = id === 'batch-1' ? batch() : null;
      return found === null ? null : { ...found, size: found.migrations.length };
    },
    overview: async (id) => (id === 'batch-1' ? batch() : null),
    migration: async (id) => ofId(id),
    batches: async () => {
      const view = batch();
      return view === null
        ? []
        : [
            {
              ...view,
              size: view.migrations.length,
              firstName: view.migrations[0]?.person.displayName ?? '',
              open: view.migrations.filter(({ state }) => !END_STATES.includes(state)).length,
              reports: view.migrations.filter(({ reportPath }) => reportPath !== null).length,
            },
            ...api.otherBatches,
          ];
    },
    findMoves: async (query, limit) =>
      (batch()?.migrations ?? [])
        .filter(({ person }) => person.displayName.toLowerCase().includes(query.toLowerCase()))
        .slice(0, limit),
    async exportAudit(span) {
      failIfTold();
      api.exported.push(span);
      return { csv: '\uFEFFPosition\r\n1\r\n', rows: 1 };
    },
    settings: async () => present,
    async changeSetting(setting) {
      return setTo({ ...present, [setting.name]: setting.value });
    },
    async undoSetting(changeId) {
      const before = history.at(-1);
      return changeId === history.length && before !== undefined
        ? setTo(before)
        : { kind: 'stale' };
    },
    latestBatch: async () => batch(),
    migrationsOfPerson: async (personId) =>
      api.current?.submitter.id === personId ? [api.current] : [],
    waitingForPeople: async () => (api.current?.state === 'WaitingForUser' ? [api.current] : []),
    async act(id, action) {
      api.acted.push(action);
      return step(id, ACTIONS[action][ofId(id)?.state ?? 'Failed']);
    },
    async actOnBatch({ action, actor, migrationIds }) {
      const all = api.current === null ? [] : [api.current];
      const chosen = all.filter(({ id }) => migrationIds?.includes(id) ?? true);
      const results = await Promise.all(chosen.map(({ id }) => api.act(id, action, actor)));
      const done = results.filter(({ kind }) => kind === 'done').length;
      return { done, nothingToDo: chosen.length - done };
    },
    async again(id, from) {
      api.acted.push(`again ${from}`);
      return step(id, from);
    },
    async scheduleBatch() {
      api.acted.push('schedule');
      return true;
    },
    async assist(id, { action, since }) {
      api.acted.push(action);
      const asked = ofId(id);
      const isSame = asked?.stateSince.getTime() === since.getTime();
      const retried: Partial<Record<StateName, StateName>> = {
        WaitingForAdmin: 'Provisioning',
        WaitingForUser: 'WaitingForUser',
      };
      const state = asked?.state ?? 'Failed';
      const to = action === 'retry' ? retried[state] : 'Cancelled';
      const result = step(id, isSame && state in retried ? to : undefined);
      if (result.kind === 'done') {
        api.set({ problem: null, stateSince: new Date(since.getTime() + 1) });
      }
      return result;
    },
    async renameFolders(id, renames) {
      const migration = ofId(id);
      if (migration === null) {
        throw new Error('no such migration');
      }
      const rows = migration.folderMap.map((folder) => ({ ...folder, copied: !folder.editable }));
      const edit = editFolderMap({ rows, renames, target: 'exchange-online' });
      if (edit.kind === 'refused') {
        return { ...edit, migration };
      }
      const changes = new Map(edit.changes.map((one) => [one.sourcePath, one.targetPath]));
      api.set({
        folderMap: migration.folderMap.map((folder) => {
          const targetPath = changes.get(folder.sourcePath);
          return targetPath === undefined ? folder : { ...folder, targetPath, reason: 'chosen' };
        }),
      });
      return {
        kind: changes.size > 0 ? 'done' : 'nothing-to-do',
        migration: api.current ?? migration,
      };
    },
    async choosePilot(id, folder) {
      const migration = ofId(id);
      if (migration === null) {
        throw new Error('no such migration');
      }
      if (!migration.folderMap.some(({ sourcePath }) => sourcePath === folder)) {
        return { kind: 'unknown', migration };
      }
      api.acted.push(`pilot ${folder}`);
      return step(id, migration.state === 'PilotReview' ? 'Piloting' : undefined);
    },
    async agree(id, { choice, bytes }) {
      api.acted.push(choice);
      const asked = ofId(id);
      const fits =
        asked?.state === 'WaitingForAdmin' &&
        asked.problem?.code === QUESTION_OF_CHOICE[choice] &&
        asked.problem?.facts['bytes'] === bytes;
      return step(id, fits ? 'Piloting' : undefined);
    },
    async submitCredential(input) {
      api.submitted.push(input);
      const isAsked = ofId(input.migrationId)?.state === 'WaitingForUser';
      const { migration } = step(input.migrationId, isAsked ? 'Testing' : undefined);
      if (isAsked) {
        api.set({ sourceAddress: input.sourceAddress, problem: null });
      }
      return { kind: isAsked ? 'checking' : 'not-expected', migration: api.current ?? migration };
    },
    async leaveOut(id, person) {
      const migration = ofId(id);
      if (migration === null) {
        throw new Error('no such migration');
      }
      api.set({ rules: { ...migration.rules, person } });
      return { kind: 'done', migration: api.current ?? migration };
    },
    declineMove: async (id) =>
      step(id, END_STATES.includes(ofId(id)?.state ?? 'Queued') ? undefined : 'Cancelled'),
    async roleOf(personId) {
      if (api.roleFailure !== null) {
        throw api.roleFailure;
      }
      if (api.admins.has(personId)) {
        return { role: 'admin', lacks: null };
      }
      return { role: api.helpdesk.has(personId) ? 'helpdesk' : 'none', lacks: api.lacks };
    },
    audit: async (entry) => void api.audits.push(entry),
  };
  return api;
}
