/**
 * Looks for secrets and subjects in files and texts, also in the disguises in which they leak: base64
 * in any alignment (SASL PLAIN and XOAUTH2 are that), base64url, percent-encoded, JSON-escaped, hex,
 * UTF-16. Imports nothing of the project's own code.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

export interface LeakSearchInput {
  /** Files, and directories with everything below them. */
  readonly roots: readonly string[];
  /** What is in no file: a transcript, rows of a database. */
  readonly texts?: readonly NamedText[];
  readonly secrets: readonly NamedText[];
  /** Looked for in clear alone. */
  readonly subjects?: readonly string[];
}

export interface Leak {
  /** The secret's name; a subject is its own. */
  readonly what: string;
  readonly form: string;
  /** File or name of the text. */
  readonly where: string;
  readonly offset: number;
}

export interface LeakSearchResult {
  readonly leaks: readonly Leak[];
  readonly files: number;
  readonly bytes: number;
}

/** One disguise of a secret. */
export interface SecretForm {
  readonly form: string;
  readonly bytes: Buffer;
}

interface Pattern extends SecretForm {
  readonly what: string;
}

/** Shorter ones are found by chance. */
const LEAST_BYTES = 8;

function escapeEach(text: string, escape: (octet: number) => string): string {
  return [...Buffer.from(text)].map(escape).join('');
}

function hexOf(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}

/** What base64 gives of these octets wherever they lie in a longer text; edges mix with neighbours. */
function base64Forms(octets: Buffer, encoding: 'base64' | 'base64url'): readonly SecretForm[] {
  return [0, 1, 2].map((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), octets]);
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((padded.length * 8) / 6);
    const text = padded.toString(encoding).slice(first, last);
    return { form: `${encoding} at ${before}`, bytes: Buffer.from(text) };
  });
}

function wireForms(text: string): readonly SecretForm[] {
  const octets = Buffer.from(text);
  const utf16 = Buffer.from(text, 'utf16le');
  const named = (form: string, written: string): SecretForm => ({
    form,
    bytes: Buffer.from(written),
  });
  return [
    { form: 'clear', bytes: octets },
    ...base64Forms(octets, 'base64'),
    ...base64Forms(octets, 'base64url'),
    named('percent-encoded', encodeURIComponent(text)),
    named(
      'percent-encoded whole',
      escapeEach(text, (octet) => `%${hexOf(octet).toUpperCase()}`),
    ),
    named(
      'percent-encoded whole, small',
      escapeEach(text, (octet) => `%${hexOf(octet)}`),
    ),
    named('JSON-escaped', JSON.stringify(text).slice(1, -1)),
    named(
      'JSON-escaped whole',
      escapeEach(text, (octet) => `\\u00${hexOf(octet)}`),
    ),
    named('hex', octets.toString('hex')),
    named('hex, capitals', octets.toString('hex').toUpperCase()),
    { form: 'UTF-16LE', bytes: utf16 },
    { form: 'UTF-16BE', bytes: Buffer.from(utf16).swap16() },
  ];
}

/** Every disguise of a secret; of an app password with dashes also those of its letters alone. */
export function secretForms(secret: string): readonly SecretForm[] {
  const letters = secret.replaceAll('-', '');
  const isAppPassword = /^[a-z]{4}(-[a-z]{4}){3}$/.test(secret);
  const spellings = isAppPassword
    ? { 'with dashes': secret, 'without dashes': letters, spaced: secret.replaceAll('-', ' ') }
    : { whole: secret };
  const seen = new Set<string>();
  return Object.entries(spellings)
    .flatMap(([spelling, text]) => [
      [spelling, text] as const,
      [`${spelling}, capitals`, text.toUpperCase()] as const,
    ])
    .flatMap(([spelling, text]) =>
      wireForms(text).map(({ form, bytes }) => ({ form: `${spelling}, ${form}`, bytes })),
    )
    .filter(({ bytes }) => {
      const key = bytes.toString('latin1');
      const isNew = bytes.length >= LEAST_BYTES && !seen.has(key);
      seen.add(key);
      return isNew;
    });
}

