/** What writing over Graph costs: speed of the stream on one core, memory, requests under way: `npm run bench:stream`. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import { decodeStream } from '../../../src/mail/fast-transfer/decode.ts';
import { encodeStream } from '../../../src/mail/fast-transfer/encode.ts';
import {
  makeBinary,
  makeInt,
  makeText,
  makeTime,
} from '../../../src/mail/fast-transfer/make-property.ts';
import {
  type PropertyList,
  SAMPLE_VERSION,
  type StreamItem,
} from '../../../src/mail/fast-transfer/properties.ts';
import { measureLoad } from './measure-load.ts';

const LIMIT_MB_PER_S = 100;
const LIMIT_TIMES_MESSAGE = 3;
const LIMIT_SHARE = 0.9;
const LATENCY_MS = 100;
const MEASURED_BYTES = 300_000_000;

const recipient = (n: number): PropertyList => [
  makeInt(0x0c15, 1),
  makeText(0x3001, `Person ${n}`),
  makeText(0x3002, 'SMTP'),
  makeText(0x3003, `person${n}@example.com`),
  makeText(0x39fe, `person${n}@example.com`),
  makeInt(0x0ffe, 6),
  makeInt(0x3900, 0),
];

/** A message with the properties that most mail has, its text and one attachment. */
function itemOf(textBytes: number, attachmentBytes: number): StreamItem {
  const properties: PropertyList = [
    makeText(0x001a, 'IPM.Note'),
    makeInt(0x0e07, 1),
    makeTime(0x0e06, new Date(0)),
    makeTime(0x0039, new Date(0)),
    makeText(0x0037, 'The minutes of last week'),
    makeText(0x0070, 'The minutes of last week'),
    makeText(0x0042, 'Alex Wilber'),
    makeText(0x0065, 'alex@example.com'),
    makeText(0x1035, '<1234567890@example.com>'),
    makeText(0x007d, 'Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000\r\n'.repeat(20)),
    makeBinary(0x1013, Buffer.alloc(textBytes, 'text ')),
  ];
  const file = { number: 0, properties: [makeBinary(0x3701, Buffer.alloc(attachmentBytes, 7))] };
  return {
    version: SAMPLE_VERSION,
    properties,
    groups: [
      { kind: 'recipients', recipients: [1, 2, 3].map(recipient) },
      {
        kind: 'attachments',
        attachments: attachmentBytes === 0 ? [] : [{ ...file, embedded: null }],
      },
    ],
  };
}

/** Megabytes a second of `work`, which handles `sizeBytes` at each call. */
function speedOf(sizeBytes: number, work: () => void): number {
  const rounds = Math.ceil(MEASURED_BYTES / sizeBytes);
  for (let n = 0; n < Math.ceil(rounds / 10); n += 1) {
    work();
  }
  const startedMs = performance.now();
  for (let n = 0; n < rounds; n += 1) {
    work();
  }
  return (rounds * sizeBytes) / 1000 / (performance.now() - startedMs);
}

let missed = 0;

/**
 * Peak of a process that takes so many messages of that size to the wire, one after another. Asked first: a
 * process begins with the peak of the one that started it.
 */
function peakOf(sizeBytes: number, rounds: number): number {
  const program = path.join(import.meta.dirname, 'memory-process.ts');
  const { stdout } = spawnSync(process.execPath, [program, String(sizeBytes), String(rounds)]);
  return z.object({ peakBytes: z.number() }).parse(JSON.parse(stdout.toString())).peakBytes;
}

const empty = peakOf(1000, 1);
for (const [sizeBytes, rounds] of [
  [40_000_000, 1],
  [40_000_000, 8],
  [120_000_000, 4],
] as const) {
  const times = (peakOf(sizeBytes, rounds) - empty) / sizeBytes;
  missed += times > LIMIT_TIMES_MESSAGE ? 1 : 0;
  process.stdout.write(
    `${rounds} × ${sizeBytes / 1e6} MB to the wire: ${times.toFixed(1)} times the message in memory\n`,
  );
}

const cases = [
  ['a short message', itemOf(2000, 0)],
  ['a message of 75 kB', itemOf(10_000, 60_000)],
  ['a message of 25 MB', itemOf(50_000, 25_000_000)],
] as const;
for (const [name, item] of cases) {
  const stream = Buffer.concat(encodeStream(item).pieces);
  const encode = speedOf(stream.length, () => {
    Buffer.concat(encodeStream(item).pieces);
  });
  const decode = speedOf(stream.length, () => {
    decodeStream(stream);
  });
  missed += [encode, decode].filter((speed) => speed < LIMIT_MB_PER_S).length;
  const speeds = `encode ${encode.toFixed(0)} MB/s, decode ${decode.toFixed(0)} MB/s`;
  process.stdout.write(`${name} (${stream.length} bytes): ${speeds}\n`);
}

const load = await measureLoad(LATENCY_MS);
missed += load.shareAtLimit < LIMIT_SHARE ? 1 : 0;
process.stdout.write(
  `${load.messages} messages at ${LATENCY_MS} ms a request: ${load.seconds.toFixed(1)} s, four under way for ${(load.shareAtLimit * 100).toFixed(1)} % of the time\n`,
);
process.exitCode = missed === 0 ? 0 : 1;
