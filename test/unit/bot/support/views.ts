import type {
  BatchPlan,
  BatchView,
  DirectoryPerson,
  FolderMapping,
  MigrationView,
  MovePlan,
  PilotResult,
  PlannedMove,
  TenantFinding,
} from '../../../../src/jobs/api.ts';
import type { MailboxFacts } from '../../../../src/jobs/ports.ts';

export const ALEX: DirectoryPerson = {
  id: '00000000-0000-4000-8000-000000000021',
  displayName: 'Alex Wilber',
  userPrincipalName: 'alexw@contoso.example',
  mail: 'alexw@contoso.example',
  usageLocation: 'DE',
  kind: 'member',
};

export const ADMIN_ID = '00000000-0000-4000-8000-000000000020';

export const PILOT: PilotResult = {
  sourcePath: 'Sent Messages',
  targetPath: 'Sent Items',
  messages: { source: 412, target: 412 },
  dates: { compared: 412, different: 0 },
  flags: { compared: 412, different: 0 },
  attachments: { compared: 96, different: 0 },
  repaired: { 'line-reencoded': 2 },
  failed: {},
};

/** A migration that waits for its person; `changes` make every other one. */
export function migrationView(changes: Partial<MigrationView> = {}): MigrationView {
  return {
    id: 'migration-1',
    batchId: 'batch-1',
    person: ALEX,
    submitter: ALEX,
    targetMailbox: 'alexw@contoso.example',
    sourceAddress: null,
    sourceHost: 'imap.mail.me.com',
    sourceIsApple: true,
    state: 'WaitingForUser',
    resume: null,
    interrupted: null,
    stateSince: new Date('2026-11-22T10:00:00Z'),
    until: null,
    problem: null,
    cleanedUp: false,
    putBackProblem: null,
    changes: [],
    room: null,
    progress: {
      messagesDone: 0,
      messagesTotal: 0,
      bytesDone: 0,
      bytesTotal: 0,
      folder: null,
      bytesPerSecond: null,
      secondsLeft: null,
    },
    tally: { source: 0, copied: 0, alreadyThere: 0, skipped: {}, failed: {}, gone: 0, open: 0 },
    rules: { admin: [], person: [] },
    folderMap: [],
    pilot: null,
    verification: null,
    reportPath: null,
    ...changes,
  };
}

function mapping(
  sourcePath: string,
  targetPath: string,
  more: Partial<FolderMapping> = {},
): FolderMapping {
  return {
    sourcePath,
    targetPath,
    messages: 1,
    reason: null,
    targetClass: null,
    isHidden: false,
    editable: true,
    ...more,
  };
}

export const FOLDERS: MigrationView['folderMap'] = [
  mapping('INBOX', 'INBOX', { messages: 120 }),
  mapping('Sent Messages', 'Sent Items', {
    messages: 412,
    reason: 'special-use',
    targetClass: 'IPF.Note',
    editable: false,
  }),
  mapping('Files', 'Files (iCloud)', { messages: 7, reason: 'reserved' }),
  mapping('projects', 'projects (2)', { messages: 3, reason: 'collision' }),
  mapping('[x](https://evil.example)', '_', { reason: 'invalid-name' }),
];

export const HALF_WAY: Partial<MigrationView> = {
  sourceAddress: 'alex@icloud.com',
  folderMap: FOLDERS,
  progress: {
    messagesDone: 7487,
    messagesTotal: 12_904,
    bytesDone: 1_930_000_000,
    bytesTotal: 3_400_000_000,
    folder: 'Family',
    bytesPerSecond: 612_000,
    secondsLeft: 2400,
  },
};

/** As far, and nothing moves. */
export const AT_REST: Partial<MigrationView> = {
  ...HALF_WAY,
  progress: {
    messagesDone: 7487,
    messagesTotal: 12_904,
    bytesDone: 1_930_000_000,
    bytesTotal: 3_400_000_000,
    folder: null,
    bytesPerSecond: null,
    secondsLeft: null,
  },
};

export const COPIED: Partial<MigrationView> = {
  ...HALF_WAY,
  progress: {
    messagesDone: 12_904,
    messagesTotal: 12_904,
    bytesDone: 3_400_000_000,
    bytesTotal: 3_400_000_000,
    folder: null,
    bytesPerSecond: 612_000,
    secondsLeft: null,
  },
  tally: {
    source: 12_904,
    copied: 12_850,
    alreadyThere: 31,
    skipped: { 'copy.too-large': 2 },
    failed: { 'copy.breaks-connection': 6 },
    gone: 15,
    open: 0,
  },
};

