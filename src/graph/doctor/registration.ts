import type { M365 } from '../m365.ts';
import type { ServicePrincipalIdentity } from '../service-principal.ts';

/** How Exchange knows our application; `found` is an object id that is not ours. */
export type RegistrationState = { readonly identity: ServicePrincipalIdentity } & (
  | { readonly kind: 'registered' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'wrong-object'; readonly found: string }
);

/** What a registration is read and mended through. */
export type RegistrationClient = Pick<M365, 'rights' | 'servicePrincipal'>;

/** Our ids are read from the token: it is what Exchange sees at a login. */
export async function readRegistration(
  { rights, servicePrincipal }: RegistrationClient,
  signal: AbortSignal,
): Promise<RegistrationState> {
  const { clientId, objectId } = await rights.identity('exchange', signal);
  const identity = { clientId, objectId };
  const ids = await servicePrincipal.registeredAs(clientId, signal);
  const [found] = ids;
  if (found === undefined) {
    return { kind: 'unknown', identity };
  }
  return ids.some((id) => id.toLowerCase() === objectId.toLowerCase())
    ? { kind: 'registered', identity }
    : { kind: 'wrong-object', identity, found };
}

/** The cmdlets that mending it takes. Exchange cannot change an object id: the entry is made anew. */
export function registrationFixNeeds(state: RegistrationState): readonly string[] {
  if (state.kind === 'registered') {
    return [];
  }
  return state.kind === 'unknown'
    ? ['New-ServicePrincipal']
    : ['Remove-ServicePrincipal', 'New-ServicePrincipal'];
}

/** One change, as it is shown before it is made, and written down. */
export interface FixPlan {
  readonly before: string;
  readonly after: string;
}

/** What mending the registration would change now; null when there is nothing to mend. */
export async function planRegistration(
  client: RegistrationClient,
  signal: AbortSignal,
): Promise<FixPlan | null> {
  const state = await readRegistration(client, signal);
  if (state.kind === 'registered') {
    return null;
  }
  const before = state.kind === 'unknown' ? 'not registered' : `registered as ${state.found}`;
  return { before, after: `registered as ${state.identity.objectId}` };
}

/**
 * Registers the application under the object id of its tokens; a wrong entry, which lets nobody in, is
 * removed first. Reads the state anew: doing it twice, or after a lost answer, does no harm.
 */
export async function mendRegistration(
  client: RegistrationClient,
  signal: AbortSignal,
): Promise<void> {
  const state = await readRegistration(client, signal);
  if (state.kind === 'wrong-object') {
    await client.servicePrincipal.remove(state.found, signal);
  }
  if (state.kind !== 'registered') {
    await client.servicePrincipal.register(state.identity, signal);
  }
}
