/** What the helpdesk is asked before a move is left out, and what it is told then. */
import type { HelpdeskAction } from '../../jobs/api.ts';
import { type Button, button } from './actions.ts';
import { continuedCard } from './basics.ts';
import type { Card } from './elements.ts';
import { card, heading, hint, paragraph } from './elements.ts';
import type { Need } from './needs.ts';

const MAKE: Readonly<
  Record<HelpdeskAction, (data: { migrationId: string; since: number }) => Button>
> = {
  'ask-again': (data) => button('helpdesk.ask-again', 'Ask again', data),
  retry: (data) => button('helpdesk.retry', 'Retry', data),
  skip: (data) => button('helpdesk.ask-skip', 'Skip…', data),
};

/** The buttons of one line of "Who must act". */
export function needButtons({ move, since, actions }: Need): readonly Button[] {
  return actions.map((action) => MAKE[action]({ migrationId: move.id, since: since.getTime() }));
}

/** Asks before a move is left out. */
export function skipCard(input: {
  readonly migrationId: string;
  readonly since: number;
  /** As a line of a card bears it. */
  readonly name: string;
}): Card {
  const { migrationId, since, name } = input;
  return card({
    summary: `Leave ${name} out?`,
    body: [
      heading(`Leave ${name} out?`),
      paragraph(
        'The move ends here. What was copied stays in Outlook, and nothing is deleted at Apple. I put back what I changed, and delete the password.',
      ),
      hint('An admin of the moves can start it anew at any time.'),
    ],
    actions: [
      button('helpdesk.skip', 'Leave out', { migrationId, since }, 'destructive'),
      button('helpdesk.keep', 'Keep waiting', { migrationId }),
    ],
  });
}

export function skippedCard(name: string): Card {
  return continuedCard(`${name} is left out`, 'The move has ended; I put back what I changed.');
}

export function keptCard(name: string): Card {
  return continuedCard(`${name} stays in`, 'Nothing was changed.');
}
