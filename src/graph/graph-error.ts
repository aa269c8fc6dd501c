import { z } from 'zod';
import { M365Error } from './errors.ts';
import { readServerText } from './server-text.ts';

const errorSchema = z.object({
  error: z.object({
    code: z.string().catch(''),
    message: z.string().catch(''),
    innerError: z.object({ 'request-id': z.string().optional() }).optional().catch(undefined),
  }),
});

/** Parses an answer of Graph; throws `graph.unexpected-answer`. */
export function parseGraphAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) {
    throw new M365Error('graph.unexpected-answer', { cause: parsed.error });
  }
  return parsed.data;
}

/** The typed error for an error answer of Graph, alone or inside a batch; `body` is its JSON, parsed or not. */
export function graphError(status: number, body: unknown): M365Error {
  const { error } = readError(body);
  const code = readServerText('graph', error.code, error.message) ?? byStatus(status);
  return new M365Error(code, {
    status,
    serverCode: error.code || null,
    serverText: error.message || null,
    requestId: error.innerError?.['request-id'] ?? null,
  });
}

function readError(body: unknown): z.infer<typeof errorSchema> {
  try {
    return errorSchema.parse(typeof body === 'string' ? JSON.parse(body) : body);
  } catch {
    return { error: { code: '', message: '' } };
  }
}

function byStatus(status: number): M365Error['code'] {
  const known = {
    401: 'graph.token-rejected',
    403: 'graph.right-missing',
    404: 'graph.not-found',
    429: 'graph.throttled',
  } as const;
  if (status === 401 || status === 403 || status === 404 || status === 429) {
    return known[status];
  }
  return status < 500 ? 'graph.request-refused' : 'graph.failed';
}
