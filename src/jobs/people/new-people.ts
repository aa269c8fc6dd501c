import { isAppError } from '../../errors.ts';
import type { Actor, AuditEntry, BatchPlan, CreatedPerson } from '../api.ts';
import type { PersonReadiness, TenantPort } from '../ports.ts';
import { problemOf } from '../problem.ts';

/** "anna.berg@contoso.com" → "Anna Berg": what a new person is called until somebody says better. */
export function nameFromAddress(address: string): string {
  const words = (address.split('@')[0] ?? '').split(/[._-]+/).filter((word) => word !== '');
  const name = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join(' ');
  return name === '' ? address : name;
}

export interface PeopleCreationDeps {
  readonly tenant: Pick<TenantPort, 'createPerson'>;
  readonly audit: (entry: AuditEntry) => Promise<void>;
}

/**
 * Creates whom a plan names as new, one after the other: a failure is data, and stops nobody else. Each
 * password is in the answer and nowhere else; it is lost with the answer, and an admin then resets it.
 */
export async function createNewPeople(
  { tenant, audit }: PeopleCreationDeps,
  { plan, actor }: { readonly plan: BatchPlan; readonly actor: Actor },
  signal: AbortSignal,
): Promise<readonly CreatedPerson[]> {
  const created: CreatedPerson[] = [];
  for (const { is, readiness, obstacle } of plan.moves) {
    // Somebody for whom no licence is left would be an account without a mailbox.
    if (is === 'new' && readiness !== null && obstacle?.code === 'people.not-created') {
      created.push(await createOne({ tenant, audit }, { readiness, actor }, signal));
    }
  }
  return created;
}

async function createOne(
  { tenant, audit }: PeopleCreationDeps,
  { readiness, actor }: { readonly readiness: PersonReadiness; readonly actor: Actor },
  signal: AbortSignal,
): Promise<CreatedPerson> {
  const { displayName, userPrincipalName: address, usageLocation } = readiness.person;
  const newcomer = { displayName, address, usageLocation: usageLocation ?? '' };
  const entry = { actor, action: 'tenant.person', subject: address, before: 'none' } as const;
  // Written down first: what is not known to have been made can then be looked for.
  await audit({ ...entry, outcome: 'done', after: 'to be created' });
  try {
    const { personId, initialPassword } = await tenant.createPerson(newcomer, signal);
    await audit({ ...entry, outcome: 'done', after: `created ${personId}` });
    return { kind: 'created', address, displayName, initialPassword };
  } catch (error) {
    signal.throwIfAborted();
    if (!isAppError(error)) {
      throw error;
    }
    await audit({ ...entry, outcome: 'refused', after: error.code });
    return { kind: 'failed', address, problem: problemOf(error) };
  }
}