export function batchView(migration: MigrationView = migrationView()): BatchView {
  return {
    id: migration.batchId,
    startedBy: { personId: ADMIN_ID, tenantId: '00000000-0000-4000-8000-000000000001' },
    createdAt: new Date('2026-11-22T09:00:00Z'),
    migrations: [migration],
  };
}

/** A mailbox that has been there for years. */
export function mailboxFacts(changes: Partial<MailboxFacts> = {}): MailboxFacts {
  return {
    quotaBytes: 107_374_182_400,
    usedBytes: 1_200_000_000,
    items: 8210,
    maxReceiveBytes: 36 * 1024 ** 2,
    maxSendBytes: 35 * 1024 ** 2,
    retentionPolicy: 'Default MRM Policy',
    retentionHold: false,
    purviewDeletes: 0,
    litigationHold: false,
    archive: false,
    smtpAuth: false,
    imapPasswords: null,
    ...changes,
  };
}

export function movePlan(changes: Partial<MovePlan> = {}): MovePlan {
  return {
    readiness: {
      person: ALEX,
      mailbox: 'none',
      licence: {
        skuId: '3b555118-da6a-4418-894f-7df1e2096870',
        skuName: 'Business Basic',
        freeSeats: 41,
        needsSeat: true,
        needsUsageLocation: false,
      },
      imapEnabled: null,
      accessGranted: null,
      mailboxFacts: null,
    },
    changes: [
      { what: 'licence', before: 'none', after: '3b555118-da6a-4418-894f-7df1e2096870' },
      { what: 'imap', before: null, after: 'on' },
      { what: 'mailbox-access', before: null, after: 'FullAccess' },
      { what: 'retention-hold', before: null, after: 'on' },
    ],
    notes: [],
    rules: [],
    sourceHost: 'imap.mail.me.com',
    sourceIsApple: true,
    obstacle: null,
    hash: 'plan-1',
    ...changes,
  };
}

/** One line of the tenant check. */
export function tenantFinding(
  code: string,
  verdict: TenantFinding['verdict'],
  more: Partial<TenantFinding> = {},
): TenantFinding {
  const check = code.split('.')[1] ?? '';
  return { check, code, verdict, facts: {}, raw: null, believed: false, fix: null, ...more };
}

/** A plan of `movePlan` and whoever else there is. */
export function batchPlan(changes: Partial<BatchPlan> = {}): BatchPlan {
  const { readiness, changes: made, notes, sourceHost, sourceIsApple, obstacle, hash } = movePlan();
  return {
    moves: [
      {
        line: 1,
        named: ALEX.userPrincipalName,
        is: 'member',
        readiness,
        changes: made,
        notes,
        submitter: ALEX,
        sourceAccount: null,
        obstacle,
      },
    ],
    seats: [
      { skuId: readiness.licence?.skuId ?? '', skuName: 'Business Basic', needed: 1, free: 41 },
    ],
    ignoredColumns: [],
    isList: false,
    rules: [],
    sourceHost,
    sourceIsApple,
    obstacle,
    hash,
    ...changes,
  };
}

const [READY] = batchPlan().moves;

/** One line of a plan; ready, with everything in place, unless `changes` say otherwise. */
function plannedMove(displayName: string, changes: Partial<PlannedMove> = {}): PlannedMove {
  const person = { ...ALEX, id: displayName, displayName };
  const { readiness } = movePlan();
  return {
    ...(READY ?? fail()),
    named: displayName,
    readiness: { ...readiness, person, mailbox: 'ready', licence: null, imapEnabled: true },
    changes: [{ what: 'mailbox-access', before: null, after: 'FullAccess' }],
    submitter: person,
    ...changes,
  };
}

function fail(): never {
  throw new Error('The plan is empty.');
}

const problem = (code: string): PlannedMove['obstacle'] => ({ code, facts: {} });

/** Several people: most ready, some with what keeps them. */
export function planOfMany(changes: Partial<BatchPlan> = {}): BatchPlan {
  const { readiness } = movePlan();
  return batchPlan({
    moves: [
      plannedMove('Megan Bowen'),
      plannedMove('Alex Wilber', { readiness, changes: movePlan().changes, submitter: ALEX }),
      plannedMove('Info', {
        is: 'shared-mailbox',
        sourceAccount: 'info@icloud.com',
        submitter: ALEX,
      }),
      plannedMove('Gus Guest', { is: 'guest', submitter: null, obstacle: problem('tenant.guest') }),
      plannedMove('Dora Neu', {
        is: 'new',
        submitter: null,
        obstacle: problem('people.not-created'),
      }),
    ],
    ignoredColumns: ['Birthday'],
    ...changes,
  });
}
