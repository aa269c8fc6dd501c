/**
 * Who may press what, decided here for each press, from the identity in the validated activity; what
 * the card says is never a right. Answers are the same for a migration that does not exist and for
 * one of somebody else.
 */
import { errorCodeOf } from '../errors.ts';
import type { Actor, SkybridgeApi } from '../jobs/api.ts';
import type { Language } from '../words/language.ts';
import { explainToAnyone, personTexts } from '../words/person.ts';
import type { ActionName, PressedAction } from './cards/actions.ts';

/**
 * `admin`: holds a role that may run a move · `helpdesk`: looks, asks again, retries and skips, as an admin may, too ·
 * `owner`: whoever enters the password of the move · `anyone`: of this tenant.
 */
type Rule = 'admin' | 'helpdesk' | 'owner' | 'anyone';

const RULES: Readonly<Record<ActionName, Rule>> = {
  'help.show': 'anyone',
  'command.run': 'admin',
  'people.list': 'admin',
  'move.show': 'admin',
  'batch.show': 'admin',
  'report.batch': 'admin',
  'settings.show': 'admin',
  'settings.edit': 'admin',
  'settings.reminders': 'admin',
  'settings.window': 'admin',
  'settings.no-window': 'admin',
  'settings.skip-rules': 'admin',
  'settings.undo': 'admin',
  'tenant.check': 'admin',
  'tenant.try-login': 'admin',
  'tenant.ask-fix': 'admin',
  'tenant.fix': 'admin',
  'people.ask': 'admin',
  'people.find': 'admin',
  'people.choose': 'admin',
  'people.create': 'admin',
  'move.start': 'admin',
  'move.not-now': 'admin',
  'migration.show': 'helpdesk',
  'migration.remind': 'helpdesk',
  'migration.letter': 'helpdesk',
  'migration.approve-pilot': 'admin',
  'pilot.ask': 'admin',
  'pilot.choose': 'admin',
  'folders.rename': 'admin',
  'migration.finish': 'admin',
  'migration.pause': 'admin',
  'migration.resume': 'admin',
  'migration.retry': 'admin',
  'migration.agree': 'admin',
  'migration.ask-cancel': 'admin',
  'migration.cancel': 'admin',
  'channel.show': 'admin',
  'channel.pick': 'admin',
  'channel.use': 'admin',
  'channel.find': 'admin',
  'channel.ask-install': 'admin',
  'channel.install': 'admin',
  'helpdesk.ask-again': 'helpdesk',
  'helpdesk.retry': 'helpdesk',
  'helpdesk.ask-skip': 'helpdesk',
  'helpdesk.skip': 'helpdesk',
  'helpdesk.keep': 'helpdesk',
  'credential.submit': 'owner',
  'person.show': 'owner',
  'person.ask-leave-out': 'owner',
  'person.leave-out': 'owner',
  'person.ask-decline': 'owner',
  'person.decline': 'owner',
};

/** Pressed in the helpdesk's channel, too; everything else in the own chat alone. */
const IN_CHANNEL: readonly ActionName[] = [
  'helpdesk.ask-again',
  'helpdesk.retry',
  'helpdesk.ask-skip',
  'helpdesk.skip',
  'helpdesk.keep',
];

/** Where something is pressed: the own chat, the channel of the helpdesk, anywhere else. */
export type Place = 'personal' | 'helpdesk-channel' | 'elsewhere';

export type RefusalReason =
  | 'not-personal'
  | 'not-this-channel'
  | 'no-role'
  | 'role-not-active'
  | 'not-in-group'
  | 'not-helpdesk'
  | 'role-unknown'
  | 'not-owner'
  | 'not-here'
  | 'as-message';

type RefusalOfStaff = Exclude<
  RefusalReason,
  'role-unknown' | 'not-owner' | 'not-here' | 'as-message'
>;

export type AccessDecision =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly text: string };

const REFUSAL_TEXTS: Readonly<Record<RefusalOfStaff, string>> = {
  'not-personal': 'Please do this in your own chat with me, where nobody else reads along.',
  'not-this-channel':
    'I take this in the channel where I report, or in your own chat with me, and nowhere else.',
  'no-role':
    'This takes the role Exchange Administrator or Global Administrator. If you got it just now, try again in a minute.',
  'role-not-active':
    'Your role for this is not active. Activate it under "My roles" in the Entra admin center, then try again in a minute.',
  'not-in-group': 'Only people in the admin group for these moves can do this.',
  'not-helpdesk': 'Only admins and the helpdesk of these moves can do this.',
};

/** The rule of one press, with all that it needs to know. */
export interface AccessInput {
  readonly press: PressedAction;
  readonly actor: Actor;
  readonly place: Place;
  /** What whoever pressed reads. */
  readonly language: Language;
}

type AccessApi = Pick<SkybridgeApi, 'roleOf' | 'migration'>;

/** Asks the directory only where the rule needs it; what it cannot say is refused, with the cause. */
export async function decideAccess(
  api: AccessApi,
  { press, actor, place, language }: AccessInput,
  signal: AbortSignal,
): Promise<AccessDecision> {
  const mayBeInChannel = IN_CHANNEL.includes(press.name);
  if (place !== 'personal' && !(mayBeInChannel && place === 'helpdesk-channel')) {
    return refused(mayBeInChannel ? 'not-this-channel' : 'not-personal');
  }
  const rule = RULES[press.name];
  if (rule === 'admin' || rule === 'helpdesk') {
    return await decideByRole(api, { rule, personId: actor.personId }, signal);
  }
  if (rule === 'owner') {
    const { data } = press;
    const migration = 'migrationId' in data ? await api.migration(data.migrationId) : null;
    if (migration?.submitter.id !== actor.personId) {
      return { kind: 'refused', reason: 'not-owner', text: personTexts(language).notYours };
    }
  }
  return { kind: 'allowed' };
}

function refused(reason: RefusalOfStaff): AccessDecision {
  return { kind: 'refused', reason, text: REFUSAL_TEXTS[reason] };
}

const REASON_OF_LACK = {
  role: 'no-role',
  activation: 'role-not-active',
  group: 'not-in-group',
} as const;

async function decideByRole(
  api: AccessApi,
  { rule, personId }: { readonly rule: 'admin' | 'helpdesk'; readonly personId: string },
  signal: AbortSignal,
): Promise<AccessDecision> {
  try {
    const { role, lacks } = await api.roleOf(personId, signal);
    if (role === 'admin' || role === rule || lacks === null) {
      return { kind: 'allowed' };
    }
    return refused(rule === 'helpdesk' ? 'not-helpdesk' : REASON_OF_LACK[lacks]);
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'refused', reason: 'role-unknown', text: roleUnknownText(error, 'en') };
  }
}

/** Whether somebody is an admin now, for what is no press of a button. */
export async function decideAdmin(
  api: AccessApi,
  personId: string,
  signal: AbortSignal,
): Promise<AccessDecision> {
  return await decideByRole(api, { rule: 'admin', personId }, signal);
}

/** Why nobody can say what a person may do: the cause in words. */
export function roleUnknownText(error: unknown, language: Language): string {
  const problem = { code: errorCodeOf(error), facts: {} };
  const { what, doNext } = explainToAnyone(problem, language);
  return `${personTexts(language).roleUnknown} ${what} ${doNext}`;
}
