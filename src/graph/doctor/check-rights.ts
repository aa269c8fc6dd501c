import { isM365Error } from '../errors.ts';
import type { GraphClient } from '../graph-client.ts';
import type { M365 } from '../m365.ts';
import { missingRights } from '../rights.ts';
import { rightsOf, type TierRight } from '../tiers.ts';
import type { TokenResource } from '../tokens.ts';
import { CANARIES, type CanaryInput } from './canaries.ts';
import { API_NAMES } from './check-sign-in.ts';
import { type Finding, type FindingFacts, findingsOf, rawOf, unanswered } from './finding.ts';

const say = findingsOf('rights');

/** Each tier for itself: where a wider one was not granted, the narrower right of the base still counts. */
const RIGHTS: readonly TierRight[] = [...rightsOf(['base']), ...rightsOf(['provisioning'])];

export interface RightsInput {
  readonly m365: Pick<M365, 'rights'>;
  readonly graph: GraphClient;
  readonly resource: TokenResource;
  readonly mailbox: string | null;
}

/**
 * The rights of one service that were really granted: those in the token, and for each that Microsoft
 * Graph checks a call that needs it. What was once asked for is of no interest.
 */
export async function checkRights(
  input: RightsInput,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { m365, resource } = input;
  const { roles, clientId, objectId } = await m365.rights.identity(resource, signal);
  const api = API_NAMES[resource];
  const ours = RIGHTS.filter((right) => right.resource === resource);
  const lacking = new Set(missingRights(resource, roles, ours));
  const held = ours.filter((right) => !lacking.has(right));
  // What a wider right that is held makes needless is not tried a second time.
  const replaced = new Set(held.map((right) => right.replaces));
  const tried = await Promise.all(
    held
      .filter(({ role }) => !replaced.has(role))
      .map((right) => tryRight({ ...input, objectId }, right, signal)),
  );
  const troubles = [
    ...ours
      .filter((right) => lacking.has(right))
      .map((right) => missingFinding(right, { api, role: right.role, clientId })),
    ...tried.filter((one) => one !== null),
    ...widerRights(held, roles).map((facts) => say('check.rights.wider', 'warning', facts)),
  ];
  const isWhole = troubles.every(({ verdict }) => verdict === 'warning');
  const good = say('check.rights', 'ok', { api, count: held.length });
  return isWhole ? [good, ...troubles] : troubles;
}

/** Without the rights of a tier beyond the base a move still works, and an admin does its part by hand. */
function missingFinding({ tier }: TierRight, facts: FindingFacts): Finding {
  return tier === 'base'
    ? say('check.rights.missing', 'failed', facts)
    : say('check.rights.missing-by-hand', 'warning', facts);
}

/** A right in the token that the service does not honour; null when it does. */
async function tryRight(
  tried: CanaryInput,
  { role }: TierRight,
  signal: AbortSignal,
): Promise<Finding | null> {
  try {
    await CANARIES[role]?.(tried, signal);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    if (isM365Error(error, 'graph.mailbox-access-restricted')) {
      return say('check.rights.restricted', 'failed', { role }, { raw: rawOf(error) });
    }
    if (isM365Error(error, 'graph.no-mailbox')) {
      return say('check.rights.untried', 'unknown', { role }, { raw: rawOf(error) });
    }
    return isM365Error(error, 'graph.right-missing', 'graph.token-rejected')
      ? say('check.rights.refused', 'failed', { role }, { raw: rawOf(error) })
      : unanswered('rights', error);
  }
}

/** Rights that stand in for a smaller one that would do. */
function widerRights(
  held: readonly TierRight[],
  roles: readonly string[],
): readonly { readonly role: string; readonly wider: string }[] {
  const needed = new Set(RIGHTS.map((right) => right.role));
  return held
    .filter(({ role }) => !roles.includes(role))
    .flatMap(({ role, or }) => {
      const wider = or.find((other) => roles.includes(other));
      return wider === undefined || needed.has(wider) ? [] : [{ role, wider }];
    });
}
