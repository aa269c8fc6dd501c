import type { MigrationRow } from '../db/migration-store.ts';
import { PersonNotReadyError } from '../errors.ts';
import type { MigrationEvent } from '../migration/state.ts';
import { findObstacle } from '../plan.ts';
import type { StepDeps } from './deps.ts';

/** Validating: is there anything that keeps this person from having a mailbox here? */
export async function validatePerson(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  const obstacle = findObstacle(await deps.tenant.readiness(personId(row), signal));
  return obstacle === null ? { type: 'validated' } : { type: 'blocked', problem: obstacle };
}

/**
 * Provisioning: licence, mailbox, IMAP. Every change is written down before it is made, so that it can
 * be put back; every call is idempotent, so that the step may run again from its beginning.
 */
export async function provisionPerson(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  const person = personId(row);
  const readiness = await deps.tenant.readiness(person, signal);
  const { licence } = readiness;
  if (licence !== null) {
    if (licence.needsSeat && licence.freeSeats <= 0) {
      throw new PersonNotReadyError('tenant.no-free-licence');
    }
    if (licence.needsUsageLocation) {
      const country = await deps.tenant.defaultUsageLocation(signal);
      await deps.store.planChange(row.id, {
        what: 'usage-location',
        personId: person,
        before: 'none',
        after: country,
      });
      await deps.tenant.setUsageLocation(person, country, signal);
    }
    await deps.store.planChange(row.id, {
      what: 'licence',
      personId: person,
      before: 'none',
      after: licence.skuId,
    });
    await deps.tenant.assignLicence(person, licence.skuId, signal);
  }
  if (licence !== null || readiness.mailbox !== 'ready') {
    return { type: 'waiting', until: new Date(deps.clock.now().getTime() + deps.pace.pollMs) };
  }
  if (readiness.imapEnabled !== true) {
    await deps.store.planChange(row.id, {
      what: 'imap',
      personId: person,
      before: 'off',
      after: 'on',
    });
    await deps.tenant.setImapEnabled(person, true, signal);
  }
  return { type: 'provisioned' };
}

function personId(row: MigrationRow): string {
  if (row.person === null) {
    throw new TypeError('Only a person is prepared.');
  }
  return row.person.id;
}
