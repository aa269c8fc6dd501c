import { createHash } from 'node:crypto';
import type { MovePlan, Problem } from './api.ts';
import type { PersonReadiness } from './ports.ts';

/** Why this person cannot be moved as things stand; null when he can. Pure. */
export function findObstacle(readiness: PersonReadiness): Problem | null {
  if (readiness.person.kind === 'guest') {
    return { code: 'tenant.guest', facts: {} };
  }
  if (readiness.mailbox === 'none' && readiness.licence === null) {
    return { code: 'tenant.no-mailbox-plan', facts: {} };
  }
  if (readiness.licence?.needsSeat === true && readiness.licence.freeSeats <= 0) {
    return { code: 'tenant.no-free-licence', facts: { sku: readiness.licence.skuName } };
  }
  return null;
}

/** The plan of a move; its hash names exactly what the admin is shown and confirms. Pure. */
export function planMove(
  readiness: PersonReadiness,
  source: { readonly host: string; readonly isApple: boolean },
): MovePlan {
  const shown = [
    readiness.person.id,
    readiness.person.userPrincipalName,
    readiness.mailbox,
    readiness.licence?.skuId ?? 'no licence',
    readiness.licence?.needsUsageLocation ?? false,
    readiness.imapEnabled,
    source.host,
  ];
  return {
    readiness,
    sourceHost: source.host,
    sourceIsApple: source.isApple,
    obstacle: findObstacle(readiness),
    hash: createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 32),
  };
}
