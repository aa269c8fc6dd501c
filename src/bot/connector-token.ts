import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { BotTokenError } from './errors.ts';

/** Where the bot's own token for the Bot Connector comes from: one app registration with a secret. */
export interface ConnectorTokenDeps {
  /** https://login.microsoftonline.com, or an override. */
  readonly loginUrl: string;
  readonly tenantId: string;
  readonly botId: string;
  readonly botPassword: string;
  readonly clock: Clock;
}

const answerSchema = z.object({ access_token: z.string(), expires_in: z.coerce.number() });
const RENEW_BEFORE_MS = 300_000;
const TIME_LIMIT_MS = 15_000;

/** OAuth 2.0 client credentials (RFC 6749 section 4.4); one token, renewed five minutes before its end. */
export function createConnectorToken(deps: ConnectorTokenDeps): () => Promise<string> {
  const { clock } = deps;
  let current: { token: string; renewAtMs: number } | null = null;
  const url = new URL(`${deps.loginUrl.replace(/\/$/, '')}/${deps.tenantId}/oauth2/v2.0/token`);
  async function fetchToken(): Promise<string> {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: deps.botId,
      client_secret: deps.botPassword,
      scope: 'https://api.botframework.com/.default',
    });
    const signal = AbortSignal.timeout(TIME_LIMIT_MS);
    const response = await fetch(url, { method: 'POST', body, signal }).catch((cause: unknown) => {
      throw new BotTokenError(0, { cause });
    });
    const answer = answerSchema.safeParse(await response.json().catch(() => null));
    if (!response.ok || !answer.success) {
      throw new BotTokenError(response.status);
    }
    const { access_token: token, expires_in: expiresIn } = answer.data;
    current = { token, renewAtMs: clock.monotonicMs() + expiresIn * 1000 - RENEW_BEFORE_MS };
    return token;
  }
  return async () =>
    current !== null && clock.monotonicMs() < current.renewAtMs
      ? current.token
      : await fetchToken();
}
