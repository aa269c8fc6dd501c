import { z } from 'zod';
import { AppError } from '../errors.ts';
import {
  TeamsBlockedError,
  TeamsGoneError,
  TeamsRateLimitedError,
  TeamsSendError,
} from './errors.ts';

/** `Retry-After` in milliseconds, from its seconds or its HTTP date (RFC 9110 section 10.2.3). */
export function parseRetryAfter(value: string | null, now: Date): number | null {
  if (value === null) {
    return null;
  }
  if (/^\d{1,6}(\.\d+)?$/.test(value.trim())) {
    return Math.ceil(Number(value) * 1000);
  }
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'statusCode' in error
    ? Number(error.statusCode) || 0
    : 0;
}

const bodySchema = z.object({ error: z.object({ code: z.string() }) });

/** The error code of the answer's body, wherever the SDK keeps it. */
function serverCodeOf(error: unknown): string | null {
  const { body, details, response } = Object(error);
  const texts: readonly unknown[] = [Object(response).bodyAsText, Object(response).parsedBody];
  for (const candidate of [body, details, ...texts]) {
    const found = bodySchema.safeParse(parsed(candidate));
    if (found.success) {
      return found.data.error.code;
    }
  }
  return null;
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') {
    return value;
  }
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

function headerOf(error: unknown, name: string): string | null {
  if (typeof error !== 'object' || error === null || !('response' in error)) {
    return null;
  }
  const { response } = error;
  if (typeof response !== 'object' || response === null || !('headers' in response)) {
    return null;
  }
  const headers = response.headers;
  const hasGet = typeof headers === 'object' && headers !== null && 'get' in headers;
  const value: unknown =
    hasGet && typeof headers.get === 'function' ? headers.get(name) : undefined;
  return typeof value === 'string' ? value : null;
}

/**
 * What the Bot Connector's refusal means; an abort and our own errors pass as they are. The SDK's
 * error is not kept as cause: it holds the request, with its token and its card.
 */
export function sendErrorOf(error: unknown): unknown {
  if (error instanceof AppError || (error instanceof Error && error.name === 'AbortError')) {
    return error;
  }
  const status = statusOf(error);
  if (status === 429) {
    const afterMs = parseRetryAfter(headerOf(error, 'retry-after'), new Date());
    return new TeamsRateLimitedError(afterMs);
  }
  if (status === 403) {
    return new TeamsBlockedError('Teams does not let the bot write there.', serverCodeOf(error));
  }
  if (status === 404 || status === 410) {
    return new TeamsGoneError('The message or conversation is gone.');
  }
  return new TeamsSendError(status);
}
