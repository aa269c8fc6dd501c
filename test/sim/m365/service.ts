import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import express, { type Express, type Request, type Response } from 'express';
import type { Faults } from './faults.ts';
import type { Journal, ServiceName } from './journal.ts';

/** PEM key and certificate chain of a server; without it the service speaks plain HTTP. */
export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** A page for a browser, in place of a body. */
  readonly html?: string;
  /** Where a browser is sent. */
  readonly location?: string;
}

/** Thrown by a handler: the service's own error answer, noted as a violation where it is one. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly answer: Answer;
  readonly violation: string | null;
  constructor(answer: Answer, violation: string | null) {
    super(violation ?? `refused with ${answer.status}`);
    this.answer = answer;
    this.violation = violation;
  }
}

export interface ServiceContext {
  readonly service: ServiceName;
  readonly journal: Journal;
  readonly faults: Faults;
}

/** An express application that hands every body over as text. */
export function createApplication(): Express {
  const application = express();
  application.disable('x-powered-by');
  application.disable('etag');
  application.set('query parser', 'simple');
  application.set('case sensitive routing', false);
  application.use(express.text({ type: () => true, limit: '5mb' }));
  return application;
}

/** `HEAD /` leads a browser elsewhere, with the time in its Date header; nobody has to sign in for it. */
export function answerRoot(application: Express, context: ServiceContext): void {
  application.head('/', (request, response) =>
    runOperation(context, `HEAD / of ${context.service}`, { request, response }, () => ({
      status: 302,
    })),
  );
}

/** Runs one operation: faults first, then the handler; logs the request and its violation. */
export async function runOperation(
  context: ServiceContext,
  operation: string,
  exchange: { readonly request: Request; readonly response: Response },
  handle: (request: Request) => Answer | Promise<Answer>,
): Promise<void> {
  const { service, journal, faults } = context;
  const { request, response } = exchange;
  const verdict = await faults.strike(operation, response);
  if (verdict.kind === 'answered') {
    journal.requests.push({ service, operation, status: verdict.status });
    return;
  }
  const answer = await answerOf(context, operation, () => handle(request));
  if (verdict.kind === 'drop-after') {
    journal.requests.push({ service, operation, status: 0 });
    response.socket?.destroy();
    return;
  }
  journal.requests.push({ service, operation, status: answer.status });
  response.status(answer.status);
  if (answer.location !== undefined) {
    response.location(answer.location);
  }
  if (answer.html !== undefined) {
    response.type('html').send(answer.html);
  } else if (answer.body === undefined) {
    response.end();
  } else {
    response.json(answer.body);
  }
}

/** The answer of one handler; a refusal that breaks a rule is noted. */
export async function answerOf(
  context: ServiceContext,
  operation: string,
  handle: () => Answer | Promise<Answer>,
): Promise<Answer> {
  try {
    return await handle();
  } catch (error) {
    if (!(error instanceof Refusal)) {
      context.journal.violations.push(
        `${context.service} ${operation}: simulator broke: ${String(error)}`,
      );
      return { status: 500, body: { error: { code: 'InternalServerError', message: 'Broken.' } } };
    }
    if (error.violation !== null) {
      context.journal.violations.push(`${context.service} ${operation}: ${error.violation}`);
    }
    return error.answer;
  }
}

export interface RunningService {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a loopback port that the system chooses. */
export async function listen(
  application: Express,
  tls: TlsMaterial | undefined,
): Promise<RunningService> {
  const server: Server =
    tls === undefined
      ? createHttpServer(application)
      : createHttpsServer({ key: tls.key, cert: tls.cert }, application);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The server has no port.');
  }
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}
