/** docs/cards/README.md: every card by who reads it, light beside dark. */
import { picturedCards } from './pictures.ts';

const ROLES = {
  admin: 'The admin, in the own chat with the bot',
  person: 'The person whose mail moves, in the own chat with the bot',
  helpdesk: 'The helpdesk, in its channel and chat',
} as const;

type Role = keyof typeof ROLES;

/** Who is shown the card: its name says so, and what says nothing is the admin's. */
function roleOf(name: string): Role {
  if (/(?:^|-)person(?:[.-]|$)/.test(name)) {
    return 'person';
  }
  return /^(?:channel|helpdesk|status)/.test(name) ? 'helpdesk' : 'admin';
}

const HEAD = `# Every card, in every state

Drawn by \`npm run cards\` from the golden files of the cards' tests, in the \`adaptivecards\` renderer with colours like those of
Teams, light and dark. Times are in UTC. Teams draws a bar where these pictures have one of text, which is what it shows
instead where it knows none. Every person, address and number is made up.
`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Notifications show Markdown's signs as they are; so does the text beside a picture. */
const wordsOf = (content: unknown): string =>
  String(Object(content).fallbackText).replaceAll(/\\([\\*_[\]`~<>])/g, '$1');

function section({ name, content }: ReturnType<typeof picturedCards>[number]): string {
  const said = escapeHtml(wordsOf(content));
  const image = (theme: string): string =>
    `<img src="${theme}/${name}.png" width="400" alt="${said} (${theme})">`;
  return `### ${name}\n\n${image('light')}\n${image('dark')}\n`;
}

/** The whole page. */
export function indexPage(): string {
  const cards = picturedCards();
  const roles: readonly Role[] = ['admin', 'person', 'helpdesk'];
  const parts = roles.map((role) => {
    const own = cards.filter(({ name }) => roleOf(name) === role);
    return `## ${ROLES[role]}\n\n${own.map(section).join('\n')}`;
  });
  return `${HEAD}\n${parts.join('\n')}`;
}
