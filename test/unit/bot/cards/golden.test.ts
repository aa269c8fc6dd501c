import * as AdaptiveCards from 'adaptivecards';
import { expect, test } from 'vitest';
import { adminCard, cancelCard } from '../../../../src/bot/cards/admin.ts';
import {
  continuedCard,
  helpCard,
  problemCard,
  welcomeCard,
} from '../../../../src/bot/cards/basics.ts';
import { batchPlanCard, createdPeopleCard } from '../../../../src/bot/cards/batch-plan.ts';
import {
  batchesCard,
  foundMovesCard,
  peopleCard,
  reportsCard,
} from '../../../../src/bot/cards/batches.ts';
import type { Card } from '../../../../src/bot/cards/elements.ts';
import { refusalText } from '../../../../src/bot/cards/folder-form.ts';
import { leaveOutCard } from '../../../../src/bot/cards/leave-out.ts';
import { letterCard } from '../../../../src/bot/cards/letter.ts';
import {
  askPeopleCard,
  choosePersonCard,
  notNowCard,
  planCard,
} from '../../../../src/bot/cards/people.ts';
import {
  declineCard,
  personCard,
  personHelpCard,
  personWelcomeCard,
  unknownMoveCard,
} from '../../../../src/bot/cards/person.ts';
import { pilotChoiceCard } from '../../../../src/bot/cards/pilot-choice.ts';
import {
  remindersForm,
  settingsCard,
  skipRulesForm,
  windowForm,
} from '../../../../src/bot/cards/settings.ts';
import { typedSkipRules, typedWindow } from '../../../../src/bot/cards/settings-form.ts';
import { checkingTenantCard, fixCard, tenantCard } from '../../../../src/bot/cards/tenant.ts';
import type {
  BatchLine,
  MadeChange,
  MailboxRoom,
  MigrationView,
  Settings,
  StateName,
} from '../../../../src/jobs/api.ts';
import { STATES } from '../../../../src/jobs/migration/state.ts';
import { LANGUAGES, type Language } from '../../../../src/words/language.ts';
import { personTexts } from '../../../../src/words/person.ts';
import { cardNodes, cardToText } from '../../../sim/teams/card-text.ts';
import {
  ALEX,
  AT_REST,
  batchPlan,
  batchView,
  COPIED,
  FOLDERS,
  HALF_WAY,
  mailboxFacts,
  migrationView,
  movePlan,
  PILOT,
  planOfMany,
  tenantFinding,
} from '../support/views.ts';
import { channelCards } from './channel-cards.ts';

const REFUSED = { code: 'source.login-refused', facts: {} };
const UNTIL = new Date('2026-11-22T14:32:00Z');

const SPARED: Partial<MigrationView> = {
  state: 'Testing',
  until: UNTIL,
  problem: { code: 'source.login-limit', facts: {} },
};

const ROOM_BEFORE: MailboxRoom = {
  source: { messages: 12_904, bytes: 3_400_000_000, largestBytes: 27_000_000 },
  before: { quotaBytes: 107_374_182_400, usedBytes: 1_200_000_000, items: 8210 },
  after: null,
};

const DETAILS: Partial<Record<StateName, Partial<MigrationView>>> = {
  Provisioning: { until: UNTIL },
  Piloting: { sourceAddress: 'alex@icloud.com', folderMap: FOLDERS },
  PilotReview: {
    sourceAddress: 'alex@icloud.com',
    folderMap: FOLDERS,
    pilot: PILOT,
    room: ROOM_BEFORE,
  },
  Syncing: HALF_WAY,
  IncrementalSyncing: HALF_WAY,
  Completing: HALF_WAY,
  Synced: COPIED,
  Verifying: COPIED,
  Completed: {
    ...COPIED,
    cleanedUp: true,
    verification: {
      compared: 12_881,
      opened: { messages: 62, attachments: 41, invitations: 2 },
      differences: {},
      arrivedLater: 0,
      unexplained: 0,
    },
    reportPath: 'reports/batch-1/alexw.html',
  },
  CompletedWithWarnings: {
    ...COPIED,
    tally: { ...migrationView().tally, source: 5, copied: 3, open: 2 },
    verification: {
      compared: 3,
      opened: { messages: 3, attachments: 1, invitations: 0 },
      differences: { flags: 1, text: 1 },
      arrivedLater: 1,
      unexplained: 0,
    },
  },
  RateLimited: { ...HALF_WAY, until: UNTIL, resume: 'Syncing' },
  WaitingForAdmin: { problem: { code: 'database.lost', facts: {} }, resume: 'Provisioning' },
  Paused: { ...AT_REST, resume: 'Syncing' },
  Failed: { problem: { code: 'internal.unexpected', facts: {} } },
  Cancelled: { ...HALF_WAY, cleanedUp: true },
};