/** Finds many patterns in one pass: by their first two octets, then four, then all. */
function createFinder(
  patterns: readonly Pattern[],
): (octets: Buffer) => readonly [Pattern, number][] {
  const heads = new Uint8Array(65_536);
  const byHead = new Map<number, Pattern[]>();
  for (const pattern of patterns) {
    heads[pattern.bytes.readUInt16LE(0)] = 1;
    const head = pattern.bytes.readUInt32LE(0);
    byHead.set(head, [...(byHead.get(head) ?? []), pattern]);
  }
  const at = (octets: Buffer, index: number): readonly Pattern[] =>
    (byHead.get(octets.readUInt32LE(index)) ?? []).filter(({ bytes }) =>
      octets.subarray(index, index + bytes.length).equals(bytes),
    );
  return (octets) => {
    const found: [Pattern, number][] = [];
    for (let index = 0; index + LEAST_BYTES <= octets.length; index += 1) {
      if (heads[(octets[index] ?? 0) | ((octets[index + 1] ?? 0) << 8)] === 1) {
        found.push(...at(octets, index).map((pattern): [Pattern, number] => [pattern, index]));
      }
    }
    return found;
  };
}

async function filesBelow(root: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  } catch (error) {
    if (Object(error).code === 'ENOTDIR') {
      return [root];
    }
    throw error;
  }
}

async function readIfThere(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (Object(error).code === 'ENOENT') {
      // PostgreSQL recycles its files while we read.
      return Buffer.alloc(0);
    }
    throw error;
  }
}

const WAL_PAGE_BYTES = 8192;
const WAL_HEADER_BYTES = 24;
const WAL_FIRST_HEADER_BYTES = 40;

/** A segment of PostgreSQL's write-ahead log without its page headers: a record may run over them. */
function joinWalPages(segment: Buffer): Buffer {
  const pages = Math.ceil(segment.length / WAL_PAGE_BYTES);
  return Buffer.concat(
    Array.from({ length: pages }, (_, page) =>
      segment.subarray(
        page * WAL_PAGE_BYTES + (page === 0 ? WAL_FIRST_HEADER_BYTES : WAL_HEADER_BYTES),
        (page + 1) * WAL_PAGE_BYTES,
      ),
    ),
  );
}

function patternsOf({ secrets, subjects = [] }: LeakSearchInput): readonly Pattern[] {
  const inClear = [...new Set(subjects)].flatMap((subject) => [
    { what: subject, form: 'clear', bytes: Buffer.from(subject) },
    {
      what: subject,
      form: 'JSON-escaped',
      bytes: Buffer.from(JSON.stringify(subject).slice(1, -1)),
    },
  ]);
  return [
    ...secrets.flatMap(({ name, text }) =>
      secretForms(text).map((form) => ({ ...form, what: name })),
    ),
    ...inClear.filter(({ bytes }) => bytes.length >= LEAST_BYTES),
  ];
}

/** Reads all of it once and names every place where something leaked. */
export async function searchForLeaks(input: LeakSearchInput): Promise<LeakSearchResult> {
  const find = createFinder(patternsOf(input));
  const leaks: Leak[] = [];
  let files = 0;
  let bytes = 0;
  const look = (where: string, octets: Buffer): void => {
    bytes += octets.length;
    leaks.push(...find(octets).map(([{ what, form }, offset]) => ({ what, form, where, offset })));
  };
  for (const root of input.roots) {
    for (const file of await filesBelow(root)) {
      files += 1;
      const octets = await readIfThere(file);
      look(file, octets);
      if (path.basename(path.dirname(file)) === 'pg_wal') {
        look(`${file}, pages joined`, joinWalPages(octets));
      }
    }
  }
  for (const { name, text } of input.texts ?? []) {
    look(name, Buffer.from(text));
  }
  return { leaks, files, bytes };
}
