import { errorCodeOf } from '../../errors.ts';
import type { Actor, BatchPlan, MovePlan } from '../../jobs/api.ts';
import { personTexts } from '../../words/person.ts';
import { explain } from '../../words/words.ts';
import { cardActivity } from '../activity.ts';
import { adminCard } from '../cards/admin.ts';
import { continuedCard, helpCard, problemCard } from '../cards/basics.ts';
import { batchPlanCard, createdPeopleCard } from '../cards/batch-plan.ts';
import { channelCard } from '../cards/channel.ts';
import { type Card, plain } from '../cards/elements.ts';
import { askPeopleCard, choosePersonCard, notNowCard, planCard } from '../cards/people.ts';
import { personHelpCard } from '../cards/person.ts';
import { seenHash } from '../cards/seen.ts';
import { checkingTenantCard, fixCard, tenantCard } from '../cards/tenant.ts';
import { adminCardKey, startLockKey } from '../notifier.ts';
import type { Answer, Turn } from '../turn.ts';
import { replaceCard, showState } from '../turn.ts';
import type { HandlerDeps, Handlers } from './handlers.ts';

type SetupAction =
  | 'help.show'
  | 'tenant.check'
  | 'tenant.try-login'
  | 'tenant.ask-fix'
  | 'tenant.fix'
  | 'people.ask'
  | 'people.find'
  | 'people.choose'
  | 'people.create'
  | 'move.start'
  | 'move.not-now';

const PLAN_CHANGED = 'Something changed meanwhile, so here is the plan anew.';
const PLAN_UNKNOWN = 'That plan is too old. Please name the people again.';
const CREATED = 'Their first passwords were shown once, to whoever pressed the button.';
const ALREADY_STARTED = 'That was started before; nothing was done twice.';

/** Several names or addresses, as somebody writes them. */
const SEVERAL = /\S\s*[,;\r\n]\s*\S/;
/** The first line of a file with the columns of Microsoft's IMAP migration CSV. */
const TABLE = /^[^\n]*\bEmailAddress\b[^\n]*\n/i;
const GROUP = /^group\s+(?<name>\S.*)$/i;

/** The card that a search for people leads to: names, addresses, "group Sales", or a pasted table. */
export async function findPeople(
  deps: HandlerDeps,
  who: string,
  signal: AbortSignal,
): Promise<Card> {
  if (TABLE.test(who)) {
    return planned(await deps.api.planBatch({ kind: 'csv', text: who }, signal), null);
  }
  const { name: group } = GROUP.exec(who)?.groups ?? {};
  if (group !== undefined) {
    return await findGroup(deps, group, signal);
  }
  if (SEVERAL.test(who)) {
    return planned(await deps.api.planBatch({ kind: 'names', text: who }, signal), null);
  }
  const people = await deps.api.findPeople(who, signal);
  const [first] = people;
  if (first === undefined) {
    return askPeopleCard('I found nobody with that name or address in your directory.');
  }
  return people.length > 1 ? choosePersonCard(people) : await planPerson(deps, first.id, signal);
}

/** The card of a list that came as a file; `refusal` is the code of why all of it was refused. */
export async function findListed(
  deps: HandlerDeps,
  text: string,
  signal: AbortSignal,
): Promise<{ readonly card: Card; readonly refusal: string | null }> {
  const plan = await deps.api.planBatch({ kind: 'csv', text }, signal);
  const refusal = plan.moves.length === 0 ? (plan.obstacle?.code ?? null) : null;
  return { card: planned(plan, null), refusal };
}

async function findGroup(deps: HandlerDeps, name: string, signal: AbortSignal): Promise<Card> {
  const groups = await deps.api.findGroups(name, signal);
  const exact = groups.filter((one) => one.displayName.toLowerCase() === name.toLowerCase());
  const [first, ...others] = exact.length > 0 ? exact : groups;
  if (first === undefined) {
    return askPeopleCard('I found no group with that name or address in your directory.');
  }
  if (others.length > 0) {
    const names = [first, ...others].map(({ displayName }) => plain(displayName));
    return askPeopleCard(`Several groups answer to that: ${names.join(', ')}. Use the address.`);
  }
  return planned(await deps.api.planBatch({ kind: 'group', groupId: first.id }, signal), null);
}

async function planPerson(deps: HandlerDeps, id: string, signal: AbortSignal): Promise<Card> {
  return planned(await deps.api.planBatch({ kind: 'people', personIds: [id] }, signal), null);
}

