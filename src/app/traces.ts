/**
 * Traces: one span for each step of a move, sent in OTLP's JSON over HTTP (OpenTelemetry protocol 1.x,
 * `/v1/traces`). Spans carry ids and codes, and nothing of a person's. A collector that does not answer costs
 * spans, never work.
 */
import { randomBytes } from 'node:crypto';
import { startInterval } from '../clock.ts';
import type { ObservedStep } from '../jobs/observer.ts';
import type { Logger } from '../log.ts';

export interface StepSpan extends ObservedStep {
  readonly sliceId: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** Null where the step did what it should. */
  readonly code: string | null;
}

export interface Tracer {
  stepEnded(span: StepSpan): void;
  /** Sends what is left. */
  close(): Promise<void>;
}

export interface TracerDeps {
  /** OTEL_EXPORTER_OTLP_ENDPOINT, without the path of traces. */
  readonly endpoint: string;
  readonly logger: Logger;
}

const SEND_EVERY_MS = 5000;
const SEND_TIMEOUT_MS = 5000;
/** Older spans give way to newer ones. */
const SPANS_KEPT = 2000;

const SPAN_KIND_INTERNAL = 1;
const STATUS_OK = 1;
const STATUS_ERROR = 2;

export function createTracer({ endpoint, logger }: TracerDeps): Tracer {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  let spans: object[] = [];
  let sending: Promise<void> = Promise.resolve();

  const send = async (): Promise<void> => {
    if (spans.length === 0) {
      return;
    }
    const batch = spans;
    spans = [];
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(formatExport(batch)),
        redirect: 'error',
        signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) {
        logger.warn({ status: response.status, spans: batch.length }, 'traces not taken');
      }
    } catch {
      logger.warn({ spans: batch.length }, 'traces not sent');
    }
  };
  const sendInTurn = (): Promise<void> => {
    sending = sending.then(send);
    return sending;
  };
  const stop = startInterval(sendInTurn, SEND_EVERY_MS);

  return {
    stepEnded(span) {
      spans = [...spans.slice(1 - SPANS_KEPT), formatSpan(span)];
    },
    async close() {
      stop();
      await sendInTurn();
    },
  };
}

/** One span in OTLP's JSON. A move is a trace: its id is the move's own. Pure but for the span's id. */
function formatSpan(span: StepSpan): object {
  const startMs = span.startedAt.getTime();
  return {
    traceId: span.migrationId.replaceAll('-', ''),
    spanId: randomBytes(8).toString('hex'),
    name: span.job,
    kind: SPAN_KIND_INTERNAL,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(startMs + span.durationMs),
    attributes: [
      attribute('skybridge.migration', span.migrationId),
      attribute('skybridge.batch', span.batchId ?? ''),
      attribute('skybridge.slice', span.sliceId),
      ...(span.code === null ? [] : [attribute('error.type', span.code)]),
    ],
    status: { code: span.code === null ? STATUS_OK : STATUS_ERROR },
  };
}

function formatExport(spans: readonly object[]): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', 'skybridge')] },
        scopeSpans: [{ scope: { name: 'skybridge' }, spans }],
      },
    ],
  };
}

function attribute(key: string, value: string): object {
  return { key, value: { stringValue: value } };
}

function nanoseconds(ms: number): string {
  return `${BigInt(Math.round(ms * 1000)) * 1000n}`;
}
