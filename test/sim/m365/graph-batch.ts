import { type FaultAction, THROTTLE_ERRORS } from './faults.ts';
import { type Incoming, readBody } from './graph-call.ts';
import { badRequest, graphRefusal } from './graph-errors.ts';
import type { GraphRoute } from './graph-routes.ts';
import { type Answer, answerOf, type ServiceContext } from './service.ts';

interface Part {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly dependsOn: readonly string[];
}

interface PartAnswer extends Answer {
  readonly headers?: Readonly<Record<string, string>>;
}

export interface BatchDeps {
  readonly context: ServiceContext;
  readonly routes: readonly GraphRoute[];
  readonly serve: (route: GraphRoute, incoming: Incoming) => Answer;
}

/** Graph's own limit. */
const MAX_PARTS = 20;

const PROPERTIES = ['id', 'method', 'url', 'headers', 'body', 'dependsOn'];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function readPart(entry: unknown): Part {
  if (!isRecord(entry) || Object.keys(entry).some((key) => !PROPERTIES.includes(key))) {
    throw badRequest('A request of the batch is malformed.');
  }
  const { id, method, url, headers = {}, dependsOn = [] } = entry;
  if (!isText(id) || !isText(method) || !isText(url) || !isRecord(headers)) {
    throw badRequest('A request of the batch lacks id, method or url.');
  }
  if (!Array.isArray(dependsOn) || !dependsOn.every(isText)) {
    throw badRequest("The property 'dependsOn' takes ids.");
  }
  const texts = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { id, method, url, headers: Object.fromEntries(texts), body: entry['body'], dependsOn };
}

/** Ids are unique, and dependencies named before whoever needs them. */
function readParts(incoming: Incoming): readonly Part[] {
  const { requests } = readBody(incoming, ['requests']);
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > MAX_PARTS) {
    throw badRequest(`A batch takes 1 to ${MAX_PARTS} requests.`);
  }
  const parts = requests.map(readPart);
  const before = new Set<string>();
  for (const part of parts) {
    if (before.has(part.id)) {
      throw badRequest(`The id '${part.id}' is used more than once.`);
    }
    if (part.dependsOn.some((id) => !before.has(id))) {
      throw badRequest(`'${part.id}' depends on a request that is not named before it.`);
    }
    before.add(part.id);
  }
  return parts;
}

/** The route of a part and the parameters in its path. */
function findRoute(
  routes: readonly GraphRoute[],
  part: Part,
  path: string,
): { readonly route: GraphRoute; readonly params: Record<string, string> } | null {
  for (const route of routes) {
    const pattern = new RegExp(`^${route.path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`, 'i');
    const match = route.method === part.method.toLowerCase() ? pattern.exec(path) : null;
    if (match !== null) {
      const params = Object.entries(match.groups ?? {});
      return {
        route,
        params: Object.fromEntries(params.map(([name, text]) => [name, decodeURIComponent(text)])),
      };
    }
  }
  return null;
}

/** What a fault does to a part: an answer, or null to let it pass. A part has no socket to lose. */
function strike(action: FaultAction | null): PartAnswer | null {
  if (action?.kind === 'throttle') {
    const status = action.status ?? 429;
    const headers = action.retryAfter === undefined ? {} : { 'Retry-After': action.retryAfter };
    return { status, headers, body: { error: THROTTLE_ERRORS[status] } };
  }
  if (action?.kind === 'answer') {
    return { status: action.status, headers: action.headers ?? {}, body: action.body };
  }
  if (action !== null) {
    throw new Error(`A part of a batch cannot be struck by ${action.kind}.`);
  }
  return null;
}

async function answerPart(deps: BatchDeps, part: Part, batchUrl: URL): Promise<PartAnswer> {
  const { context, routes } = deps;
  const url = new URL(`${batchUrl.origin}/v1.0/${part.url.replace(/^\//, '')}`);
  const found = findRoute(routes, part, url.pathname.replace(/^\/v1\.0/, ''));
  const operation = found?.route.operation ?? 'unknown';
  const answer =
    strike(context.faults.take(operation)) ??
    (await answerOf(context, operation, () => {
      if (found === null) {
        throw graphRefusal(400, 'BadRequest', 'Unknown segment.', `unknown path ${part.url}`);
      }
      return deps.serve(found.route, {
        url,
        params: found.params,
        body: part.body === undefined ? '' : JSON.stringify(part.body),
        header: (name) => part.headers[name.toLowerCase()],
      });
    }));
  context.journal.requests.push({
    service: 'graph',
    operation,
    status: answer.status,
    batched: true,
  });
  return answer;
}

/** Runs the parts one after another and answers them last first: only ids tell whose answer it is. */
export async function answerBatch(deps: BatchDeps, incoming: Incoming): Promise<Answer> {
  const responses: Record<string, unknown>[] = [];
  const failed = new Set<string>();
  for (const part of readParts(incoming)) {
    const answer: PartAnswer = part.dependsOn.some((id) => failed.has(id))
      ? {
          status: 424,
          body: { error: { code: 'FailedDependency', message: 'A dependency failed.' } },
        }
      : await answerPart(deps, part, incoming.url);
    if (answer.status >= 300) {
      failed.add(part.id);
    }
    responses.unshift({ id: part.id, ...answer });
  }
  return { status: 200, body: { responses } };
}
