import { expect, test } from 'vitest';
import { COMMANDS, findCommand } from '../../../src/bot/commands.ts';

test.for(COMMANDS.map((word) => [word]))('%s is itself', ([word]) => {
  expect(findCommand(word ?? '')).toBe(word);
});

test.for([
  ['Move', 'move'],
  ['mvoe', 'move'],
  ['moove', 'move'],
  ['statsu', 'status'],
  ['stauts', 'status'],
  ['peolpe', 'people'],
  ['peopel', 'people'],
  ['docter', 'doctor'],
  ['reprot', 'report'],
  ['reports', 'report'],
  ['setings', 'settings'],
  ['settngs!', 'settings'],
  ['hepl', 'help'],
  ['helo', 'help'],
  ['check', 'doctor'],
  ['who', 'people'],
] as const)('%s means %s', ([typed, command]) => {
  expect(findCommand(typed)).toBe(command);
});

test.for([['thanks'], ['mo'], ['remove'], [''], ['alexw@contoso.example'], ['toString']])(
  '%s is no command',
  ([typed]) => {
    expect(findCommand(typed ?? '')).toBeNull();
  },
);
