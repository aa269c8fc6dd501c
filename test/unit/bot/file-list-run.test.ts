/** A list dropped into the chat, from the message to the plan. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchPlanCard } from '../../../src/bot/cards/batch-plan.ts';
import type { BatchPlan } from '../../../src/jobs/api.ts';
import { decodeList } from '../../../src/jobs/people/decode-list.ts';
import { readMoveList } from '../../../src/jobs/people/move-list.ts';
import { parseCsv } from '../../../src/jobs/people/parse-csv.ts';
import { cardToText } from '../../sim/teams/card-text.ts';
import { entryToText } from '../../sim/teams-client.ts';
import { type BotWorld, startBotWorld } from './support/bot-world.ts';
import { planOfMany } from './support/views.ts';

let world: BotWorld;
let server: Server;
let body: string | Buffer = '';
let fetched = 0;

beforeEach(async () => {
  world = await startBotWorld();
  fetched = 0;
  server = createServer((_request, response) => {
    fetched += 1;
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await world.close();
});

const file = (name = 'people.csv'): { name: string; downloadUrl: string } => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { name, downloadUrl: `http://127.0.0.1:${port}/f?tempauth=a-secret-of-minutes` };
};

const readyLine = (line: number): BatchPlan['moves'] =>
  planOfMany()
    .moves.slice(0, 1)
    .map((move) => ({ ...move, line }));

const faultyLines = (lines: readonly number[]): BatchPlan['moves'] =>
  lines.flatMap((line) =>
    readyLine(line).map((move) => ({
      ...move,
      readiness: null,
      obstacle: { code: 'people.line-faulty', facts: { fault: 'formula' } },
    })),
  );

test('the whole list is read before anything is shown, and each line that is left out is named', async () => {
  const { admin, api } = world;
  const table = 'EmailAddress;UserName\r\nmegan@contoso.example;megan\r\n';
  body = Buffer.from(`\uFEFF${table}`, 'utf16le');
  const { moves } = planOfMany();
  api.plan = planOfMany({ isList: true, moves: [...moves, ...faultyLines([3, 4, 5, 9])] });
  await admin.drop(file());
  const shown = await admin.see('Lines 3–5, 9: The line cannot be used');
  expect(api.selections).toEqual([{ kind: 'csv', text: table }]);
  expect(entryToText(shown)).toContain('Do it for the 3 who are ready');
  expect(world.logged.join()).not.toContain('tempauth');
});

test.for([
  ['a workbook', 'PK\u0003\u0004', 'This is a workbook of Excel', 'file.workbook'],
  [
    'a sign-in page',
    '<html><title>Sign in</title>',
    'The file was not handed over',
    'file.not-given',
  ],
  ['zeroes', '\0\0\0\0\0\0', 'This is no list that I can read', 'file.no-text'],
] as const)('%s is refused in words, and audited', async ([, sent, words, code]) => {
  const { admin, api } = world;
  body = Buffer.from(sent, 'latin1');
  await admin.drop(file());
  await admin.see(words);
  expect(api.selections).toEqual([]);
  expect(api.audits).toMatchObject([{ action: 'list.file', outcome: 'refused', after: code }]);
});

test('a file of somebody else’s host, and two files at once, are not fetched', async () => {
  const { admin, api } = world;
  await admin.drop({ name: 'people.csv', downloadUrl: 'https://evil-my.sharepoint.com/f' });
  await admin.see('does not lie in the SharePoint or OneDrive of your own tenant');
  await admin.drop(file('a.csv'), file('b.csv'));
  await admin.see('These are several files');
  expect(api.selections).toEqual([]);
});

test('passwords in a list: refused, audited without them, and nowhere in what is kept or logged', async () => {
  const { admin, api, logged } = world;
  body = 'EmailAddress,UserName,Password\nmegan@contoso.example,megan,abcd-efgh-ijkl-mnop\n';
  api.plan = planOfMany({
    moves: [],
    isList: true,
    obstacle: { code: 'people.list-password-column', facts: { columns: 'Password' } },
  });
  await admin.drop(file());
  await admin.see('The list has a column for passwords (Password). I have not kept it.');
  expect(api.audits).toMatchObject([{ after: 'people.list-password-column' }]);
  const kept = JSON.stringify([api.audits, logged, world.teams.transcript.entries]);
  expect(kept).not.toContain('abcd-efgh');
});

test('whoever is no admin drops a file in vain: it is not fetched', async () => {
  const { api, teams } = world;
  const stranger = teams.person('00000000-0000-4000-8000-0000000000ff');
  await stranger.drop(file());
  await world.alex.drop(file());
  await world.alex.see('app-specific password');
  expect([fetched, api.selections, api.audits]).toEqual([0, [], []]);
});

test('ten thousand lines, every third of them bad: all read, all counted, and the card stays small', () => {
  const lines = Array.from({ length: 10_000 }, (_none, n) =>
    n % 3 === 0 ? `=cmd|'/C calc'!A${n};kim${n}` : `kim${n}@contoso.example;kim${n}`,
  );
  const decoded = decodeList(Buffer.from(['EmailAddress;UserName', ...lines].join('\r\n')));
  const list = readMoveList((decoded.kind === 'text' ? parseCsv(decoded.text) : null) ?? []);
  const faulty = list.kind === 'read' ? list.faulty : [];
  expect(faulty).toHaveLength(3334);
  expect(faulty.slice(0, 2)).toEqual([
    { line: 2, fault: 'formula' },
    { line: 5, fault: 'formula' },
  ]);
  const at = lines.map((_line, n) => n + 2);
  const moves = [
    ...faultyLines(at.filter((line) => (line - 2) % 3 === 0)),
    ...at.filter((line) => (line - 2) % 3 !== 0).flatMap((line) => readyLine(line)),
  ];
  const { content } = batchPlanCard(planOfMany({ isList: true, moves }), null);
  const text = cardToText(content);
  expect(text).toContain('10,000 people: 6,666 ready, 3,334 left out.');
  expect(text).toContain('Lines 2, 5, 8');
  expect(text).toContain('and 3,274 more: The line cannot be used: it has a formula');
  expect(JSON.stringify(content).length).toBeLessThan(25_000);
});
