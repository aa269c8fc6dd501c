import type { MigrationRow } from '../db/migration-store.ts';
import { MailboxLateError, PersonNotReadyError } from '../errors.ts';
import type { MigrationEvent } from '../migration/state.ts';
import { findObstacle } from '../plan.ts';
import type { PersonReadiness } from '../ports.ts';
import { nextLook } from './back-off.ts';
import { changeSetting, personOf } from './change-setting.ts';
import type { StepDeps } from './deps.ts';

/** Exchange usually needs 15 minutes for a mailbox, and is said to need up to a day. */
const MAILBOX_PATIENCE_MS = 24 * 60 * 60 * 1000;

/** Validating: is there anything that keeps this person from having a mailbox here? */
export async function validatePerson(
  deps: StepDeps,
  row: MigrationRow,
  signal: AbortSignal,
): Promise<MigrationEvent> {
  const obstacle = findObstacle(await deps.tenant.readiness(personOf(row), signal));
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
  const readiness = await deps.tenant.readiness(personOf(row), signal);
  const { licence } = readiness;
  if (licence === null) {
    await noteLicence(deps, row, readiness);
  } else {
    await giveLicence(deps, row, licence, signal);
  }
  if (licence !== null || readiness.mailbox !== 'ready') {
    return awaitMailbox(deps, row);
  }
  await changeSetting(deps, row, { setting: 'imap', value: 'on' }, signal);
  return { type: 'provisioned' };
}

async function giveLicence(
  deps: StepDeps,
  row: MigrationRow,
  licence: NonNullable<PersonReadiness['licence']>,
  signal: AbortSignal,
): Promise<void> {
  const personId = personOf(row);
  const skuId = confirmedLicence(row, licence);
  if (skuId === licence.skuId && licence.needsSeat && licence.freeSeats <= 0) {
    throw new PersonNotReadyError('tenant.no-free-licence');
  }
  if (licence.needsUsageLocation) {
    const country = await deps.tenant.defaultUsageLocation(signal);
    const location = { what: 'usage-location', personId, before: 'none', after: country } as const;
    await deps.store.planChange(row.id, location);
    await deps.tenant.setUsageLocation(personId, country, signal);
    await deps.store.noteMade(row.id, location);
  }
  const change = { what: 'licence', personId, before: 'none', after: skuId } as const;
  await deps.store.planChange(row.id, change);
  await deps.tenant.assignLicence(personId, skuId, signal);
  await deps.store.noteMade(row.id, change);
}

/**
 * The product that an admin confirmed for this person, whichever would be proposed by now. A need that was
 * not there when the plan was confirmed, or was met without a seat, is nobody's yes.
 */
function confirmedLicence(
  { licenceSkuId }: MigrationRow,
  licence: NonNullable<PersonReadiness['licence']>,
): string {
  if (licenceSkuId === null || (licenceSkuId !== licence.skuId && !licence.needsSeat)) {
    throw new PersonNotReadyError('tenant.licence-not-confirmed');
  }
  return licenceSkuId;
}

/** Nothing is missing: what an earlier attempt had planned took effect, whether it heard so or not. */
async function noteLicence(
  deps: StepDeps,
  row: MigrationRow,
  { person }: PersonReadiness,
): Promise<void> {
  for (const change of await deps.store.openChanges(row.id)) {
    const isLocation = change.what === 'usage-location' && change.after === person.usageLocation;
    if (change.what === 'licence' || isLocation) {
      await deps.store.noteMade(row.id, change);
    }
  }
}

/** Looks again, first after minutes and then less often; after a day somebody should look. */
function awaitMailbox(deps: StepDeps, row: MigrationRow): MigrationEvent {
  const until = nextLook({
    since: row.stateSince,
    now: deps.clock.now(),
    firstMs: deps.pace.pollMs,
    patienceMs: MAILBOX_PATIENCE_MS,
  });
  if (until === null) {
    throw new MailboxLateError('Exchange has not made the mailbox within a day.');
  }
  return { type: 'waiting', until };
}
