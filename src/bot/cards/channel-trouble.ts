/** Tells an admin, once, that the helpdesk's channel cannot be written to, and what to do. */
import type { ChannelTrouble } from '../channel-trouble.ts';
import { button } from './actions.ts';
import type { Card } from './elements.ts';
import { card, heading, hint, markedLine, paragraph } from './elements.ts';

const TEXTS: Readonly<Record<ChannelTrouble, { readonly what: string; readonly doNext: string }>> =
  {
    removed: {
      what: 'I was taken out of the team of the helpdesk’s channel.',
      doNext: 'Add Skybridge to the team again; I then go on there by myself.',
    },
    disabled: {
      what: 'The app is blocked in this tenant, so I cannot write to the helpdesk’s channel.',
      doNext:
        'Allow it in the Teams admin center under Teams apps, Manage apps, Skybridge; I then go on by myself.',
    },
    archived: {
      what: 'The team of the helpdesk’s channel is archived, so nobody can write there.',
      doNext: 'Restore the team in Teams; I then go on there by myself.',
    },
    refused: {
      what: 'Teams does not let me write to the helpdesk’s channel. Either its team is archived, or only its moderators may write.',
      doNext:
        'Restore the team, or let bots write in the channel’s settings under Moderation; I then go on there by myself.',
    },
    deleted: {
      what: 'The helpdesk’s channel is no longer there.',
      doNext: 'Restore it in Teams under Manage team, Channels.',
    },
  };

/** The trouble, what to do, and that the moves go on. */
export function channelTroubleCard(trouble: ChannelTrouble): Card {
  const { what, doNext } = TEXTS[trouble];
  return card({
    summary: what,
    body: [
      heading('The helpdesk does not see the moves'),
      markedLine('failed', what),
      paragraph(doNext),
      hint('The moves go on meanwhile. I say this once.'),
    ],
    actions: [button('channel.show', 'Choose another channel', {})],
  });
}