/** One person has a card of details, several have a list. */
function planned(plan: BatchPlan, note: string | null): Card {
  const [only, ...others] = plan.moves;
  if (only === undefined || others.length > 0 || plan.isList) {
    return batchPlanCard(plan, note);
  }
  if (only.readiness === null || only.is === 'new') {
    return only.obstacle === null || only.is === 'new'
      ? batchPlanCard(plan, note)
      : askPeopleCard(explain(only.obstacle).what);
  }
  const { readiness, changes, notes } = only;
  const { rules, sourceHost, sourceIsApple, obstacle, hash } = plan;
  const source = { sourceHost, sourceIsApple };
  const one: MovePlan = { readiness, changes, notes, rules, ...source, obstacle, hash };
  return planCard(one, note);
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
    input: { readonly planHash: string },
    signal: AbortSignal,
  ): Promise<Answer> {
    const result = await api.startBatch({ ...input, actor: turn.actor }, signal);
    if (result.kind === 'plan-changed') {
      return replaceCard(planned(result.plan, PLAN_CHANGED));
    }
    const batch = result.kind === 'plan-unknown' ? null : await api.batch(result.batchId);
    const [migration, ...others] = batch?.migrations ?? [];
    if (batch === null || migration === undefined) {
      return replaceCard(askPeopleCard(PLAN_UNKNOWN));
    }
    const key = adminCardKey(batch.id);
    if (turn.pressed !== null && (await api.conversations.findPosted(key)) === null) {
      await api.conversations.savePosted(key, turn.pressed);
      // The pressed card needed its reader; from here on it does not, until a state says so.
      await api.conversations.savePosted(`${key}@quiet`, turn.pressed);
    }
    const notice = { name: 'admin', batchId: batch.id, migrationId: migration.id } as const;
    turn.later(async (later) => {
      await deps.notifier.deliverNow(notice, later);
    });
    const note = result.kind === 'started' ? null : ALREADY_STARTED;
    return showState(
      others.length > 0 ? channelCard(batch, deps.clock.now()) : adminCard(migration, note),
    );
  }

  async function create(
    turn: Turn,
    { planHash }: { readonly planHash: string },
    signal: AbortSignal,
  ): Promise<Answer> {
    const result = await api.createPeople({ planHash, actor: turn.actor }, signal);
    if (result.kind === 'plan-changed') {
      return replaceCard(planned(result.plan, PLAN_CHANGED));
    }
    if (result.kind === 'plan-unknown') {
      return replaceCard(askPeopleCard(PLAN_UNKNOWN));
    }
    const { pressed } = turn;
    if (pressed !== null) {
      turn.later(async (later) => {
        const { content, summary } = continuedCard('People were created', CREATED);
        await deps.outbound.update(
          pressed,
          cardActivity(content, summary),
          { urgent: true },
          later,
        );
      });
    }
    // For the one who pressed alone: it must not stand in the chat.
    return showState(createdPeopleCard(result.people));
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
        const { content, summary } =
          role === 'none' ? personHelpCard(turn.language) : helpCard(role);
        await deps.outbound.post(turn.conversation, cardActivity(content, summary), later);
      });
      const text = role === 'none' ? personTexts(turn.language).helpTitle : 'Here is how it works.';
      return { kind: 'text', text };
    },
    'tenant.check': async (turn, { mailbox }) => checkLater(turn, mailbox ?? null),
    'tenant.try-login': async (turn, { mailbox }) => checkLater(turn, mailbox),
    'tenant.ask-fix': async (turn, { fix }, signal) => {
      const plan = await api.planFix(fix, signal);
      return plan === null ? checkLater(turn, null) : replaceCard(fixCard(fix, plan));
    },
    'tenant.fix': async (turn, { fix, seen }, signal) => {
      const plan = await api.planFix(fix, signal);
      if (plan !== null && seenHash(plan) !== seen) {
        return replaceCard(fixCard(fix, plan, PLAN_CHANGED));
      }
      await api.mendTenant({ fix, actor: turn.actor }, signal);
      return checkLater(turn, null);
    },
    'people.ask': async () => replaceCard(askPeopleCard(null)),
    'people.find': async (_turn, { who }, signal) =>
      replaceCard(await findPeople(deps, who, signal)),
    'people.choose': async (_turn, { personId }, signal) =>
      replaceCard(await planPerson(deps, personId, signal)),
    'people.create': async (turn, data, signal) =>
      await deps.lock.run(startLockKey(turn.actor.personId), () => create(turn, data, signal)),
    'move.start': async (turn, data, signal) =>
      await deps.lock.run(startLockKey(turn.actor.personId), () => start(turn, data, signal)),
    'move.not-now': async () => replaceCard(notNowCard()),
  };
}
