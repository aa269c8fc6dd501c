/**
 * Who may press what, decided here for each press, from the identity in the validated activity; what
 * the card says is never a right. Answers are the same for a migration that does not exist and for
 * one of somebody else.
 */
import type { Actor, SkybridgeApi } from '../jobs/api.ts';
import type { ActionName, PressedAction } from './cards/actions.ts';

/** `admin`: in the configured admin group · `owner`: the person whose mail moves · `anyone`: of this tenant. */
type Rule = 'admin' | 'owner' | 'anyone';

const RULES: Readonly<Record<ActionName, Rule>> = {
  'help.show': 'anyone',
  'tenant.check': 'admin',
  'people.ask': 'admin',
  'people.find': 'admin',
  'people.choose': 'admin',
  'move.start': 'admin',
  'move.not-now': 'admin',
  'migration.show': 'admin',
  'migration.approve-pilot': 'admin',
  'migration.finish': 'admin',
  'migration.pause': 'admin',
  'migration.resume': 'admin',
  'migration.retry': 'admin',
  'migration.ask-cancel': 'admin',
  'migration.cancel': 'admin',
  'credential.submit': 'owner',
  'person.show': 'owner',
  'person.ask-decline': 'owner',
  'person.decline': 'owner',
};

export type AccessDecision =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly reason: 'not-personal' | 'not-admin' | 'not-owner' };

export const REFUSAL_TEXTS = {
  'not-personal': 'Please do this in your own chat with me, where nobody else reads along.',
  'not-admin': 'Only people in the admin group for these moves can do this.',
  'not-owner': 'This card is not for you, or no longer true. Say "status" to see yours.',
} as const;

/** The rule of one press, with all that it needs to know. */
export interface AccessInput {
  readonly press: PressedAction;
  readonly actor: Actor;
  readonly isPersonal: boolean;
}

/** Asks the directory only where the rule needs it. */
export async function decideAccess(
  api: Pick<SkybridgeApi, 'isAdmin' | 'migration'>,
  { press, actor, isPersonal }: AccessInput,
  signal: AbortSignal,
): Promise<AccessDecision> {
  if (!isPersonal) {
    return { kind: 'refused', reason: 'not-personal' };
  }
  const rule = RULES[press.name];
  if (rule === 'admin' && !(await api.isAdmin(actor.personId, signal))) {
    return { kind: 'refused', reason: 'not-admin' };
  }
  if (rule === 'owner') {
    const { data } = press;
    const migration = 'migrationId' in data ? await api.migration(data.migrationId) : null;
    if (migration?.person.id !== actor.personId) {
      return { kind: 'refused', reason: 'not-owner' };
    }
  }
  return { kind: 'allowed' };
}
