import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { type BatchRequest, planBatches } from './batch-plan.ts';
import { M365Error } from './errors.ts';
import { type GraphClient, IMMUTABLE_IDS } from './graph-client.ts';
import { graphError, parseGraphAnswer } from './graph-error.ts';
import { forEachLimited } from './limited.ts';
import { parseRetryAfter } from './retry-after.ts';
import { decideRetry, isTransient } from './retry-policy.ts';
import type { TokenSource } from './tokens.ts';

/** What became of one request of a batch; the body is not yet parsed, null for none. */
export type BatchResult =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly error: M365Error };

/** Graph's $batch: many requests in few exchanges. */
export interface GraphBatch {
  /**
   * A result for each request, by its id: a request that failed is data, not an end. Throttled ones are
   * sent again, alone, within the budget; past it they fail as `graph.throttled` with `retryAfter`.
   * What depended on a failed request fails with that request's error. Throws when a whole batch got
   * no answer, or one that is none.
   */
  send(
    requests: readonly BatchRequest[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, BatchResult>>;
}

export interface GraphBatchDeps {
  readonly graph: Pick<GraphClient, 'write'>;
  readonly tokens: Pick<TokenSource, 'forget'>;
  readonly clock: Clock;
  readonly random?: () => number;
  /** All rounds of one batch and the pauses between them. */
  readonly budgetMs?: number;
}

/** Outlook works at no more at a time, for one application. */
const BATCHES_AT_ONCE = 4;

const FAILED_DEPENDENCY = 424;

const answerSchema = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number(),
      headers: z.record(z.string(), z.string()).nullish(),
      body: z.unknown().optional(),
    }),
  ),
});

type Answer = z.infer<typeof answerSchema>['responses'][number];

export function createGraphBatch(deps: GraphBatchDeps): GraphBatch {
  const { graph, tokens, clock, random = Math.random, budgetMs = 60_000 } = deps;

  const sendOnce = async (
    requests: readonly BatchRequest[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Answer>> => {
    const body = { requests: requests.map((request) => toWire(request, requests)) };
    const answer = await graph.write('POST', '/$batch', body, signal);
    const { responses } = parseGraphAnswer(answerSchema, answer);
    const answers = new Map(responses.map((one) => [one.id, one]));
    if (requests.some((request) => !answers.has(request.id))) {
      throw new M365Error('graph.unexpected-answer');
    }
    return answers;
  };

  /** When the unanswered may be sent again; null when that is too late or too often. */
  const pauseBefore = (
    answers: readonly Answer[],
    attempt: number,
    startedMs: number,
  ): number | null => {
    const pauses = answers.map((answer) =>
      decideRetry(answer.status, retryAfterMs(answer, clock), attempt, random),
    );
    const longest = Math.max(0, ...pauses.map((one) => (one.kind === 'retry' ? one.afterMs : 0)));
    const refused = pauses.some((one) => one.kind === 'fail');
    return refused || clock.monotonicMs() - startedMs + longest > budgetMs ? null : longest;
  };

  const sendBatch = async (
    batch: readonly BatchRequest[],
    results: Map<string, BatchResult>,
    signal: AbortSignal,
  ): Promise<void> => {
    const startedMs = clock.monotonicMs();
    let open = batch;
    let freshToken = false;
    for (let attempt = 1; open.length > 0; attempt += 1) {
      const answers = await sendOnce(open, signal);
      const again = requestsToRepeat(open, answers, freshToken);
      const transient = again.flatMap(({ id }) => {
        const answer = answers.get(id);
        return answer !== undefined && isTransient(answer.status) ? [answer] : [];
      });
      const pauseMs = pauseBefore(transient, attempt, startedMs);
      const repeated = pauseMs === null ? [] : again;
      settle(open, { answers, repeated: new Set(repeated), results, now: clock.now() });
      if (pauseMs === null) {
        return;
      }
      if (again.some(({ id }) => answers.get(id)?.status === 401)) {
        tokens.forget('graph');
        freshToken = true;
      }
      await clock.sleep(pauseMs, signal);
      open = repeated;
    }
  };

  return {
    send: async (requests, signal) => {
      const results = new Map<string, BatchResult>();
      await forEachLimited(planBatches(requests), BATCHES_AT_ONCE, (batch) =>
        sendBatch(batch, results, signal),
      );
      return results;
    },
  };
}

/** Headers of the batch itself do not reach its parts. A dependency that was met before is left out. */
function toWire(request: BatchRequest, sent: readonly BatchRequest[]): object {
  const { id, method, path, body, headers } = request;
  const dependsOn = (request.dependsOn ?? []).filter((other) =>
    sent.some((candidate) => candidate.id === other),
  );
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return {
    id,
    method,
    url: path,
    headers: { Prefer: IMMUTABLE_IDS, ...type, ...headers },
    ...(body === undefined ? {} : { body }),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  };
}

/** Throttled ones, those whose token was refused once, and what waited for any of them. */
function requestsToRepeat(
  sent: readonly BatchRequest[],
  answers: ReadonlyMap<string, Answer>,
  freshToken: boolean,
): readonly BatchRequest[] {
  const again = new Set<string>();
  for (const request of sent) {
    const status = answers.get(request.id)?.status ?? 0;
    const waited =
      status === FAILED_DEPENDENCY && (request.dependsOn ?? []).some((id) => again.has(id));
    if (isTransient(status) || (status === 401 && !freshToken) || waited) {
      again.add(request.id);
    }
  }
  return sent.filter(({ id }) => again.has(id));
}

interface Settling {
  readonly answers: ReadonlyMap<string, Answer>;
  readonly repeated: ReadonlySet<BatchRequest>;
  readonly results: Map<string, BatchResult>;
  readonly now: Date;
}

/** Writes down the results of this round, in the order sent: a dependency is settled before what needs it. */
function settle(
  sent: readonly BatchRequest[],
  { answers, repeated, results, now }: Settling,
): void {
  for (const request of sent) {
    const answer = answers.get(request.id);
    if (answer !== undefined && !repeated.has(request)) {
      const cause = (request.dependsOn ?? [])
        .map((id) => results.get(id))
        .find((result) => result?.ok === false);
      results.set(
        request.id,
        answer.status === FAILED_DEPENDENCY && cause !== undefined ? cause : read(answer, now),
      );
    }
  }
}

function read(answer: Answer, now: Date): BatchResult {
  if (answer.status < 300) {
    return { ok: true, body: answer.body ?? null };
  }
  const waitMs = retryAfterOf(answer, now);
  if (isTransient(answer.status)) {
    const code = answer.status === 429 || waitMs !== null ? 'graph.throttled' : 'graph.unreachable';
    const retryAfter = waitMs === null ? null : new Date(now.getTime() + waitMs);
    return { ok: false, error: new M365Error(code, { status: answer.status, retryAfter }) };
  }
  return { ok: false, error: graphError(answer.status, answer.body) };
}

const retryAfterMs = (answer: Answer, clock: Clock): number | null =>
  retryAfterOf(answer, clock.now());

/** Header names inside a batch come as the service wrote them. */
function retryAfterOf(answer: Answer, now: Date): number | null {
  const header = Object.entries(answer.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'retry-after',
  );
  return parseRetryAfter(header?.[1] ?? null, now);
}