function inState(state: StateName): MigrationView {
  return migrationView({ state, ...DETAILS[state] });
}

const person = (
  migration: MigrationView,
  complaint: string | null = null,
  language: Language = 'en',
): Card => personCard({ migration, nonce: 'nonce-1', complaint, language });

const LEFT_OUT = migrationView({
  rules: {
    admin: [{ kind: 'junk', olderThanDays: 30 }, { kind: 'deleted' }],
    person: [
      { kind: 'folder', path: 'Archive' },
      { kind: 'before', date: '2019-01-01' },
    ],
  },
});

const LEFT_OUT_DONE: MigrationView = {
  ...inState('Completed'),
  tally: {
    ...inState('Completed').tally,
    skipped: {
      'rule.junk-older:30': 12,
      'rule.own-folder': 30,
      'rule.own-before:2019-01-01': 1204,
    },
  },
};

const PLAN_OF_MAILBOX = movePlan({
  readiness: {
    ...movePlan().readiness,
    mailbox: 'ready',
    licence: null,
    imapEnabled: false,
    accessGranted: false,
    mailboxFacts: mailboxFacts(),
  },
  changes: [
    { what: 'imap', before: 'off', after: 'on' },
    { what: 'mailbox-access', before: 'none', after: 'FullAccess' },
    { what: 'retention-hold', before: 'off', after: 'on' },
  ],
  notes: [
    { code: 'purview-deletes', warns: true, facts: { policies: 2 } },
    { code: 'litigation-hold', warns: false, facts: {} },
    { code: 'archive', warns: false, facts: {} },
    { code: 'retention-held', warns: false, facts: {} },
    { code: 'imap-passwords-off', warns: false, facts: {} },
    { code: 'smtp-auth-off', warns: false, facts: {} },
    { code: 'purview-unseen', warns: false, facts: {} },
  ],
});

const change = (what: MadeChange['what'], outcome: MadeChange['outcome']): MadeChange => ({
  what,
  personId: ALEX.id,
  before: 'a',
  after: 'b',
  made: true,
  outcome,
});
function fail(): never {
  throw new Error('The plan is empty.');
}
const SETTINGS: Settings = {
  reminderDays: [1],
  window: {
    days: ['Mon', 'Tue', 'Sun'],
    fromMinute: 22 * 60,
    toMinute: 6 * 60,
    timeZone: 'Europe/Berlin',
  },
  skipRules: [
    { kind: 'junk', olderThanDays: 30 },
    { kind: 'deleted' },
    { kind: 'before', date: '2019-01-01' },
  ],
};
const [PLANNED = fail()] = planOfMany().moves;
const BATCHES: readonly BatchLine[] = [
  { ...batchView(migrationView()), size: 1, firstName: 'Alex Wilber', open: 1, reports: 0 },
  ...Array.from({ length: 9 }, (_none, n) => ({
    ...batchView(migrationView()),
    size: 23,
    firstName: '[Anna](https://evil.example)',
    open: n,
    reports: 23 - n,
  })),
];
const BATCH_OF_MANY = {
  ...batchView(migrationView()),
  migrations: STATES.map((state, n) => ({
    ...inState(state),
    id: `migration-${n}`,
    person: { ...ALEX, displayName: `Person ${n}` },
  })),
};
const CHANGES = [
  change('licence', 'stays'),
  change('imap', 'put-back'),
  change('mailbox-access', 'put-back'),
  change('retention-hold', 'put-back'),
  change('receive-limit', 'left'),
  change('send-limit', 'put-back'),
];
const ROOM: MailboxRoom = {
  source: { messages: 12_904, bytes: 3_400_000_000, largestBytes: 27_000_000 },
  before: { quotaBytes: 107_374_182_400, usedBytes: 1_200_000_000, items: 8210 },
  after: { quotaBytes: 107_374_182_400, usedBytes: 4_500_000_000, items: 21_060 },
};

