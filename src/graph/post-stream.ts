/** One POST whose body is written in pieces, once: a request that must not be sent twice. */
import { once } from 'node:events';
import { type ClientRequest, request as requestHttp } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

export interface StreamedPost {
  readonly url: string;
  readonly sizeBytes: number;
  /** Pieces of the body, in order. */
  readonly body: Iterable<Buffer>;
}

/**
 * `unsent`: the last octet never reached the socket, so the server cannot have had the whole of it ·
 * `lost`: it did, and no answer came.
 */
export type PostOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter: string | null;
      readonly text: string;
    }
  | { readonly kind: 'unsent' | 'lost'; readonly cause: unknown };

/** Answers are short; anything longer is none of ours. */
const MAX_ANSWER_BYTES = 1_000_000;

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

/** Never rejects; the URL stands in no error. */
export async function postStream(post: StreamedPost, signal: AbortSignal): Promise<PostOutcome> {
  if (signal.aborted) {
    return { kind: 'unsent', cause: signal.reason };
  }
  let wasSent = false;
  try {
    const request = open(post, signal);
    request.once('finish', () => {
      wasSent = true;
    });
    const answered = once(request, 'response');
    // An answer may come before the body is through; an error rejects both.
    answered.catch(() => undefined);
    await Promise.race([writeBody(request, post.body), answered]);
    const [response] = await answered;
    const { statusCode = 0, headers } = response;
    const length = Number(headers['content-length'] ?? 0);
    if (length > MAX_ANSWER_BYTES) {
      response.destroy();
      return { kind: 'lost', cause: new Error('The answer is too long.') };
    }
    const answer = {
      kind: 'answered',
      status: statusCode,
      retryAfter: headers['retry-after'] ?? null,
      text: await text(response),
    } as const;
    if (!wasSent) {
      request.destroy();
    }
    return answer;
  } catch (cause) {
    return { kind: wasSent ? 'lost' : 'unsent', cause };
  }
}

function open({ url, sizeBytes }: StreamedPost, signal: AbortSignal): ClientRequest {
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': sizeBytes },
    signal,
  };
  return url.startsWith('https:')
    ? requestHttps(url, { ...options, agent })
    : requestHttp(url, options);
}

async function writeBody(request: ClientRequest, body: Iterable<Buffer>): Promise<void> {
  for (const piece of body) {
    if (!request.write(piece)) {
      await once(request, 'drain');
    }
  }
  request.end();
}
