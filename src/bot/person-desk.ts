/**
 * A person before a page of ours, in place of Teams: the same cards, rights, seals, one-time tokens and
 * handlers. Whoever serves the page has signed the person in; what the page sends is never a right.
 */
import type { Actor } from '../jobs/api.ts';
import type { Language } from '../words/language.ts';
import type { Card } from './cards/elements.ts';

/** Who looks, and what they read. */
export interface Visit {
  readonly actor: Actor;
  readonly language: Language;
}

/** A move of the visitor's, as a list names it. */
export interface VisitorsMove {
  readonly id: string;
  readonly targetMailbox: string;
}

/** What a press leads to. */
export type DeskAnswer =
  | {
      readonly kind: 'card';
      readonly card: Card;
      /** It shows the state that the move is in, and not a question in between. */
      readonly isState: boolean;
      /** How soon it will say something else by itself. */
      readonly changes: 'in-seconds' | 'in-minutes' | 'never';
    }
  /** The same for a move that is not there and for one of somebody else. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly status: 400 | 500; readonly text: string };

/** What the page may ask of the conversation. */
export interface PersonDesk {
  /** Those that the visitor enters a password for: open ones, else the last. */
  moves(visit: Visit): Promise<readonly VisitorsMove[]>;
  /** `fields`: what the button carried, and what was typed. */
  press(
    visit: Visit,
    press: { readonly verb: string; readonly fields: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<DeskAnswer>;
}
