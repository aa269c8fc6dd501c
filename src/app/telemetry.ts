/**
 * What a process tells of its own work. Log lines of a step bear its ids; metrics and traces are there where
 * a setting asks for them, and only then is anything loaded for them.
 */
import { randomUUID } from 'node:crypto';
import type { SentCard } from '../bot/outbound.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { errorCodeOf } from '../errors.ts';
import type { WorkObserver } from '../jobs/observer.ts';
import { inLogCourse, type Logger } from '../log.ts';
import { countCodes } from './counting-logger.ts';
import type { Metrics } from './metrics.ts';
import type { Tracer } from './traces.ts';

export interface Telemetry {
  /** The logger to work with: what it is told is also counted. */
  readonly logger: Logger;
  readonly observer: WorkObserver;
  readonly metrics: Metrics | null;
  sent(what: SentCard): void;
  /** Sends what was not sent yet. */
  close(): Promise<void>;
}

/** Loads what the settings ask for. */
export async function createTelemetry(
  config: Pick<Config, 'METRICS_PORT' | 'OTEL_EXPORTER_OTLP_ENDPOINT'>,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): Promise<Telemetry> {
  const metrics = config.METRICS_PORT === undefined ? null : await loadMetrics();
  const tracer = await loadTracer(config.OTEL_EXPORTER_OTLP_ENDPOINT, logger);
  return {
    logger: metrics === null ? logger : countCodes(logger, (code) => metrics.failed(code)),
    observer: createObserver(metrics, tracer, clock),
    metrics,
    sent: (what) => metrics?.sent(what),
    close: async () => {
      await tracer?.close();
    },
  };
}

interface StepFields extends Record<string, unknown> {
  job?: string;
  slice?: string;
}

function createObserver(
  metrics: Metrics | null,
  tracer: Tracer | null,
  clock: Clock,
): WorkObserver {
  // One object a move: its connections outlive a slice, and what they say later belongs to the slice of then.
  const courses = new Map<string, StepFields>();
  return {
    step(step, work) {
      const sliceId = randomUUID();
      const { job, migrationId: migration, batchId: batch } = step;
      const fields = courses.get(migration) ?? { migration, batch };
      courses.set(migration, fields);
      Object.assign(fields, { job, slice: sliceId });
      return inLogCourse(fields, async () => {
        const startedAt = clock.now();
        const startedMs = clock.monotonicMs();
        let code: string | null = null;
        try {
          return await work((failed) => {
            code = failed;
          });
        } catch (error) {
          code ??= errorCodeOf(error);
          throw error;
        } finally {
          const durationMs = clock.monotonicMs() - startedMs;
          if (fields.slice === sliceId) {
            delete fields.job;
            delete fields.slice;
          }
          metrics?.stepEnded(job, durationMs, code === null);
          tracer?.stepEnded({ ...step, sliceId, startedAt, durationMs, code });
        }
      });
    },
    message: (state, sizeBytes) => metrics?.message(state, sizeBytes),
  };
}

async function loadMetrics(): Promise<Metrics> {
  const { createMetrics } = await import('./metrics.ts');
  return createMetrics();
}

async function loadTracer(endpoint: string | undefined, logger: Logger): Promise<Tracer | null> {
  if (endpoint === undefined) {
    return null;
  }
  const { createTracer } = await import('./traces.ts');
  return createTracer({ endpoint, logger });
}
