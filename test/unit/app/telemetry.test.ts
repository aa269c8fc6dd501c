import { expect, test } from 'vitest';
import { createBoundedLook } from '../../../src/app/bounded-look.ts';
import { countCodes } from '../../../src/app/counting-logger.ts';
import { createMetrics } from '../../../src/app/metrics.ts';
import { startOpsListener } from '../../../src/app/ops-listener.ts';
import { createTracer } from '../../../src/app/traces.ts';
import { systemClock } from '../../../src/clock.ts';
import type { LogFields, Logger } from '../../../src/log.ts';
import { silentLogger } from '../../../src/log.ts';
import { startTraceCollector } from '../../support/trace-collector.ts';

const linesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('what was done is counted, and what waits is asked of the database', async () => {
  const metrics = createMetrics();
  metrics.stepEnded('copy', 61_000, true);
  metrics.stepEnded('copy', 2000, false);
  metrics.message('done', 1000);
  metrics.message('done', 500);
  metrics.message('failed', 7);
  metrics.failed('imap.throttled');
  metrics.failed('imap.unreachable');
  metrics.sent('updated');
  metrics.watch(async () => ({
    jobs: [{ queue: 'copy', state: 'active', count: 3 }],
    migrations: [{ state: 'Syncing', count: 4 }],
    oldestSeconds: 12.5,
  }));
  const lines = linesOf((await metrics.render()).text);
  expect(lines).toEqual(
    expect.arrayContaining([
      'skybridge_step_seconds_bucket{le="90",job="copy",outcome="done"} 1',
      'skybridge_step_seconds_sum{job="copy",outcome="error"} 2',
      'skybridge_messages_total{state="done"} 2',
      'skybridge_messages_total{state="failed"} 1',
      'skybridge_message_bytes_total 1500',
      'skybridge_errors_total{code="imap.unreachable"} 1',
      'skybridge_throttles_total{code="imap.throttled"} 1',
      'skybridge_cards_total{outcome="updated"} 1',
      'skybridge_queue_jobs{queue="copy",state="active"} 3',
      'skybridge_moves{state="Syncing"} 4',
      'skybridge_queue_oldest_seconds 12.5',
      'skybridge_database_up 1',
    ]),
  );
  expect(lines.filter((line) => line.startsWith('skybridge_throttles_total'))).toHaveLength(1);

  metrics.watch(async () => {
    throw new Error('no database');
  });
  const without = linesOf((await metrics.render()).text);
  expect(without).toContain('skybridge_database_up 0');
  expect(without.filter((line) => /^skybridge_(queue_jobs|moves)/.test(line))).toEqual([]);
});

test('codes are counted from what is logged, at every level and by every child, and nothing else is', () => {
  const codes: string[] = [];
  const written: LogFields[] = [];
  const sink: Logger = { ...silentLogger, warn: (fields) => void written.push(fields) };
  const logger = countCodes(sink, (code) => void codes.push(code));
  logger.warn({ code: 'imap.throttled' }, 'one');
  logger.debug({ code: 'graph.throttled' }, 'two');
  logger.child({ a: 1 }).info({ code: 'jobs.turn-lost' }, 'three');
  for (const code of ['anna@contoso.com', 'Anna Lee', 'x', 57, null, 'https://a.b']) {
    logger.warn({ code }, 'no code of ours');
  }
  logger.error({}, 'without');
  expect(codes).toEqual(['imap.throttled', 'graph.throttled', 'jobs.turn-lost']);
  expect(written).toHaveLength(7);
});

