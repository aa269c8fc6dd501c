import type { MigrationRow } from '../db/migration-store.ts';
import type { MailboxSetting } from '../ports.ts';
import type { StepDeps } from './deps.ts';

/**
 * Changes one setting of the person's mailbox. It is written down with what was there before, then made,
 * then noted as made, so that it can be put back wherever this ends; where it is so already, nothing is
 * changed, and a change of an earlier attempt is noted.
 */
export async function changeSetting(
  deps: Pick<StepDeps, 'tenant' | 'store'>,
  row: MigrationRow,
  { setting, value }: { readonly setting: MailboxSetting; readonly value: string },
  signal: AbortSignal,
): Promise<void> {
  const personId = personOf(row);
  const before = await deps.tenant.readSetting(personId, setting, signal);
  const change = { what: setting, personId, before, after: value } as const;
  if (before !== value) {
    await deps.store.planChange(row.id, change);
    await deps.tenant.changeSetting(personId, { setting, value }, signal);
  }
  await deps.store.noteMade(row.id, change);
}

/** The id of the person whose mail moves; a copy without Teams has none and changes nothing. */
export function personOf(row: MigrationRow): string {
  if (row.person === null) {
    throw new TypeError('Only a person is prepared.');
  }
  return row.person.id;
}
