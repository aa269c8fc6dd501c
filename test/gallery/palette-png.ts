/** PNG with a palette, since a card has few colours, and a note in it of what it shows. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** One octet a channel, red, green, blue, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const NOTE_KEY = 'Source';

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function chunksOf(png: Buffer): readonly Chunk[] {
  if (!png.subarray(0, 8).equals(SIGNATURE)) {
    throw new Error('This is no PNG.');
  }
  const chunks: Chunk[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

function formatChunk({ type, data }: Chunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, tail]);
}

/** The prediction of one octet from its neighbours: PNG specification, section 9. */
function predict(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 4) {
    const estimate = left + up - upLeft;
    const [a, b, c] = [estimate - left, estimate - up, estimate - upLeft];
    const nearest = Math.min(Math.abs(a), Math.abs(b), Math.abs(c));
    return [left, up, upLeft].find((value) => Math.abs(estimate - value) === nearest) ?? left;
  }
  if (filter === 3) {
    return (left + up) >> 1;
  }
  return filter === 2 ? up : filter * left;
}

/** The rows without their filters. */
function unfilter(data: Buffer, stride: number, channels: number): Uint8Array {
  const height = data.length / (stride + 1);
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y += 1) {
    const from = y * (stride + 1);
    const filter = data[from] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x < channels ? 0 : (rows[at - channels] ?? 0);
      const up = y === 0 ? 0 : (rows[at - stride] ?? 0);
      const upLeft = x < channels || y === 0 ? 0 : (rows[at - stride - channels] ?? 0);
      rows[at] = (data[from + 1 + x] ?? 0) + predict(filter, left, up, upLeft);
    }
  }
  return rows;
}

/** Reads what Chromium writes: eight bits a channel, colour with or without alpha, not interlaced. */
export function decodePng(png: Buffer): Pixels {
  const chunks = chunksOf(png);
  const header = chunks[0]?.data ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header[9] ?? 0];
  if (channels === undefined || header[8] !== 8 || header[12] !== 0) {
    throw new Error('This PNG is of another kind than Chromium writes.');
  }
  const packed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const rows = unfilter(inflateSync(Buffer.concat(packed)), width * channels, channels);
  const rgb = rows.filter((_, n) => n % channels < 3);
  return { width, height, rgb };
}

const MOST_COLORS = 48;

type Color = readonly [red: number, green: number, blue: number];

function distance([r1, g1, b1]: Color, [r2, g2, b2]: Color): number {
  return (r1 - r2) ** 2 + (g1 - g2) ** 2 + (b1 - b2) ** 2;
}

/** The most frequent colours, no two of them alike to the eye. */
function choosePalette(counts: ReadonlyMap<number, number>): readonly Color[] {
  const chosen: Color[] = [];
  for (const [key] of [...counts].toSorted(([, a], [, b]) => b - a)) {
    const color: Color = [key >> 16, (key >> 8) & 255, key & 255];
    if (chosen.every((one) => distance(one, color) > 200)) {
      chosen.push(color);
    }
    if (chosen.length === MOST_COLORS) {
      break;
    }
  }
  return chosen;
}

/** Writes a palette PNG; `note` is kept in it. */
export function encodePalettePng({ width, height, rgb }: Pixels, note: string): Buffer {
  const keys = Array.from(
    { length: width * height },
    (_, n) => ((rgb[n * 3] ?? 0) << 16) | ((rgb[n * 3 + 1] ?? 0) << 8) | (rgb[n * 3 + 2] ?? 0),
  );
  const counts = new Map<number, number>();
  for (const key of keys) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const palette = choosePalette(counts);
  const nearest = new Map(
    [...counts.keys()].map((key) => {
      const color: Color = [key >> 16, (key >> 8) & 255, key & 255];
      const distances = palette.map((one) => distance(one, color));
      return [key, distances.indexOf(Math.min(...distances))];
    }),
  );
  const raw = Buffer.alloc((width + 1) * height);
  keys.forEach((key, n) => {
    raw[Math.floor(n / width) * (width + 1) + 1 + (n % width)] = nearest.get(key) ?? 0;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const chunks = [
    { type: 'IHDR', data: header },
    { type: 'tEXt', data: Buffer.from(`${NOTE_KEY}\0${note}`, 'latin1') },
    { type: 'PLTE', data: Buffer.from(palette.flat()) },
    { type: 'IDAT', data: deflateSync(raw, { level: 9 }) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ];
  return Buffer.concat([SIGNATURE, ...chunks.map(formatChunk)]);
}

/** The note of a picture that `encodePalettePng` wrote; null in any other. */
export function noteOf(png: Buffer): string | null {
  const text = chunksOf(png)
    .filter(({ type }) => type === 'tEXt')
    .map(({ data }) => data.toString('latin1'))
    .find((one) => one.startsWith(`${NOTE_KEY}\0`));
  return text?.slice(NOTE_KEY.length + 1) ?? null;
}
