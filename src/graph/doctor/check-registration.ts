import type { M365 } from '../m365.ts';
import { type Finding, findingsOf } from './finding.ts';
import { type RegistrationState, readRegistration, registrationFixNeeds } from './registration.ts';

const say = findingsOf('registration');

/** Whether Exchange knows our application, and under the object id that its tokens carry. */
export async function checkRegistration(
  m365: Pick<M365, 'rights' | 'exchange' | 'servicePrincipal'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const state = await readRegistration(m365, signal);
  const { clientId, objectId } = state.identity;
  if (state.kind === 'registered') {
    return [say('check.registration', 'ok', { objectId })];
  }
  const extras = (await canMend(m365, state, signal))
    ? ({ fix: 'register-principal' } as const)
    : {};
  const facts = { clientId, objectId };
  return state.kind === 'unknown'
    ? [say('check.registration.unknown', 'failed', facts, extras)]
    : [say('check.registration.wrong-object', 'failed', { ...facts, found: state.found }, extras)];
}

/** Whether our role allows it; a role that cannot be read is none. */
async function canMend(
  { exchange }: Pick<M365, 'exchange'>,
  state: RegistrationState,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const allowed = new Set(
      (await exchange.allowedCmdlets(signal)).map((name) => name.toLowerCase()),
    );
    return registrationFixNeeds(state).every((name) => allowed.has(name.toLowerCase()));
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
