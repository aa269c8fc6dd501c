/** Who must act in a batch: the person, what, since when, and what the helpdesk can do about it. Pure. */
import type { HelpdeskAction, MoveSummary, StateName } from '../../jobs/api.ts';
import { QUESTION_OF_CHOICE } from '../../jobs/api.ts';
import { formatList, formatNoun } from '../../words/format.ts';
import { explain } from '../../words/words.ts';
import { plain } from './elements.ts';

/**
 * In the order in which a card lists them. What an admin does as a step of every move (pilot, finish,
 * pause) comes last, in one line for all moves.
 */
export const NEED_KINDS = [
  'blocked',
  'not-put-back',
  'not-reached',
  'password-lost',
  'password-refused',
  'password',
  'failed',
  'pilot',
  'finish',
  'paused',
] as const;
export type NeedKind = (typeof NEED_KINDS)[number];

/** One move that goes on only when somebody acts. */
export interface Need {
  readonly kind: NeedKind;
  readonly move: MoveSummary;
  readonly since: Date;
  /** Whose turn it is, or whose move it is where an admin must act: "Info", "Alex Wilber (for Info)". */
  readonly name: string;
  /** What stands in the way, where the kind alone does not say it. */
  readonly detail: string | null;
  /** The same in one sentence: "Alex Wilber: enter an app-specific password in the chat with me." */
  readonly text: string;
  readonly actions: readonly HelpdeskAction[];
}

/** Longer names are cut: a card of many has room for what they are told by. */
const MOST_NAME = 40;

const letters = new Intl.Segmenter();

/** A name from the directory as a line of a card bears it. */
export function shortName(displayName: string): string {
  if (displayName.length <= MOST_NAME) {
    return plain(displayName);
  }
  let cut = '';
  let count = 0;
  for (const { segment } of letters.segment(displayName)) {
    if (count === MOST_NAME) {
      return plain(`${cut}…`);
    }
    cut += segment;
    count += 1;
  }
  return plain(displayName);
}

type Part = Omit<Need, 'move' | 'since'>;
type Find = (move: MoveSummary, name: string) => Part;

const questions: ReadonlySet<string> = new Set(Object.values(QUESTION_OF_CHOICE));

const ofAdmin =
  (kind: NeedKind, actions: Need['actions']): Find =>
  ({ problem }, name) => {
    const detail = problem === null ? null : explain(problem).what;
    return { kind, name, detail, text: `An admin: ${name}. ${detail ?? 'It stopped.'}`, actions };
  };

/** What an admin is asked has other answers than to try again. */
const blocked: Find = (move, name) => {
  const isQuestion = move.problem !== null && questions.has(move.problem.code);
  return ofAdmin('blocked', isQuestion ? ['skip'] : ['retry', 'skip'])(move, name);
};

const ofPerson: Find = ({ person, submitter, problem, interrupted }, mailbox) => {
  const isOwn = submitter.id === person.id;
  const name = isOwn ? mailbox : `${shortName(submitter.displayName)} (for ${mailbox})`;
  const actions = ['ask-again', 'skip'] as const;
  if (problem?.code.startsWith('teams.')) {
    const detail = explain(problem).what;
    return {
      kind: 'not-reached',
      name,
      detail,
      text: `${name}: I could not ask. ${detail}`,
      actions,
    };
  }
  if (interrupted !== null) {
    const text = `${name}: enter a new app-specific password; Apple no longer takes the old one.`;
    return { kind: 'password-lost', name, detail: null, text, actions };
  }
  if (problem !== null) {
    const detail = explain(problem).what;
    const text = `${name}: enter another app-specific password. ${detail}`;
    return { kind: 'password-refused', name, detail, text, actions };
  }
  const text = `${name}: enter an app-specific password in the chat with me.`;
  return { kind: 'password', name, detail: null, text, actions };
};

const step =
  (kind: NeedKind, say: (name: string) => string): Find =>
  (_move, name) => ({ kind, name, detail: null, text: say(name), actions: [] });

