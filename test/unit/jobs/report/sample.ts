/** A report's input with one of everything. */
import type { ReportFolder, ReportInput, ReportTally } from '../../../../src/jobs/report/input.ts';

function tally(some: Partial<ReportTally>): ReportTally {
  return {
    source: 0,
    copied: 0,
    alreadyThere: 0,
    skipped: {},
    failed: {},
    gone: 0,
    open: 0,
    arrivedLater: 0,
    ...some,
  };
}

function folder(sourcePath: string, some: Partial<ReportFolder>): ReportFolder {
  return {
    sourcePath,
    targetPath: sourcePath,
    problem: null,
    targetClass: 'IPF.Note',
    tally: tally({}),
    bytes: { total: 0, settled: 0 },
    repaired: {},
    ...some,
  };
}

const comparison = {
  messages: { expected: 405, found: 405, missing: 0, others: 3 },
  dates: { compared: 405, different: 0 },
  flags: { compared: 405, different: 1 },
};

/** Words as short as a test needs them. */
const words = {
  reason: (code: string) => code.replace(/[.-]/g, ' '),
  bytes: (sizeBytes: number) => `${(sizeBytes / 1e6).toFixed(1)} MB`,
  count: (count: number) => count.toLocaleString('en'),
};

export const sample: ReportInput = {
  runId: '0b6f2f5e-8c7a-4e0e-9d5c-6c3f6a5d2f11',
  person: { displayName: 'Anna Müller', userPrincipalName: 'anna@contoso.example' },
  sourceAddress: 'anna.mueller@icloud.example',
  sourceHost: 'imap.mail.me.com',
  targetMailbox: 'anna@contoso.example',
  state: 'CompletedWithWarnings',
  startedAt: new Date('2026-11-22T08:00:00Z'),
  finishedAt: new Date('2026-11-22T09:12:30Z'),
  folders: [
    folder('INBOX', {
      targetPath: 'Inbox',
      tally: tally({
        source: 412,
        copied: 405,
        skipped: { 'copy.too-old': 5 },
        failed: { 'copy.too-large': 1, 'copy.signed-line-too-long': 1 },
      }),
      bytes: { total: 89_400_000, settled: 52_000_000 },
      repaired: { 'header-8bit': 12, 'line-reencoded': 1 },
    }),
    folder('Sent Messages', {
      targetPath: 'Sent Items',
      tally: tally({ source: 8120, copied: 8089, alreadyThere: 31 }),
      bytes: { total: 1_204_000_000, settled: 1_204_000_000 },
      repaired: { 'receipt-disarmed': 4 },
    }),
    folder('Projekte/Umbau Küche/Angebote 2019', {
      targetClass: 'IPF.Imap',
      tally: tally({ source: 77, copied: 76, gone: 1 }),
      bytes: { total: 12_000_000, settled: 12_000_000 },
    }),
    folder('日本語フォルダ', {
      targetClass: 'unknown',
      tally: tally({ source: 3, copied: 3 }),
      bytes: { total: 100_000, settled: 100_000 },
    }),
    folder('Notes', { problem: 'imap.folder-does-not-open' }),
    folder('=cmd()<b>&', { tally: tally({}) }),
  ],
  items: [
    ...Array.from({ length: 5 }, (_, i) => ({
      folder: 'INBOX',
      uid: 100 + i,
      receivedAt: new Date(Date.UTC(2011, 2, i + 1, 9, 30)),
      sizeBytes: 20_000,
      outcome: 'skipped' as const,
      reason: 'copy.too-old',
    })),
    {
      folder: 'INBOX',
      uid: 9,
      receivedAt: new Date('2019-05-04T13:02:11Z'),
      sizeBytes: 37_300_000,
      outcome: 'failed',
      reason: 'copy.too-large',
    },
    {
      folder: 'INBOX',
      uid: 10,
      receivedAt: null,
      sizeBytes: 41_000,
      outcome: 'failed',
      reason: 'copy.signed-line-too-long',
    },
  ],
  verification: {
    finishedAt: new Date('2026-11-22T09:12:00Z'),
    folders: [
      { sourcePath: 'INBOX', comparison },
      {
        sourcePath: 'Sent Messages',
        comparison: {
          messages: { expected: 8120, found: 8120, missing: 0, others: 0 },
          dates: { compared: 8120, different: 0 },
          flags: { compared: 8120, different: 0 },
        },
      },
    ],
    source: [
      { sourcePath: 'INBOX', showsNow: 412, arrivedLater: 0, deletedSince: 0, unexplained: 0 },
      {
        sourcePath: 'Sent Messages',
        showsNow: 8120,
        arrivedLater: 0,
        deletedSince: 0,
        unexplained: 0,
      },
    ],
    content: {
      compared: 96,
      different: 0,
      attachments: { compared: 143, different: 0 },
      invitations: { compared: 2, different: 0 },
    },
    differences: [
      {
        folder: 'INBOX',
        receivedAt: new Date('2024-02-29T23:59:59Z'),
        sizeBytes: 12_000,
        kind: 'flags',
        foundIn: null,
      },
    ],
  },
  words,
};
