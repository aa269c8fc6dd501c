import { expect, test } from 'vitest';
import {
  type Directory,
  type Known,
  type LineVerdict,
  matchPeople,
} from '../../../../src/jobs/people/match-people.ts';
import type { MoveLine } from '../../../../src/jobs/people/move-list.ts';

const found = (personId: string, is: Extract<Known, { kind: 'found' }>['is']): Known => ({
  kind: 'found',
  personId,
  is,
});

const DIRECTORY: Directory = {
  known: new Map<string, Known>([
    ['anna@contoso.example', found('anna', 'member')],
    ['sync@contoso.example', found('sync', 'directory-synced')],
    ['info@contoso.example', found('info', 'shared-mailbox')],
    ['room@contoso.example', found('room', 'resource-mailbox')],
    ['guest@fjord.example', found('guest', 'guest')],
    ['left@contoso.example', found('left', 'disabled-account')],
    ['both@contoso.example', { kind: 'several' }],
    ['new@contoso.example', { kind: 'nobody' }],
    ['new@fjord.example', { kind: 'nobody' }],
    ['odd@contoso.example', { kind: 'failed' }],
  ]),
  domains: ['contoso.example'],
};

const stopped = (why: Extract<LineVerdict, { kind: 'stopped' }>['why']): LineVerdict => ({
  kind: 'stopped',
  why,
});

test.each<[string, string | null, LineVerdict]>([
  ['Anna@Contoso.example', null, { kind: 'move', personId: 'anna', submitterId: 'anna' }],
  ['sync@contoso.example', null, { kind: 'move', personId: 'sync', submitterId: 'sync' }],
  [
    'info@contoso.example',
    'ANNA@contoso.example',
    { kind: 'move', personId: 'info', submitterId: 'anna' },
  ],
  [
    'left@contoso.example',
    'anna@contoso.example',
    { kind: 'move', personId: 'left', submitterId: 'anna' },
  ],
  ['info@contoso.example', null, stopped('submitter-missing')],
  ['info@contoso.example', 'guest@fjord.example', stopped('submitter-unfit')],
  ['info@contoso.example', 'new@contoso.example', stopped('submitter-unfit')],
  ['room@contoso.example', 'anna@contoso.example', stopped('resource-mailbox')],
  ['guest@fjord.example', null, stopped('guest')],
  ['left@contoso.example', null, stopped('disabled-account')],
  ['both@contoso.example', null, stopped('several')],
  ['new@contoso.example', null, { kind: 'create' }],
  ['new@fjord.example', null, stopped('nobody')],
  ['odd@contoso.example', null, stopped('not-asked')],
  ['unasked@contoso.example', null, stopped('not-asked')],
])('%s, submitted by %s', (targetAddress, submitter, expected) => {
  const line: MoveLine = { line: 2, targetAddress, sourceAccount: 'a@icloud.com', submitter };
  expect(matchPeople([line], DIRECTORY).get(line)).toEqual(expected);
});
