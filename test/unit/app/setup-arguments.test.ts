import { expect, test } from 'vitest';
import { UsageError } from '../../../src/app/copy-arguments.ts';
import { parseSetupArguments } from '../../../src/app/setup-arguments.ts';

const ID = '00000000-0000-4000-8000-00000000000A';

test('all options are read', () => {
  expect(
    parseSetupArguments(
      `--tenant ${ID} --group moves@contoso.example --with provisioning,cut-over --without graph-writing --managed-identity ${ID} --client-id ${ID} --device-code --dry-run --yes --remove`.split(
        ' ',
      ),
    ),
  ).toEqual({
    tenantId: ID.toLowerCase(),
    groupAddress: 'moves@contoso.example',
    with: ['provisioning', 'cut-over'],
    without: ['graph-writing'],
    managedIdentity: ID.toLowerCase(),
    clientId: ID.toLowerCase(),
    deviceCode: true,
    mode: 'dry-run',
    remove: true,
    yes: true,
  });
});

test.for([
  [['--tenant', 'contoso.com'], '--tenant must be a GUID'],
  [['--client-id', 'x'], '--client-id must be a GUID'],
  [['--managed-identity', 'x'], '--managed-identity must be a GUID'],
  [['--group', 'moves'], '--group must be the address'],
  [['--with', 'everything'], '--with takes some of provisioning'],
  [['--without', 'base'], '--without takes some of provisioning'],
  [['--print-powershell', '--remove'], 'stands alone'],
  [['--print-powershell', '--dry-run'], 'stands alone'],
  [['--force'], '--force'],
] as const)('%j is refused: %s', ([words, problem]) => {
  expect(() => parseSetupArguments(words)).toThrow(
    expect.toSatisfy((error) => error instanceof UsageError && error.problem.includes(problem)),
  );
});
