import { isM365Error } from '../errors.ts';
import type { M365 } from '../m365.ts';
import type { TokenResource } from '../tokens.ts';
import { type Finding, findingsOf, rawOf, unanswered } from './finding.ts';

/** What Microsoft Graph and Exchange are called on a card. */
export const API_NAMES: Readonly<Record<TokenResource, string>> = {
  graph: 'Microsoft Graph',
  exchange: 'Exchange Online',
};

const say = findingsOf('sign-in');

/**
 * Whether Entra ID gives us a token for one of the services. The token is always a fresh one: what was
 * granted or taken away a minute ago counts.
 */
export async function checkSignIn(
  m365: Pick<M365, 'tokens'>,
  resource: TokenResource,
  signal: AbortSignal,
): Promise<Finding> {
  m365.tokens.forget(resource);
  const api = API_NAMES[resource];
  try {
    await m365.tokens.getToken(resource, signal);
    return say('check.sign-in', 'ok', { api });
  } catch (error) {
    signal.throwIfAborted();
    if (!isM365Error(error) || error.disposition !== 'ask') {
      return unanswered('sign-in', error, { api });
    }
    return say(
      'check.sign-in.refused',
      'failed',
      { api, problem: error.code },
      // What Entra ID answers to a workload policy, and to an unknown refusal, is believed.
      {
        raw: rawOf(error),
        believed: isM365Error(error, 'graph.sign-in-blocked', 'graph.token-refused'),
      },
    );
  }
}
