/**
 * Metrics of one process, for Prometheus. Labels are names of ours: jobs, states, queues, codes. What waits is
 * asked of the database when somebody looks.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { SentCard } from '../bot/outbound.ts';
import type { QueueDepth } from '../jobs/db/queue-depth.ts';

export interface Metrics {
  stepEnded(job: string, durationMs: number, well: boolean): void;
  message(state: string, sizeBytes: number): void;
  failed(code: string): void;
  sent(what: SentCard): void;
  /** Where what waits is counted; null while there is no database. */
  watch(depth: (() => Promise<QueueDepth>) | null): void;
  /** Everything in Prometheus' text format. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Servers that ask for patience are told from errors that somebody must mend. */
const THROTTLE = /\.(?:throttled|login-limit|login-unavailable|unavailable|rate-limited)$/;

/** A slice takes about a minute, a login a second. */
const STEP_SECONDS = [0.1, 0.5, 1, 5, 15, 30, 60, 90, 120, 300];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'skybridge_' });
  const steps = new Histogram({
    name: 'skybridge_step_seconds',
    help: 'How long the steps of moves took; of the jobs pilot and copy each is a slice.',
    labelNames: ['job', 'outcome'],
    buckets: STEP_SECONDS,
    registers,
  });
  const messages = new Counter({
    name: 'skybridge_messages_total',
    help: 'Messages that came to their end in the ledger.',
    labelNames: ['state'],
    registers,
  });
  const bytes = new Counter({
    name: 'skybridge_message_bytes_total',
    help: 'Bytes of the messages that were copied.',
    registers,
  });
  const errors = new Counter({
    name: 'skybridge_errors_total',
    help: 'Errors by code, as docs/errors.md lists them, those that pass by themselves too.',
    labelNames: ['code'],
    registers,
  });
  const throttles = new Counter({
    name: 'skybridge_throttles_total',
    help: 'Times that a server asked for patience.',
    labelNames: ['code'],
    registers,
  });
  const cards = new Counter({
    name: 'skybridge_cards_total',
    help: 'Messages to Teams: cards that were posted or updated, and what Teams did not take.',
    labelNames: ['outcome'],
    registers,
  });
  const waiting = createWaiting(registry);
  let look: (() => Promise<QueueDepth>) | null = null;
  return {
    stepEnded: (job, durationMs, well) =>
      steps.observe({ job, outcome: well ? 'done' : 'error' }, durationMs / 1000),
    message(state, sizeBytes) {
      messages.inc({ state });
      if (state === 'done') {
        bytes.inc(sizeBytes);
      }
    },
    failed(code) {
      errors.inc({ code });
      if (THROTTLE.test(code)) {
        throttles.inc({ code });
      }
    },
    sent: (outcome) => cards.inc({ outcome }),
    watch(depth) {
      look = depth;
    },
    async render() {
      // What cannot be asked just now is left out, so that it does not look like nothing.
      waiting.show((await look?.().catch(() => null)) ?? null);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function createWaiting(registry: Registry): { show(depth: QueueDepth | null): void } {
  const registers = [registry];
  const jobs = new Gauge({
    name: 'skybridge_queue_jobs',
    help: 'Jobs in the queue that all processes share.',
    labelNames: ['queue', 'state'],
    registers,
  });
  const moves = new Gauge({
    name: 'skybridge_moves',
    help: 'Moves of all batches, by state.',
    labelNames: ['state'],
    registers,
  });
  const oldest = new Gauge({
    name: 'skybridge_queue_oldest_seconds',
    help: 'How long the oldest job has been waiting that could be taken.',
    registers,
  });
  const up = new Gauge({
    name: 'skybridge_database_up',
    help: '1 while the database answers.',
    registers,
  });
  return {
    show(depth) {
      jobs.reset();
      moves.reset();
      oldest.reset();
      up.set(depth === null ? 0 : 1);
      for (const { queue, state, count } of depth?.jobs ?? []) {
        jobs.set({ queue, state }, count);
      }
      for (const { state, count } of depth?.migrations ?? []) {
        moves.set({ state }, count);
      }
      oldest.set(depth?.oldestSeconds ?? 0);
    },
  };
}
