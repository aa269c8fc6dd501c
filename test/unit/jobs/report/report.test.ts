import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ReportFolder, ReportInput } from '../../../../src/jobs/report/input.ts';
import { renderReport } from '../../../../src/jobs/report/report.ts';
import { sample } from './sample.ts';

function withFolders(change: (folder: ReportFolder) => ReportFolder): ReportInput {
  return { ...sample, folders: sample.folders.map(change) };
}

function csvOf(input: ReportInput, name: string): string[] {
  const file = renderReport(input).csvs.find((csv) => csv.name === name);
  return (file?.text ?? '').split('\r\n');
}

/** What a reader sees, without tags. */
function textOf(html: string): string {
  return html
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('each folder and the total show their sum', () => {
  const text = textOf(renderReport(sample).html);
  expect(text).toContain('412 = 405 + 0 + 5 + 2');
  expect(text).toContain('8,120 = 8,089 + 31 + 0 + 0');
  expect(text).toContain('77 = 76 + 0 + 0 + 0 + 1');
  expect(text).toContain('8,612 = 8,573 + 31 + 5 + 2 + 1');
  expect(text).toContain('Every one of 8,612 messages is accounted for, and some need a look.');
});

test('a sum that does not add up is said first, and loudly', () => {
  const broken = withFolders((folder) => ({
    ...folder,
    tally: {
      ...folder.tally,
      copied: folder.tally.copied - (folder.sourcePath === 'INBOX' ? 1 : 0),
    },
  }));
  const { html, json } = renderReport(broken);
  expect(textOf(html)).toContain('The sums do not add up.');
  expect(textOf(html)).toContain('412 = 404 + 0 + 5 + 2 does not add up');
  expect(JSON.parse(json)).toMatchObject({ sums: { balanced: false, consistency: 'Poor' } });
});

const clean: ReportInput = {
  ...sample,
  items: [],
  folders: sample.folders.slice(1, 2),
  verification: sample.verification && {
    ...sample.verification,
    folders: sample.verification.folders.slice(1),
    differences: [],
  },
};

test.for<[string, ReportInput, string, string]>([
  ['all well', clean, 'Every one of 8,120 messages is accounted for.', 'Perfect'],
  ['not verified', { ...clean, verification: null }, 'already there, not verified.', 'Good'],
  [
    'unfinished',
    {
      ...clean,
      folders: clean.folders.map((folder) => ({
        ...folder,
        tally: { ...folder.tally, copied: 8087, open: 2 },
      })),
    },
    '2 of 8,120 messages are not finished.',
    'Poor',
  ],
  [
    'still arriving',
    {
      ...clean,
      folders: clean.folders.map((folder) => ({
        ...folder,
        tally: { ...folder.tally, source: folder.tally.source + 3, arrivedLater: 3 },
      })),
    },
    'and some need a look. 8,089 copied, 31 already there, 3 arrived later.',
    'Investigate',
  ],
  [
    'missing at the target',
    {
      ...clean,
      verification: clean.verification && {
        ...clean.verification,
        differences: [
          {
            folder: 'INBOX',
            receivedAt: null,
            sizeBytes: 900,
            kind: 'missing',
            foundIn: null,
          },
        ],
      },
    },
    '1 message not found at the target.',
    'Investigate',
  ],
])('the verdict and the grade fit: %s', ([, input, sentence, grade]) => {
  const { html, json } = renderReport(input);
  expect(textOf(html)).toContain(sentence);
  expect(JSON.parse(json)).toMatchObject({ sums: { consistency: grade } });
});

test('the page loads and runs nothing, and its policy fits its style', () => {
  const { html } = renderReport(sample);
  const style = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  expect(policy.replaceAll('&#39;', "'")).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
  );
  expect(html).not.toMatch(/<script|<link|<img|<iframe|\sstyle=|\son[a-z]+=|https?:/i);
});

test('names from a mailbox are text, never markup, and cannot turn the page around', () => {
  const hostile = '<img src=x onerror=alert(1)>"\'&\u202Egnp.exe\u0007';
  const input = withFolders((folder) => ({ ...folder, sourcePath: hostile, targetPath: hostile }));
  const { html } = renderReport({ ...input, sourceAddress: hostile, targetMailbox: hostile });
  expect(html).not.toContain('<img');
  expect(html).not.toContain('\u202E');
  expect(html).not.toContain('\u0007');
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp; gnp.exe');
});