const FIND: Partial<Record<StateName, Find>> = {
  WaitingForAdmin: blocked,
  WaitingForUser: ofPerson,
  Failed: ofAdmin('failed', []),
  PilotReview: step(
    'pilot',
    (name) => `An admin: look at the pilot of ${name} and start everything.`,
  ),
  Synced: step(
    'finish',
    (name) => `An admin: finish the move of ${name}, once iCloud Mail is no longer used.`,
  ),
  Paused: step('paused', (name) => `An admin: the move of ${name} is paused.`),
};

/** What somebody must do for this move; null where nobody must. */
export function needOf(move: MoveSummary): Need | null {
  const name = shortName(move.person.displayName);
  const { putBackProblem, stateSince: since } = move;
  if (putBackProblem !== null && !move.cleanedUp) {
    const detail = explain(putBackProblem).what;
    const text = `An admin: ${name}. Not everything is put back yet. ${detail}`;
    return { kind: 'not-put-back', move, since, name, detail, text, actions: ['retry'] };
  }
  const found = FIND[move.state]?.(move, name);
  return found === undefined ? null : { ...found, move, since };
}

/** Everybody who must act, as a card lists them: by kind, whoever waits longest first. */
export function listNeeds(moves: readonly MoveSummary[]): readonly Need[] {
  return moves
    .map(needOf)
    .filter((need) => need !== null)
    .toSorted(
      (a, b) =>
        NEED_KINDS.indexOf(a.kind) - NEED_KINDS.indexOf(b.kind) ||
        a.since.getTime() - b.since.getTime(),
    );
}

/** Steps of every move that an admin takes, which one line says for all moves. */
const STEPS_OF_ADMIN = {
  pilot: (names: string) => `An admin: look at ${names} and start everything.`,
  finish: (names: string) => `An admin: finish ${names}, once iCloud Mail is no longer used.`,
  paused: (names: string) => `An admin: ${names} are paused.`,
} as const satisfies Partial<Record<NeedKind, (names: string) => string>>;

const NOUN_OF_STEP = {
  pilot: 'pilots',
  finish: 'moves',
  paused: 'moves',
} as const satisfies Record<keyof typeof STEPS_OF_ADMIN, string>;

const NAMED = 2;

/** "3 pilots (Alex Wilber, Megan Bowen and 1 more)". */
function nameMoves(needs: readonly Need[], noun: string): string {
  const names = needs.slice(0, NAMED).map(({ move }) => shortName(move.person.displayName));
  const more = needs.length - names.length;
  const list = formatList([...names, ...(more > 0 ? [`${more} more`] : [])]);
  return `${formatNoun(needs.length, noun, noun)} (${list})`;
}

/** Needs of one kind, as a card says them together. */
export interface NeedGroup {
  readonly kind: Exclude<NeedKind, keyof typeof STEPS_OF_ADMIN>;
  readonly needs: readonly Need[];
}

export interface NeedLines {
  readonly groups: readonly NeedGroup[];
  /** A sentence for each step that an admin takes of any number of moves. */
  readonly steps: readonly string[];
}

type StepKind = keyof typeof STEPS_OF_ADMIN;

const isStep = (kind: NeedKind): kind is StepKind => kind in STEPS_OF_ADMIN;
const isOwnKind = (kind: NeedKind): kind is NeedGroup['kind'] => !isStep(kind);

/** What goes as planned, and waits for an admin as every move does. */
export function isPlanned(kind: NeedKind): boolean {
  return isStep(kind);
}

/** Sorts needs into groups that are listed, and steps of an admin. */
export function groupNeeds(needs: readonly Need[]): NeedLines {
  const ofKind = (kind: NeedKind): readonly Need[] => needs.filter((need) => need.kind === kind);
  return {
    groups: NEED_KINDS.filter(isOwnKind)
      .map((kind) => ({ kind, needs: ofKind(kind) }))
      .filter((group) => group.needs.length > 0),
    steps: NEED_KINDS.filter(isStep).flatMap((kind) => {
      const same = ofKind(kind);
      const [first] = same;
      const together = STEPS_OF_ADMIN[kind](nameMoves(same, NOUN_OF_STEP[kind]));
      return first === undefined ? [] : [same.length === 1 ? first.text : together];
    }),
  };
}
