import {
  Client,
  type Context,
  type GraphRequest,
  type MiddlewareOptions,
  ResponseType,
} from '@microsoft/microsoft-graph-client';
import { z } from 'zod';
import { M365Error } from './errors.ts';
import { graphError, parseGraphAnswer } from './graph-error.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.ts';
import type { TokenSource } from './tokens.ts';

/** A path below /v1.0, its parts already encoded, and OData options, not yet encoded. */
export interface GraphQuery {
  readonly path: string;
  readonly select?: readonly string[];
  readonly filter?: string;
  readonly expand?: string;
  readonly top?: number;
  /** Ids of messages as they are in their folders, which change with a move: those that an import answers with. */
  readonly regularIds?: boolean;
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
  /**
   * A collection page by page: the caller keeps what it needs, however large the tenant is. Throws
   * `graph.unexpected-answer` when the next links do not end.
   */
  pages<T>(
    query: GraphQuery,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): AsyncGenerator<readonly T[], void, undefined>;
  /** A change or an action; answers with what the server sent, null for nothing. */
  write(
    method: 'POST' | 'PATCH',
    path: string,
    body: object,
    signal: AbortSignal,
  ): Promise<unknown>;
  /** An action without a body: Graph refuses an empty one in some places. */
  act(path: string, signal: AbortSignal): Promise<unknown>;
  /** Makes the object that a key names in the path, or changes it: safe to send twice. */
  upsert(path: string, body: object, signal: AbortSignal): Promise<unknown>;
  /** Deletes an object; throws `graph.not-found` where it is gone already. */
  remove(path: string, signal: AbortSignal): Promise<void>;
}

export interface GraphClientDeps {
  readonly graphUrl: string;
  readonly tokens: TokenSource;
  readonly http: HttpClient;
}

/** Carries a call's signal through the Graph library, and the typed error that the library would flatten. */
class CallContext implements MiddlewareOptions {
  readonly signal: AbortSignal;
  readonly prefer: string | null;
  failure: unknown = null;
  constructor(signal: AbortSignal, prefer: string | null) {
    this.signal = signal;
    this.prefer = prefer;
  }
}

/** Ids of mail and folders that outlive a move; where there are none, Graph ignores it. */
export const IMMUTABLE_IDS = 'IdType="ImmutableId"';

/** A change of an object by its key makes it where it is missing. */
const CREATE_IF_MISSING = 'create-if-missing';

/** More pages than any answer has; a loop of next links must still end. */
const MAX_PAGES = 1000;

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const;

export function createGraphClient(deps: GraphClientDeps): GraphClient {
  const { graphUrl, tokens, http } = deps;

  const sendOnce = (
    request: Omit<HttpRequest, 'headers'>,
    token: string,
    { prefer, signal }: CallContext,
  ): Promise<HttpAnswer> => {
    const type = request.body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(prefer === null ? {} : { prefer }),
      ...type,
    };
    return http.send({ ...request, headers }, signal);
  };

  /** A rejected token is replaced once: it expired under way, or its rights were just changed. */
  const send = async (
    request: Omit<HttpRequest, 'headers'>,
    call: CallContext,
  ): Promise<HttpAnswer> => {
    const token = await tokens.getToken('graph', call.signal);
    const answer = await sendOnce(request, token, call);
    if (answer.status !== 401) {
      return answer;
    }
    tokens.forget('graph', token);
    return sendOnce(request, await tokens.getToken('graph', call.signal), call);
  };

  const execute = async (context: Context, call: CallContext): Promise<Response> => {
    const request = readRequest(context);
    const answer = await send(request, call);
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
          context.response = await execute(context, call);
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
    prefer: string | null = IMMUTABLE_IDS,
  ): Promise<unknown> => {
    const call = new CallContext(signal, prefer);
    const request = client.api(path).responseType(ResponseType.RAW).middlewareOptions([call]);
    try {
      return await readAnswer(await act(request));
    } catch (error) {
      throw call.failure ?? error;
    }
  };

  const get = async <T>(query: GraphQuery, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> =>
    parseGraphAnswer(
      schema,
      await run(
        pathOf(query),
        signal,
        (request) => request.get(),
        query.regularIds === true ? null : IMMUTABLE_IDS,
      ),
    );

  const pages: GraphClient['pages'] = async function* readPages(query, schema, signal) {
    const pageSchema = z.object({
      value: z.array(schema),
      '@odata.nextLink': z.url().optional(),
    });
    let next: GraphQuery | null = query;
    for (let count = 0; next !== null; count += 1) {
      if (count === MAX_PAGES) {
        throw new M365Error('graph.unexpected-answer');
      }
      const page: z.infer<typeof pageSchema> = await get(next, pageSchema, signal);
      yield page.value;
      const link: string | undefined = page['@odata.nextLink'];
      next = link === undefined ? null : { ...keptOf(query), path: pathOfLink(link) };
    }
  };

  return {
    get,
    pages,
    list: async (query, schema, signal) => {
      const limit = query.limit ?? Number.POSITIVE_INFINITY;
      const rows = [];
      for await (const page of pages(query, schema, signal)) {
        rows.push(...page);
        if (rows.length >= limit) {
          break;
        }
      }
      return rows.slice(0, limit);
    },
    write: (method, path, body, signal) =>
      run(path, signal, (request) =>
        method === 'POST' ? request.post(body) : request.patch(body),
      ),
    act: (path, signal) => run(path, signal, (request) => request.post(undefined)),
    upsert: (path, body, signal) =>
      run(path, signal, (request) => request.patch(body), CREATE_IF_MISSING),
    remove: async (path, signal) => {
      await run(path, signal, (request) => request.delete());
    },
  };
}

/** What a next link does not carry. */
const keptOf = ({ regularIds }: GraphQuery): Pick<GraphQuery, 'regularIds'> =>
  regularIds === undefined ? {} : { regularIds };

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

function pathOf({ path, select, filter, expand, top }: GraphQuery): string {
  // The Graph library joins query values as they are; encoding them is left to us.
  const options = [
    select === undefined ? null : `$select=${select.join(',')}`,
    filter === undefined ? null : `$filter=${encodeURIComponent(filter)}`,
    expand === undefined ? null : `$expand=${encodeURIComponent(expand)}`,
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