test('ready is who runs and whose database answers; all else is not found, whoever asks how', async () => {
  let answers = true;
  const listener = await startOpsListener({
    port: 0,
    metrics: null,
    pingDatabase: async () => {
      if (!answers) {
        throw new Error('gone');
      }
    },
  });
  const ask = async (path: string, init: RequestInit = {}): Promise<readonly unknown[]> => {
    const response = await fetch(`http://127.0.0.1:${listener.port}${path}`, init);
    const text = await response.text();
    return [response.status, text === '' ? null : JSON.parse(text)];
  };
  const of = (phase: string, database: string): object => ({
    status: database === 'answers' ? 'ready' : 'not ready',
    phase,
    database,
  });
  try {
    expect(await ask('/readyz')).toEqual([503, of('starting', 'not asked')]);
    listener.enter('running');
    expect(await ask('/readyz?x=1')).toEqual([200, of('running', 'answers')]);
    answers = false;
    expect(await ask('/readyz')).toEqual([503, of('running', 'does not answer')]);
    listener.enter('stopping');
    expect(await ask('/readyz')).toEqual([503, of('stopping', 'not asked')]);
    expect(await ask('/metrics')).toEqual([404, null]);
    expect(await ask('/healthz')).toEqual([404, null]);
    expect(await ask('/readyz', { method: 'POST' })).toEqual([404, null]);
  } finally {
    await listener.close();
  }
});

test('a database that hangs is asked once, and nobody waits for it', async () => {
  let asked = 0;
  const hanging = Promise.withResolvers<number>();
  const look = createBoundedLook(
    () => {
      asked += 1;
      return hanging.promise;
    },
    { clock: systemClock, limitMs: 20 },
  );
  await expect(look()).rejects.toThrow('No answer in time.');
  await expect(look()).rejects.toThrow('No answer in time.');
  expect(asked).toBe(1);
  hanging.resolve(7);
  await hanging.promise;
  expect(await look()).toBe(7);
});

const span = {
  job: 'copy',
  migrationId: '0e9b2c9a-52c7-4a93-8f0f-0d7a2f7f7a11',
  batchId: null,
  sliceId: 'slice',
  startedAt: new Date('2026-11-22T10:00:00.000Z'),
  durationMs: 1500.5,
  code: 'imap.throttled',
} as const;

test('a step is a span of its move’s trace, in OTLP', async () => {
  const collector = await startTraceCollector();
  const tracer = createTracer({ endpoint: `${collector.endpoint}/`, logger: silentLogger });
  tracer.stepEnded(span);
  tracer.stepEnded({ ...span, code: null });
  await tracer.close();
  await collector.close();
  const attributes = [
    { key: 'skybridge.migration', value: { stringValue: span.migrationId } },
    { key: 'skybridge.batch', value: { stringValue: '' } },
    { key: 'skybridge.slice', value: { stringValue: 'slice' } },
  ];
  const sent = {
    traceId: '0e9b2c9a52c74a938f0f0d7a2f7f7a11',
    spanId: expect.stringMatching(/^[\da-f]{16}$/),
    name: 'copy',
    kind: 1,
    startTimeUnixNano: '1795341600000000000',
    endTimeUnixNano: '1795341601500500000',
  };
  expect(collector.taken).toEqual([
    {
      url: '/v1/traces',
      type: 'application/json',
      body: {
        resourceSpans: [
          {
            resource: {
              attributes: [{ key: 'service.name', value: { stringValue: 'skybridge' } }],
            },
            scopeSpans: [
              {
                scope: { name: 'skybridge' },
                spans: [
                  {
                    ...sent,
                    attributes: [
                      ...attributes,
                      { key: 'error.type', value: { stringValue: 'imap.throttled' } },
                    ],
                    status: { code: 2 },
                  },
                  { ...sent, attributes, status: { code: 1 } },
                ],
              },
            ],
          },
        ],
      },
    },
  ]);
});

test('a collector that is not there costs spans, and a line in the log', async () => {
  const said: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (_fields, message) => void said.push(message) };
  // Nothing listens on the discard port of loopback.
  const tracer = createTracer({ endpoint: 'http://127.0.0.1:9', logger });
  tracer.stepEnded(span);
  await tracer.close();
  expect(said).toEqual(['traces not sent']);
});