test('what failed is listed with folder, date, size and reason, failed ones first', () => {
  const text = textOf(renderReport(sample).html);
  const failed = text.indexOf('INBOX 4 May 2019, 13:02 37.3 MB failed copy too large');
  const skipped = text.indexOf('INBOX 1 Mar 2011, 09:30 0.0 MB skipped copy too old');
  expect(failed).toBeGreaterThan(0);
  expect(skipped).toBeGreaterThan(failed);
  expect(text).toContain('INBOX unknown 0.0 MB failed copy signed line too long');
  expect(text).toContain('Not opened: imap folder does not open');
});

test('a folder that Outlook may hide is named; what was not checked is counted', () => {
  const text = textOf(renderReport(sample).html);
  expect(text).toContain('Outlook may hide it: its class is IPF.Imap');
  expect(text).toContain('Class not checked for 1 folder: look once in Outlook');
  const unread = withFolders((folder) => ({ ...folder, targetClass: null }));
  expect(textOf(renderReport(unread).html)).toContain('Class not checked for any folder');
  const told = withFolders((folder) => ({ ...folder, targetClass: 'IPF.Note' }));
  expect(textOf(renderReport(told).html)).not.toContain('lass');
});

test('a page of thousands of failures stays a page; the table has them all', () => {
  const items = Array.from({ length: 3000 }, (_, uid) => ({
    folder: 'INBOX',
    uid,
    receivedAt: null,
    sizeBytes: 1,
    outcome: 'failed' as const,
    reason: 'copy.too-large',
  }));
  const { html } = renderReport({ ...sample, items });
  expect(html.match(/<tr><td class="title">INBOX<\/td>/g)).toHaveLength(500);
  expect(textOf(html)).toContain('And 2,500 more: not-copied.csv lists them all.');
  expect(csvOf({ ...sample, items }, 'not-copied.csv')).toHaveLength(3002);
});

test('the tables carry what admins look for', () => {
  expect(csvOf(sample, 'mailbox.csv')[1]).toBe(
    '0b6f2f5e-8c7a-4e0e-9d5c-6c3f6a5d2f11,Anna Müller,anna@contoso.example,anna.mueller@icloud.example,anna@contoso.example,CompletedWithWarnings,Investigate,8612,8573,31,5,2,1,0,0,17,1305500000,1268100000,6,1,8525,8525,2026-11-22T08:00:00.000Z,2026-11-22T09:12:30.000Z,4350',
  );
  expect(csvOf(sample, 'folders.csv')[1]).toBe(
    'anna@contoso.example,INBOX,Inbox,IPF.Note,412,89400000,405,0,5,2,0,0,0,13,405,405,5 × copy too old; 1 × copy too large; 1 × copy signed line too long',
  );
  expect(csvOf(sample, 'folders.csv')[3]).toContain('2019,IPF.Imap,77,');
  expect(csvOf(sample, 'folders.csv')[4]).toContain(',not checked,3,');
  expect(csvOf(sample, 'not-copied.csv')[6]).toBe(
    'anna@contoso.example,INBOX,9,2019-05-04T13:02:11.000Z,37300000,failed,copy.too-large,copy too large,Outstanding',
  );
});

test.for(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])(
  'no spreadsheet runs the cell %j',
  (name) => {
    const rows = renderReport(withFolders((folder) => ({ ...folder, sourcePath: name }))).csvs[1];
    expect(rows?.text).toMatch(/example,"?'[=+\-@\t\r]/);
    expect(rows?.text).not.toMatch(/(^|,)"?[=+\-@\t\r](?!\n)/m);
  },
);

test('a table without rows still has its head', () => {
  expect(csvOf(clean, 'not-copied.csv')).toEqual([
    '\uFEFFMailbox,Folder,Uid,Date,Size,Outcome,ReasonCode,Reason,Status',
    '',
  ]);
});

test('the JSON form holds the input and the sums', () => {
  expect(JSON.parse(renderReport(sample).json)).toMatchObject({
    format: 'skybridge-report/1',
    runId: sample.runId,
    folders: [{ sourcePath: 'INBOX', tally: { source: 412, copied: 405 } }, {}, {}, {}, {}, {}],
    sums: { total: { source: 8612 }, durationSeconds: 4350, verified: { found: 8525 } },
  });
});
