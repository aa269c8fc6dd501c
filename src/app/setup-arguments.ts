import { parseArgs } from 'node:util';
import { z } from 'zod';
import { TIERS, type Tier } from '../graph/tiers.ts';
import { UsageError } from './copy-arguments.ts';

export const SETUP_USAGE = `node src/main.ts setup --group ADDRESS [--with TIER,…] [--without TIER,…]
  [--managed-identity ID] [--tenant ID] [--client-id ID] [--device-code]
  [--dry-run | --print-powershell | --remove] [--yes]

Prepares a tenant, and prints what it will do before it asks. An administrator signs in with a browser.
ADDRESS: a mail-enabled security group; only its mailboxes can be changed. TIER: ${TIERS.filter((tier) => tier !== 'base').join(', ')}.
Exit code: 0 done, or nothing to do; 2 some steps are left to do by hand; 1 could not go on; 64 usage.
`;

export interface SetupArguments {
  readonly tenantId: string | null;
  readonly groupAddress: string | null;
  readonly with: readonly Tier[];
  readonly without: readonly Tier[];
  readonly managedIdentity: string | null;
  readonly clientId: string | null;
  readonly deviceCode: boolean;
  readonly mode: 'apply' | 'dry-run' | 'print-powershell';
  readonly remove: boolean;
  readonly yes: boolean;
}

const OPTIONS = {
  tenant: { type: 'string' },
  group: { type: 'string' },
  with: { type: 'string' },
  without: { type: 'string' },
  'managed-identity': { type: 'string' },
  'client-id': { type: 'string' },
  'device-code': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  'print-powershell': { type: 'boolean' },
  remove: { type: 'boolean' },
  yes: { type: 'boolean' },
} as const;

/** Reads the words after `setup`; throws UsageError. */
export function parseSetupArguments(words: readonly string[]): SetupArguments {
  const values = parseWords(words);
  const scripted = values['print-powershell'] === true;
  if (scripted && (values['dry-run'] === true || values.remove === true)) {
    throw new UsageError('--print-powershell stands alone: it neither looks nor changes anything');
  }
  const whole = values['dry-run'] === true ? 'dry-run' : 'apply';
  return {
    tenantId: idOf('--tenant', values.tenant),
    groupAddress: addressOf(values.group),
    with: tiersOf('--with', values.with),
    without: tiersOf('--without', values.without),
    managedIdentity: idOf('--managed-identity', values['managed-identity']),
    clientId: idOf('--client-id', values['client-id']),
    deviceCode: values['device-code'] === true,
    mode: scripted ? 'print-powershell' : whole,
    remove: values.remove === true,
    yes: values.yes === true,
  };
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function parseWords(words: readonly string[]): Values {
  try {
    return parseArgs({ args: [...words], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The options cannot be read.');
  }
}

function idOf(option: string, text: string | undefined): string | null {
  if (text === undefined) {
    return null;
  }
  if (!z.guid().safeParse(text).success) {
    throw new UsageError(`${option} must be a GUID`);
  }
  return text.toLowerCase();
}

function addressOf(text: string | undefined): string | null {
  if (text !== undefined && !/^[^@\s]+@[^@\s]+$/.test(text)) {
    throw new UsageError('--group must be the address of a group, such as moves@contoso.com');
  }
  return text ?? null;
}

function tiersOf(option: string, text: string | undefined): readonly Tier[] {
  return (text ?? '')
    .split(',')
    .filter((name) => name !== '')
    .map((name) => {
      const tier = TIERS.find((known) => known === name);
      if (tier === undefined || (tier === 'base' && option === '--without')) {
        throw new UsageError(`${option} takes some of ${TIERS.slice(1).join(', ')}`);
      }
      return tier;
    });
}
