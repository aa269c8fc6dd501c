import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { M365Error } from './errors.ts';
import { parseRetryAfter } from './retry-after.ts';
import { decideRetry, isTransient } from './retry-policy.ts';

/** Which family of codes a failure gets. */
export type HttpPeer = 'graph' | 'exchange-admin';

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends requests that may safely be sent twice: every mutation Skybridge makes is idempotent. */
export interface HttpClient {
  /**
   * The final answer, whatever its status. Throws `<peer>.throttled` (with `retryAfter`) when the wait
   * asked for does not fit the budget and `<peer>.unreachable` when no answer came within it.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
}

export interface HttpClientDeps {
  readonly peer: HttpPeer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random?: () => number;
  /** All attempts and pauses of one request together. */
  readonly budgetMs?: number;
  /** One attempt, headers and body. */
  readonly attemptTimeoutMs?: number;
}

type Attempt =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer; readonly retryAfterMs: number | null }
  | { readonly kind: 'lost'; readonly cause: unknown };

export function createHttpClient(deps: HttpClientDeps): HttpClient {
  const { peer, clock, log, random = Math.random } = deps;
  const { budgetMs = 60_000, attemptTimeoutMs = 30_000 } = deps;

  const attemptOnce = async (request: HttpRequest, signal: AbortSignal): Promise<Attempt> => {
    const { url, ...init } = request;
    try {
      const response = await fetch(url, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]),
      });
      const answer = {
        status: response.status,
        headers: response.headers,
        text: await response.text(),
      };
      const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), clock.now());
      return { kind: 'answered', answer, retryAfterMs };
    } catch (cause) {
      signal.throwIfAborted();
      return { kind: 'lost', cause };
    }
  };

  const giveUp = (attempt: Attempt, waitMs: number | null): M365Error => {
    const retryAfter = waitMs === null ? null : new Date(clock.now().getTime() + waitMs);
    if (attempt.kind === 'lost') {
      return new M365Error(`${peer}.unreachable`, { cause: attempt.cause, retryAfter });
    }
    const { status } = attempt.answer;
    const code = status === 429 || attempt.retryAfterMs !== null ? 'throttled' : 'unreachable';
    return new M365Error(`${peer}.${code}`, { status, retryAfter });
  };

  return {
    send: async (request, signal) => {
      const startedMs = clock.monotonicMs();
      for (let count = 1; ; count += 1) {
        signal.throwIfAborted();
        const attempt = await attemptOnce(request, signal);
        const status = attempt.kind === 'answered' ? attempt.answer.status : null;
        if (attempt.kind === 'answered' && !isTransient(status)) {
          return attempt.answer;
        }
        const retryAfterMs = attempt.kind === 'answered' ? attempt.retryAfterMs : null;
        const decision = decideRetry(status, retryAfterMs, count, random);
        if (decision.kind === 'fail') {
          throw giveUp(attempt, retryAfterMs);
        }
        if (clock.monotonicMs() - startedMs + decision.afterMs > budgetMs) {
          throw giveUp(attempt, decision.afterMs);
        }
        const code = status === 429 ? { code: `${peer}.throttled` } : {};
        log.debug(
          { peer, status, attempt: count, afterMs: decision.afterMs, ...code },
          'request repeated',
        );
        await clock.sleep(decision.afterMs, signal).catch((error: unknown) => {
          signal.throwIfAborted();
          throw error;
        });
      }
    },
  };
}