/** The person's cards in another language: asked, refused, under way, done, and around them. */
function cardsIn(language: Language): readonly (readonly [name: string, card: Card])[] {
  const refused = migrationView({ problem: REFUSED, sourceAddress: 'alex@icloud.com' });
  return Object.entries({
    welcome: personWelcomeCard(language),
    help: personHelpCard(language),
    ask: person(migrationView(), null, language),
    again: person(migrationView({ interrupted: 'Syncing', problem: REFUSED }), null, language),
    refused: person(refused, null, language),
    spared: person({ ...refused, ...SPARED }, null, language),
    moving: person(inState('Syncing'), null, language),
    done: person(inState('Completed'), null, language),
    decline: declineCard('migration-1', language),
    'leave-out': leaveOutCard(LEFT_OUT, null, language),
    'left-out': person(LEFT_OUT, null, language),
    'left-out-done': person(LEFT_OUT_DONE, null, language),
  }).map(([name, card]) => [`person-${name}.${language}`, card]);
}

const CARDS: Readonly<Record<string, Card>> = {
  'admin-names-refused': adminCard(
    inState('PilotReview'),
    refusalText([{ sourcePath: 'Files', targetPath: 'Notes', problem: 'not-mail' }]),
    [
      { sourcePath: 'Files', targetPath: 'Notes' },
      { sourcePath: 'INBOX', targetPath: 'Old mail' },
    ],
  ),
  'admin-pilot-choice': pilotChoiceCard(inState('PilotReview'), null),
  'admin-pilot-choice-wrong': pilotChoiceCard(
    inState('PilotReview'),
    'There is no such folder in this account.',
  ),
  'admin-folders-hidden': adminCard(
    {
      ...inState('Syncing'),
      folderMap: FOLDERS.map((folder) => ({
        ...folder,
        targetClass: 'IPF.Imap',
        isHidden: folder.reason !== 'special-use',
      })),
    },
    null,
  ),
  'admin-folder-refused': adminCard(
    migrationView({
      state: 'WaitingForAdmin',
      resume: 'Syncing',
      folderMap: FOLDERS,
      problem: { code: 'imap.folder-refused', facts: { folder: '[x](https://evil.example)' } },
    }),
    null,
  ),
  welcome: welcomeCard(),
  'welcome-person': personWelcomeCard('en'),
  help: helpCard('admin'),
  'help-person': personHelpCard('en'),
  problem: problemCard({ code: 'database.lost', facts: {} }, 'tenant.check'),
  continued: continuedCard('Move of Alex Wilber', 'This goes on in a newer card below.'),
  'tenant-checking': checkingTenantCard(),
  'tenant-ready': tenantCard(
    [
      tenantFinding('check.sign-in', 'ok', { facts: { api: 'Microsoft Graph' } }),
      tenantFinding('check.rights', 'ok', { facts: { api: 'Microsoft Graph', count: 5 } }),
      tenantFinding('check.registration', 'ok'),
      tenantFinding('check.imap-login', 'ok', { facts: { mailbox: 'anna@contoso.example' } }),
      tenantFinding('check.credential', 'ok', {
        facts: { what: 'certificate', until: '2027-03-14', days: 109 },
      }),
      tenantFinding('check.security-defaults.on', 'ok', {
        raw: '{"isEnabled":true}',
        believed: true,
      }),
      tenantFinding('check.server', 'ok', {
        facts: {
          server: 'iCloud IMAP',
          host: 'imap.mail.me.com',
          port: 993,
          validTo: '2027-02-01',
        },
      }),
      tenantFinding('check.licences.none-free', 'warning', { facts: { names: 'Business Basic' } }),
    ],
    'anna@contoso.example',
  ),
  'tenant-not-ready': tenantCard(
    [
      tenantFinding('check.sign-in', 'ok', { facts: { api: 'Microsoft Graph' } }),
      tenantFinding('check.rights.missing', 'failed', {
        facts: { api: 'Microsoft Graph', role: 'User.Read.All' },
      }),
      tenantFinding('check.registration.wrong-object', 'failed', {
        facts: { clientId: 'client-1', objectId: 'object-1', found: 'object-2' },
        fix: 'register-principal',
      }),
      tenantFinding('check.cmdlets.no-role', 'failed', {
        facts: { objectId: 'object-1' },
        raw: '403 Forbidden The role [assigned](https://evil.example) is not supported',
        believed: true,
      }),
      tenantFinding('check.imap-login.not-tried', 'unknown'),
      tenantFinding('check.unanswered', 'unknown', {
        facts: { check: 'licences', problem: 'graph.throttled' },
        raw: '429 ApplicationThrottled',
      }),
      tenantFinding('check.licences', 'ok', { facts: { freeSeats: 41 } }),
    ],
    null,
  ),
  'tenant-proxy': tenantCard(
    [
      tenantFinding('check.server.proxy', 'failed', {
        facts: {
          server: 'iCloud IMAP',
          host: 'imap.mail.me.com',
          port: 993,
          upgrade: '',
          issuer: 'Contoso, [Web](https://evil.example) Filter',
        },
        raw: 'SELF_SIGNED_CERT_IN_CHAIN',
      }),
      tenantFinding('check.imap-login.imap-off', 'warning', {
        facts: { mailbox: 'anna@contoso.example' },
        raw: 'User is authenticated but not connected.',
        believed: true,
      }),
    ],
    'anna@contoso.example',
  ),
  'tenant-no-sign-in': tenantCard(
    [
      tenantFinding('check.sign-in.refused', 'failed', {
        facts: { api: 'Microsoft Graph', problem: 'graph.credential-expired' },
        raw: 'AADSTS7000222 The provided client secret keys are expired.',
      }),
      ...['rights', 'licences'].map((check) =>
        tenantFinding('check.not-asked', 'unknown', { facts: { check, because: 'sign-in' } }),
      ),
    ],
    null,
  ),
  'tenant-fix': fixCard('register-principal', {
    before: 'registered as object-2',
    after: 'registered as object-1',
  }),
  'help-not-understood': helpCard('admin', 'I did not understand that. This is what I can do.'),
  'help-helpdesk': helpCard('helpdesk'),
  'settings-default': settingsCard({
    settings: { reminderDays: [1, 3, 7], window: null, skipRules: [] },
    hasChannel: false,
    now: UNTIL,
    saved: null,
  }),
  'settings-set': settingsCard({
    settings: SETTINGS,
    hasChannel: true,
    now: UNTIL,
    saved: { note: 'Saved.', changeId: 7 },
  }),
  'settings-open': settingsCard({
    settings: { ...SETTINGS, reminderDays: [] },
    hasChannel: true,
    now: new Date('2026-11-22T22:00:00Z'),
    saved: { note: 'It was like that already.', changeId: null },
  }),
  'settings-reminders': remindersForm('1, 3, 7', null),
  'settings-window': windowForm(typedWindow(SETTINGS.window), null),
  'settings-window-wrong': windowForm(
    { days: 'Mon,Sun', from: '22:00', to: '', timeZone: '[Berlin](https://evil.example)' },
    { text: 'I need both times, such as 22:00 and 06:00.' },
  ),
  'settings-skip-rules': skipRulesForm(typedSkipRules(SETTINGS.skipRules), null),
  batches: batchesCard(BATCHES, 'Moves and their reports'),
  'batch-people': peopleCard(BATCH_OF_MANY, 1),
  'batch-reports': reportsCard(BATCH_OF_MANY, 0),
  'batch-reports-none': reportsCard(batchView(migrationView()), 0),
  'moves-found': foundMovesCard([migrationView(), inState('Syncing')], true),
  'plan-left-out': planCard(movePlan({ rules: SETTINGS.skipRules }), null),
  'people-ask': askPeopleCard(null),
  'people-ask-again': askPeopleCard('I found nobody of that name.'),
  'people-choose': choosePersonCard(
    Array.from({ length: 8 }, (_, n) => ({
      ...ALEX,
      id: `person-${n}`,
      userPrincipalName: `alex${n}@contoso.example`,
    })),
  ),
  plan: planCard(movePlan(), null),
  'plan-changed': planCard(
    movePlan({ hash: 'plan-2' }),
    'Something changed meanwhile, so here is the plan anew.',
  ),
  'plan-not-apple': planCard(
    movePlan({ sourceIsApple: false, sourceHost: 'mail.example.net' }),
    null,
  ),
  'plan-mailbox': planCard(PLAN_OF_MAILBOX, null),
  'plan-nothing': planCard(
    movePlan({
      changes: [],
      readiness: { ...PLAN_OF_MAILBOX.readiness, imapEnabled: true, accessGranted: true },
    }),
    null,
  ),
  'admin-too-small': adminCard(
    migrationView({
      state: 'WaitingForAdmin',
      resume: 'Piloting',
      problem: {
        code: 'tenant.mailbox-too-small',
        facts: {
          bytes: 12 * 1024 ** 3,
          sourceBytes: 60 * 1024 ** 3,
          freeBytes: 48 * 1024 ** 3,
          quotaBytes: 50 * 1024 ** 3,
        },
      },
    }),
    null,
  ),
  'admin-too-large': adminCard(
    migrationView({
      state: 'WaitingForAdmin',
      resume: 'Piloting',
      problem: {
        code: 'tenant.messages-too-large',
        facts: {
          bytes: 47_185_920,
          messages: 2,
          largestBytes: 45_000_000,
          limitBytes: 36_700_160,
        },
      },
    }),
    null,
  ),
  'admin-hindered': adminCard(
    {
      ...inState('Cancelled'),
      cleanedUp: false,
      until: UNTIL,
      putBackProblem: { code: 'exchange-admin.right-missing', facts: {} },
    },
    null,
  ),
  'admin-put-back': adminCard({ ...inState('Completed'), changes: CHANGES, room: ROOM }, null),
  'admin-passed-on': adminCard(
    { ...inState('Completed'), changes: [change('imap', 'passed-on')] },
    null,
  ),
  'admin-Testing-access': adminCard({ ...inState('Testing'), until: UNTIL }, null),
  'admin-Testing-later': adminCard(
    { ...inState('Testing'), until: UNTIL, problem: { code: 'imap.unreachable', facts: {} } },
    null,
  ),
  'admin-Verifying-later': adminCard(
    { ...inState('Verifying'), until: UNTIL, problem: { code: 'imap.timeout', facts: {} } },
    null,
  ),
  'admin-late': adminCard(
    { ...inState('Provisioning'), problem: { code: 'graph.unreachable', facts: {} } },
    null,
  ),
  'admin-tenant-right': adminCard(
    migrationView({
      state: 'WaitingForAdmin',
      resume: 'Provisioning',
      problem: { code: 'exchange-admin.right-missing', facts: {} },
    }),
    null,
  ),
  'tenant-fix-changed': fixCard(
    'register-principal',
    { before: 'registered as object-2', after: 'registered as object-1' },
    'Something changed meanwhile, so here is the plan anew.',
  ),
  'plan-obstacle': planCard(
    movePlan({ obstacle: { code: 'tenant.no-free-licence', facts: {} } }),
    null,
  ),
  'plan-many': batchPlanCard(planOfMany(), null),
  'plan-many-changed': batchPlanCard(
    planOfMany({ sourceIsApple: false, sourceHost: 'mail.example.net' }),
    'Something changed meanwhile, so here is the plan anew.',
  ),
  'plan-list': batchPlanCard(
    planOfMany({
      isList: true,
      moves: [
        ...planOfMany().moves.map((move, n) => ({ ...move, line: n + 2 })),
        ...[7, 8, 9, 14].map((line) => ({
          ...PLANNED,
          line,
          readiness: null,
          obstacle: { code: 'people.line-faulty', facts: { fault: 'bad-address' } },
        })),
      ],
    }),
    null,
  ),
  'list-workbook': problemCard({ code: 'file.workbook', facts: {} }, 'people.ask'),
  'list-reading': continuedCard('I am reading the list', 'With many people this takes a minute.'),
  'plan-refused': batchPlanCard(
    batchPlan({
      moves: [],
      obstacle: { code: 'people.list-password-column', facts: { columns: 'Password' } },
    }),
    null,
  ),
  'people-created': createdPeopleCard([
    {
      kind: 'created',
      address: 'dora@contoso.example',
      displayName: 'Dora',
      initialPassword: 'aB3?defghijklmno',
    },
    {
      kind: 'failed',
      address: 'emil@contoso.example',
      problem: { code: 'graph.address-taken', facts: {} },
    },
  ]),
  'plan-not-now': notNowCard(),
  'admin-cancel': cancelCard(migrationView()),
  'admin-WaitingForUser-again': adminCard(
    migrationView({ interrupted: 'Syncing', problem: REFUSED }),
    null,
  ),
  'admin-Syncing-note': adminCard(inState('Syncing'), 'That was done before; nothing was changed.'),
  'person-wrong-length': person(migrationView(), 'That has 11 letters.'),
  'person-refused': person(migrationView({ problem: REFUSED, sourceAddress: 'alex@icloud.com' })),
  'person-again': person(migrationView({ interrupted: 'Syncing', problem: REFUSED })),
  'person-not-apple': person(
    migrationView({ sourceIsApple: false, sourceHost: 'mail.example.net' }),
  ),
  'person-checking-later': person(
    migrationView({
      state: 'Testing',
      until: UNTIL,
      problem: { code: 'imap.unreachable', facts: {} },
    }),
  ),
  'person-spared': person(migrationView({ ...SPARED, sourceAddress: 'alex@icloud.com' })),
  'person-leave-out': leaveOutCard(LEFT_OUT, null, 'en'),
  'person-leave-out-wrong': leaveOutCard(
    LEFT_OUT,
    { folders: 'Archive', before: '1.1.2019', complaint: personTexts('en').notADay },
    'en',
  ),
  'person-left-out': person(LEFT_OUT),
  'person-left-out-done': person(LEFT_OUT_DONE),
  'person-decline': declineCard('migration-1', 'en'),
  'person-unknown-move': unknownMoveCard('migration-1', 'en'),
  ...Object.fromEntries(LANGUAGES.filter((one) => one !== 'en').flatMap(cardsIn)),
  ...Object.fromEntries(STATES.map((state) => [`admin-${state}`, adminCard(inState(state), null)])),
  'admin-letter': letterCard(migrationView(), 'https://skybridge.example/move', 'de'),
  'admin-letter-without-page': letterCard(migrationView(), null, 'en'),
  'admin-unreached': adminCard(
    { ...inState('WaitingForUser'), problem: { code: 'teams.blocked', facts: {} } },
    null,
  ),
  ...Object.fromEntries(STATES.map((state) => [`person-${state}`, person(inState(state))])),
  ...channelCards(inState),
};

