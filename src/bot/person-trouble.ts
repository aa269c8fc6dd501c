import {
  TeamsBlockedByPersonError,
  TeamsBlockedError,
  TeamsDisabledError,
  TeamsNotInstalledError,
} from './errors.ts';

const notInstalled = (): Error =>
  new TeamsNotInstalledError('The app is not installed for the person.');

/** As Microsoft's page on messages in bot conversations lists them. */
const OF_CODE: Readonly<Record<string, () => Error>> = {
  ForbiddenOperationException: notInstalled,
  BotNotInConversationRoster: notInstalled,
  ConversationBlockedByUser: () => new TeamsBlockedByPersonError('The person blocks the bot.'),
  BotDisabledByAdmin: () => new TeamsDisabledError('An admin of the tenant switched the app off.'),
};

/**
 * Why a person cannot be written to. `MessageWritesBlocked` may be any of these, and stays as it is; so
 * does what is no refusal.
 */
export function personTroubleOf(error: unknown): unknown {
  const code = error instanceof TeamsBlockedError ? (error.serverCode ?? '') : '';
  return OF_CODE[code]?.() ?? error;
}
