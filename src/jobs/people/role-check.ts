import type { Clock } from '../../clock.ts';
import type { PersonRole } from '../api.ts';
import type { DirectoryStanding, TenantPort } from '../ports.ts';

/** The configured groups; null where there is none. */
export interface RoleGroups {
  /** Narrows the admins to those of its members who hold a role. */
  readonly adminGroupId: string | null;
  readonly helpdeskGroupId: string | null;
}

export interface RoleCheckDeps {
  readonly tenant: Pick<TenantPort, 'standingOf'>;
  readonly clock: Clock;
  readonly groups: RoleGroups;
}

/** Whoever lost a role loses the buttons within this time, whoever gained one gains them. */
const KNOWN_FOR_MS = 60_000;

/** What somebody may do, from what the directory says. Pure. */
export function decideRole(
  { holdsAdminRole, couldActivate, groupIds }: DirectoryStanding,
  { adminGroupId, helpdeskGroupId }: RoleGroups,
): PersonRole {
  const isIn = (groupId: string | null): boolean =>
    groupId !== null && groupIds.includes(groupId.toLowerCase());
  const inAdminGroup = adminGroupId === null || isIn(adminGroupId);
  if (holdsAdminRole && inAdminGroup) {
    return { role: 'admin', lacks: null };
  }
  const withoutRole = couldActivate ? 'activation' : 'role';
  return {
    role: isIn(helpdeskGroupId) ? 'helpdesk' : 'none',
    lacks: inAdminGroup ? withoutRole : 'group',
  };
}

/**
 * Asks the directory what somebody may do. An answer counts for a minute from when it was asked for; a
 * question that failed is asked anew the next time, and no older answer stands in for it.
 */
export function createRoleCheck(
  deps: RoleCheckDeps,
): (personId: string, signal: AbortSignal) => Promise<PersonRole> {
  const { tenant, clock, groups } = deps;
  const known = new Map<string, { readonly role: PersonRole; readonly untilMs: number }>();
  const groupIds = [groups.adminGroupId, groups.helpdeskGroupId].filter((id) => id !== null);

  const forgetOld = (nowMs: number): void => {
    for (const [personId, { untilMs }] of known) {
      if (untilMs <= nowMs) {
        known.delete(personId);
      }
    }
  };

  return async (personId, signal) => {
    const nowMs = clock.monotonicMs();
    forgetOld(nowMs);
    const cached = known.get(personId);
    if (cached !== undefined) {
      return cached.role;
    }
    const role = decideRole(await tenant.standingOf(personId, groupIds, signal), groups);
    known.set(personId, { role, untilMs: nowMs + KNOWN_FOR_MS });
    return role;
  };
}
