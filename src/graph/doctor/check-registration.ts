import type { M365 } from '../m365.ts';
import { type Finding, findingsOf } from './finding.ts';
import { readRegistration, registrationFixNeeds } from './registration.ts';

const say = findingsOf('registration');

/** Whether Exchange knows our application, and under the object id that its tokens carry. */
export async function checkRegistration(
  m365: Pick<M365, 'rights' | 'exchange' | 'servicePrincipal'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const [state, allowed] = await Promise.all([
    readRegistration(m365, signal),
    m365.exchange.allowedCmdlets(signal),
  ]);
  const { clientId, objectId } = state.identity;
  if (state.kind === 'registered') {
    return [say('check.registration', 'ok', { objectId })];
  }
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  const canMend = registrationFixNeeds(state).every((name) => names.has(name.toLowerCase()));
  const extras = canMend ? ({ fix: 'register-principal' } as const) : {};
  return state.kind === 'unknown'
    ? [say('check.registration.unknown', 'failed', { clientId, objectId }, extras)]
    : [
        say(
          'check.registration.wrong-object',
          'failed',
          { clientId, objectId, found: state.found },
          extras,
        ),
      ];
}
