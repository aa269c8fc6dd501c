import { errorCodeOf } from '../../errors.ts';
import type { Actor, MovePlan } from '../../jobs/api.ts';
import { cardActivity } from '../activity.ts';
import { adminCard } from '../cards/admin.ts';
import { helpCard, problemCard } from '../cards/basics.ts';
import type { Card } from '../cards/elements.ts';
import { askPeopleCard, choosePersonCard, notNowCard, planCard } from '../cards/people.ts';
import { checkingTenantCard, fixCard, tenantCard } from '../cards/tenant.ts';
import { adminCardKey, startLockKey } from '../notifier.ts';
import type { Answer, Turn } from '../turn.ts';
import { replaceCard, showState } from '../turn.ts';
import type { HandlerDeps, Handlers } from './handlers.ts';

type SetupAction =
  | 'help.show'
  | 'tenant.check'
  | 'tenant.ask-fix'
  | 'tenant.fix'
  | 'people.ask'
  | 'people.find'
  | 'people.choose'
  | 'move.start'
  | 'move.not-now';

const PLAN_CHANGED = 'Something changed meanwhile, so here is the plan anew.';
const ALREADY_STARTED = 'That was started before; nothing was done twice.';

/** The card that a search for people leads to. */
export async function findPeople(
  deps: HandlerDeps,
  who: string,
  signal: AbortSignal,
): Promise<Card> {
  const people = await deps.api.findPeople(who, signal);
  const [first] = people;
  if (first === undefined) {
    return askPeopleCard('I found nobody with that name or address in your directory.');
  }
  return people.length > 1
    ? choosePersonCard(people)
    : planCard(await deps.api.planMove(first.id, signal), null);
}

/** What the tenant check found, or why it could not be done. */
export async function checkTenant(
  deps: HandlerDeps,
  input: { readonly mailbox: string | null; readonly actor: Actor },
  signal: AbortSignal,
): Promise<Card> {
  try {
    return tenantCard(await deps.api.checkTenant(input, signal), input.mailbox);
  } catch (error) {
    return problemCard({ code: errorCodeOf(error), facts: {} }, 'tenant.check');
  }
}

/** From the first look at the tenant to the start of a move. */
export function createSetupHandlers(deps: HandlerDeps): Handlers<SetupAction> {
  const { api } = deps;

  async function start(
    turn: Turn,
    input: { readonly personId: string; readonly planHash: string },
    signal: AbortSignal,
  ): Promise<Answer> {
    const result = await api.startMove({ ...input, actor: turn.actor }, signal);
    if (result.kind === 'plan-changed') {
      return replaceCard(planCard(result.plan, PLAN_CHANGED));
    }
    const { batchId, migrationId } = result;
    const key = adminCardKey(batchId);
    if (turn.pressed !== null && (await api.conversations.findPosted(key)) === null) {
      await api.conversations.savePosted(key, turn.pressed);
      // The pressed card needed its reader; from here on it does not, until a state says so.
      await api.conversations.savePosted(`${key}@quiet`, turn.pressed);
    }
    turn.later(async (later) => {
      await deps.notifier.deliverNow({ name: 'admin', batchId, migrationId }, later);
    });
    const migration = await api.migration(migrationId);
    return migration === null
      ? replaceCard(notNowCard())
      : showState(adminCard(migration, result.kind === 'started' ? null : ALREADY_STARTED));
  }

  /** Says at once that it is checking; what was found follows in the same card. */
  function checkLater(turn: Turn, mailbox: string | null): Answer {
    const { pressed, actor } = turn;
    turn.later(async (signal) => {
      const { content, summary } = await checkTenant(deps, { mailbox, actor }, signal);
      const activity = cardActivity(content, summary);
      await (pressed === null
        ? deps.outbound.post(turn.conversation, activity, signal)
        : deps.outbound.update(pressed, activity, { urgent: true }, signal));
    });
    return showState(checkingTenantCard());
  }

  return {
    'help.show': async (turn, _data, signal) => {
      const { role } = await api.roleOf(turn.actor.personId, signal);
      turn.later(async (later) => {
        const { content, summary } = helpCard(role);
        await deps.outbound.post(turn.conversation, cardActivity(content, summary), later);
      });
      return { kind: 'text', text: 'Here is how it works.' };
    },
    'tenant.check': async (turn, { mailbox }) => checkLater(turn, mailbox ?? null),
    'tenant.ask-fix': async (turn, { fix }, signal) => {
      const plan = await api.planFix(fix, signal);
      return plan === null ? checkLater(turn, null) : replaceCard(fixCard(fix, plan));
    },
    'tenant.fix': async (turn, { fix }, signal) => {
      await api.mendTenant({ fix, actor: turn.actor }, signal);
      return checkLater(turn, null);
    },
    'people.ask': async () => replaceCard(askPeopleCard(null)),
    'people.find': async (_turn, { who }, signal) =>
      replaceCard(await findPeople(deps, who, signal)),
    'people.choose': async (_turn, { personId }, signal) => {
      const plan: MovePlan = await api.planMove(personId, signal);
      return replaceCard(planCard(plan, null));
    },
    'move.start': async (turn, data, signal) =>
      await deps.lock.run(startLockKey(turn.actor.personId), () => start(turn, data, signal)),
    'move.not-now': async () => replaceCard(notNowCard()),
  };
}
