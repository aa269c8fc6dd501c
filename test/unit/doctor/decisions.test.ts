import { expect, test } from 'vitest';
import { CANARIES } from '../../../src/graph/doctor/canaries.ts';
import { findingsOf } from '../../../src/graph/doctor/finding.ts';
import { type Check, runChecks } from '../../../src/graph/doctor/run-checks.ts';
import { sanitiseAnswer } from '../../../src/graph/doctor/sanitise-answer.ts';
import { M365Error } from '../../../src/graph/errors.ts';
import { rightsOf } from '../../../src/graph/tiers.ts';
import type { ProbeResult } from '../../../src/imap/probe/types.ts';
import { type CheckedServer, serverFinding } from '../../../src/jobs/adapters/server-findings.ts';
import type { AuditEntry } from '../../../src/jobs/api.ts';
import type { TenantFixPlan } from '../../../src/jobs/ports.ts';
import { createTenantChecks } from '../../../src/jobs/tenant-check.ts';
import { silentLogger } from '../../../src/log.ts';
import { explainFinding } from '../../../src/words/words.ts';

const never = new AbortController().signal;

test.for([
  [
    'a bearer header',
    'Bearer eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxIn0.c2lnbmF0dXJl rejected',
    '[removed] rejected',
  ],
  [
    'a token that is cut off',
    'token eyJhbGciOiJSUzI1NiJ9.eyJvaWQ cut off',
    'token [removed] cut off',
  ],
  [
    'a token in a URL',
    'https://x.example/?authtoken=abc123&y=1',
    'https://x.example/?[removed]&y=1',
  ],
  ['an address', 'no mailbox anna.berg@contoso.example here', 'no mailbox a…@contoso.example here'],
  [
    'an XOAUTH2 response',
    `AUTHENTICATE XOAUTH2 ${'dXNlcj1h'.repeat(12)}==`,
    'AUTHENTICATE XOAUTH2 [removed]',
  ],
  ['control characters', 'two\r\nlines \u202Eand a bell\u0007', 'two lines and a bell'],
] as const)('an answer is fit to be shown: %s', ([, said, shown]) => {
  expect(sanitiseAnswer(said)).toBe(shown);
});

test('an answer without an end is cut', () => {
  expect(sanitiseAnswer('no '.repeat(400)).length).toBeLessThan(310);
});

test('every right of Microsoft Graph that a move needs has a call that tries it', () => {
  const needed = rightsOf(['base', 'provisioning']).filter(({ resource }) => resource === 'graph');
  const untried = needed.filter(({ role }) => CANARIES[role] === undefined);
  expect(untried).toEqual([]);
});

test('a question that fails, hangs or breaks is a finding of its own, beside the others', async () => {
  const say = findingsOf('clock');
  const check = (name: Check['name'], run: Check['run']): Check => ({ name, budgetMs: 30, run });
  const found = await runChecks(
    [
      check('clock', async () => [say('check.clock', 'ok', { seconds: 0 })]),
      check('rights', () => new Promise(() => undefined)),
      check('licences', () =>
        Promise.reject(new M365Error('graph.failed', { status: 500, serverText: 'oops' })),
      ),
      check('cmdlets', () => Promise.reject(new TypeError('a defect'))),
    ],
    silentLogger,
    never,
  );
  expect(found).toMatchObject([
    { code: 'check.clock', verdict: 'ok' },
    { code: 'check.timed-out', verdict: 'unknown', facts: { check: 'rights' } },
    { code: 'check.unanswered', verdict: 'unknown', raw: '500 oops' },
    { code: 'check.unanswered', facts: { problem: 'internal.unexpected' } },
  ]);
});

test('who gives up ends all questions', async () => {
  const giveUp = new AbortController();
  const hanging: Check = { name: 'clock', budgetMs: 9999, run: () => new Promise(() => undefined) };
  const asking = runChecks([hanging], silentLogger, giveUp.signal);
  giveUp.abort(new Error('enough'));
  await expect(asking).rejects.toThrow('enough');
});

const SERVER: CheckedServer = {
  check: 'target-imap',
  name: 'Exchange IMAP',
  protocol: 'imap',
  host: 'outlook.office365.com',
  port: 993,
  security: 'tls',
};

test.for([
  ['timeout', 'check.server.timeout', 'firewall'],
  ['no-route', 'check.server.no-route', 'route'],
] as const)(
  'what cannot be planted on one machine is told apart too: %s',
  ([reason, code, says]) => {
    const result: ProbeResult = { kind: 'no-answer', reason, raw: 'EHOSTUNREACH' };
    const finding = serverFinding(SERVER, result);
    expect(finding).toMatchObject({ code, verdict: 'failed', raw: 'EHOSTUNREACH' });
    expect(explainFinding(finding).what).toContain(says);
  },
);

test('a command to be copied holds nothing that a shell would read', () => {
  const facts = { mailbox: 'a@b.example;rm -rf', objectId: '1' };
  const { command } = explainFinding({ code: 'check.imap-login.imap-off', facts });
  expect(command).toBe('Set-CASMailbox -Identity <mailbox> -ImapEnabled $true');
});

test('mending is written down before it is made and after, and not done twice', async () => {
  const entries: AuditEntry[] = [];
  const order: string[] = [];
  let plan: TenantFixPlan | null = { before: 'not registered', after: 'registered as 1' };
  const checks = createTenantChecks({
    doctor: {
      check: async () => [],
      plan: async () => plan,
      mend: async () => {
        order.push('mended');
        plan = null;
      },
    },
    audit: async (entry) => {
      order.push(entry.action);
      entries.push(entry);
    },
  });
  const input = {
    fix: 'register-principal',
    actor: { personId: 'megan', tenantId: 'contoso' },
  } as const;
  expect(await checks.mendTenant(input, never)).toBe('done');
  expect(await checks.mendTenant(input, never)).toBe('nothing-to-do');
  expect(order).toEqual(['tenant.mending', 'mended', 'tenant.mended']);
  expect(entries[0]).toMatchObject({
    actor: { personId: 'megan' },
    before: 'not registered',
    after: 'registered as 1',
  });
});

test('a login on a mailbox is written down; a check without one is not', async () => {
  const entries: AuditEntry[] = [];
  const checks = createTenantChecks({
    doctor: { check: async () => [], plan: async () => null, mend: async () => undefined },
    audit: async (entry) => void entries.push(entry),
  });
  const actor = { personId: 'megan', tenantId: 'contoso' };
  await checks.checkTenant({ mailbox: null, actor }, never);
  await checks.checkTenant({ mailbox: 'anna@contoso.example', actor }, never);
  expect(entries).toMatchObject([
    { action: 'tenant.trial-login', subject: 'anna@contoso.example' },
  ]);
});
