import {
  Client,
  type Context,
  type GraphRequest,
  type MiddlewareOptions,
  ResponseType,
} from '@microsoft/microsoft-graph-client';
import { z } from 'zod';
import { M365Error } from './errors.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.ts';
import { readServerText } from './server-text.ts';
import type { TokenSource } from './tokens.ts';

/** A path below /v1.0, its parts already encoded, and OData options, not yet encoded. */
export interface GraphQuery {
  readonly path: string;
  readonly select?: readonly string[];
  readonly filter?: string;
  readonly top?: number;
}

/** Microsoft Graph v1.0. Every call throws M365Error `graph.*`. */
export interface GraphClient {
  /** One object, its answer parsed with `schema`. */
  get<T>(query: GraphQuery, schema: z.ZodType<T>, signal: AbortSignal): Promise<T>;
  /** A collection over all its pages, up to `limit` rows. */
  list<T>(
    query: GraphQuery & { readonly limit?: number },
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<readonly T[]>;
  /** A change or an action; answers with what the server sent, null for nothing. */
  write(
    method: 'POST' | 'PATCH',
    path: string,
    body: object,
    signal: AbortSignal,
  ): Promise<unknown>;
}

export interface GraphClientDeps {
  readonly graphUrl: string;
  readonly tokens: TokenSource;
  readonly http: HttpClient;
}

/** Carries a call's signal through the Graph library, and the typed error that the library would flatten. */
class CallContext implements MiddlewareOptions {
  readonly signal: AbortSignal;
  failure: unknown = null;
  constructor(signal: AbortSignal) {
    this.signal = signal;
  }
}

const errorBody = z.object({
  error: z.object({
    code: z.string().catch(''),
    message: z.string().catch(''),
    innerError: z.object({ 'request-id': z.string().optional() }).optional().catch(undefined),
  }),
});

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const;

export function createGraphClient(deps: GraphClientDeps): GraphClient {
  const { graphUrl, tokens, http } = deps;

  const sendOnce = (
    request: Omit<HttpRequest, 'headers'>,
    token: string,
    signal: AbortSignal,
  ): Promise<HttpAnswer> => {
    const type = request.body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', ...type };
    return http.send({ ...request, headers }, signal);
  };

  /** A rejected token is replaced once: it expired under way, or its rights were just changed. */
  const send = async (
    request: Omit<HttpRequest, 'headers'>,
    signal: AbortSignal,
  ): Promise<HttpAnswer> => {
    const token = await tokens.getToken('graph', signal);
    const answer = await sendOnce(request, token, signal);
    if (answer.status !== 401) {
      return answer;
    }
    tokens.forget('graph', token);
    return sendOnce(request, await tokens.getToken('graph', signal), signal);
  };

  const execute = async (context: Context, signal: AbortSignal): Promise<Response> => {
    const request = readRequest(context);
    const answer = await send(request, signal);
    const empty = answer.status === 204 || answer.status === 304;
    return new Response(empty ? null : answer.text, answer);
  };

  const client = Client.initWithMiddleware({
    baseUrl: graphUrl,
    defaultVersion: 'v1.0',
    middleware: {
      execute: async (context) => {
        const call = context.middlewareControl?.getMiddlewareOptions(CallContext);
        if (!(call instanceof CallContext)) {
          throw new TypeError('A Graph request was sent past createGraphClient.');
        }
        try {
          context.response = await execute(context, call.signal);
        } catch (error) {
          call.failure = error;
          throw error;
        }
      },
    },
  });

  const run = async (
    path: string,
    signal: AbortSignal,
    act: (request: GraphRequest) => Promise<Response>,
  ): Promise<unknown> => {
    const call = new CallContext(signal);
    const request = client.api(path).responseType(ResponseType.RAW).middlewareOptions([call]);
    try {
      return await readAnswer(await act(request));
    } catch (error) {
      throw call.failure ?? error;
    }
  };

  const get = async <T>(query: GraphQuery, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> =>
    parseAnswer(schema, await run(pathOf(query), signal, (request) => request.get()));

  return {
    get,
    list: async (query, schema, signal) => {
      const pageSchema = z.object({
        value: z.array(schema),
        '@odata.nextLink': z.url().optional(),
      });
      const limit = query.limit ?? Number.POSITIVE_INFINITY;
      const rows = [];
      let next: GraphQuery | null = query;
      while (next !== null && rows.length < limit) {
        const page: z.infer<typeof pageSchema> = await get(next, pageSchema, signal);
        rows.push(...page.value);
        const link: string | undefined = page['@odata.nextLink'];
        next = link === undefined ? null : { path: pathOfLink(link) };
      }
      return rows.slice(0, limit);
    },
    write: (method, path, body, signal) =>
      run(path, signal, (request) =>
        method === 'POST' ? request.post(body) : request.patch(body),
      ),
  };
}

/**
 * The part of a next link below /v1.0: it is asked for at our own host, so that a proxy stays in the
 * way and no other host gets our token.
 */
function pathOfLink(link: string): string {
  const { pathname, search } = new URL(link);
  const [, path] = /\/v1\.0(\/.+)$/.exec(pathname) ?? [];
  if (path === undefined) {
    throw new M365Error('graph.unexpected-answer');
  }
  return `${path}${search}`;
}

function pathOf({ path, select, filter, top }: GraphQuery): string {
  // The Graph library joins query values as they are; encoding them is left to us.
  const options = [
    select === undefined ? null : `$select=${select.join(',')}`,
    filter === undefined ? null : `$filter=${encodeURIComponent(filter)}`,
    top === undefined ? null : `$top=${top}`,
  ].filter((option) => option !== null);
  return options.length === 0 ? path : `${path}?${options.join('&')}`;
}

function readRequest(context: Context): Omit<HttpRequest, 'headers'> {
  const { request, options } = context;
  const method = METHODS.find((known) => known === (options?.method ?? 'GET'));
  if (typeof request !== 'string' || method === undefined) {
    throw new TypeError('The Graph library sent a request of an unknown kind.');
  }
  const body = options?.body;
  return typeof body === 'string' ? { url: request, method, body } : { url: request, method };
}

function parseAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) {
    throw new M365Error('graph.unexpected-answer', { cause: parsed.error });
  }
  return parsed.data;
}

async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) {
    throw graphError(response.status, text);
  }
  if (text === '') {
    return null;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new M365Error('graph.unexpected-answer', { status: response.status, cause });
  }
}

/** The typed error for an error answer of Graph. */
function graphError(status: number, text: string): M365Error {
  const { error } = parseError(text);
  const code = readServerText('graph', error.code, error.message) ?? byStatus(status);
  return new M365Error(code, {
    status,
    serverCode: error.code || null,
    serverText: error.message || null,
    requestId: error.innerError?.['request-id'] ?? null,
  });
}

function parseError(text: string): z.infer<typeof errorBody> {
  try {
    return errorBody.parse(JSON.parse(text));
  } catch {
    return { error: { code: '', message: '' } };
  }
}

function byStatus(status: number): M365Error['code'] {
  const known = {
    401: 'graph.token-rejected',
    403: 'graph.right-missing',
    404: 'graph.not-found',
  } as const;
  if (status === 401 || status === 403 || status === 404) {
    return known[status];
  }
  return status < 500 ? 'graph.request-refused' : 'graph.failed';
}