/** Everything that the real renderer has to object to, fallbacks aside. */
function objections(content: unknown): readonly string[] {
  const context = new AdaptiveCards.SerializationContext();
  const parsed = new AdaptiveCards.AdaptiveCard();
  parsed.version = new AdaptiveCards.Version(1, 5);
  parsed.parse(content, context);
  const events = Array.from(
    { length: context.eventCount },
    (_, n) => context.getEventAt(n).message,
  );
  return [...events, ...parsed.validateProperties().validationEvents.map((event) => event.message)];
}

test('the check finds what it is there to find', () => {
  const broken = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'NoSuchThing' }] };
  expect(objections(broken).join()).toContain('NoSuchThing');
});

test.for(Object.entries(CARDS))('card %s', async ([name, { content, summary }]) => {
  await expect(`${JSON.stringify(content, null, 2)}\n`).toMatchFileSnapshot(
    `../../../golden/cards/${name}.json`,
  );
  // ProgressBar is newer than the renderer: what it shows instead is the fallback, which is checked here.
  const shown: unknown = JSON.parse(JSON.stringify(content), (_key, value: unknown) =>
    Object(value).type === 'ProgressBar' ? Object(value).fallback : value,
  );
  expect(objections(shown)).toEqual([]);
  expect(Buffer.byteLength(JSON.stringify(content))).toBeLessThan(25_000);
  expect(cardToText(content).length).toBeGreaterThan(20);
  expect(summary).not.toBe('');
  const nodes = cardNodes(content);
  expect(
    nodes
      .filter((node) => node['type'] === 'Input.Text' && node['style'] === 'Password')
      .every((node) => !('value' in node)),
  ).toBe(true);
});

test('names from outside stay words', () => {
  const text = JSON.stringify(adminCard(inState('PilotReview'), null).content);
  expect(text).toContain(String.raw`\\[x\\](https://evil.example)`);
});
