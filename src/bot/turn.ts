import type { Actor, ConversationReference, PostedCard } from '../jobs/api.ts';
import type { Language } from '../words/language.ts';
import type { Card } from './cards/elements.ts';

/** One thing that a person said or pressed, as the handlers see it. */
export interface Turn {
  readonly actor: Actor;
  readonly conversation: ConversationReference;
  /** What the person reads; admins and the helpdesk are answered in English. */
  readonly language: Language;
  /** The card that was pressed; null for a message. */
  readonly pressed: PostedCard | null;
  /** False for what came as a message, and so stands in the chat. */
  readonly isInvoke: boolean;
  /** Runs after the answer has left; failures are logged. */
  later(task: (signal: AbortSignal) => Promise<void>): void;
}

/**
 * The answer to a press. `card` takes the pressed card's place for the one who pressed; `everywhere`:
 * it does so for every client, which handlers of cards that follow a state leave to the notifier.
 */
export type Answer =
  | { readonly kind: 'card'; readonly card: Card; readonly everywhere: boolean }
  | { readonly kind: 'text'; readonly text: string };

/** The same card for everybody who looks at it. */
export function replaceCard(card: Card): Answer {
  return { kind: 'card', card, everywhere: true };
}

/** The card follows a state: the notifier brings it to the other clients. */
export function showState(card: Card): Answer {
  return { kind: 'card', card, everywhere: false };
}

export function sayText(text: string): Answer {
  return { kind: 'text', text };
}
