/** Collects the codes that src can produce, by reading it: what is written here is not asked of src itself. */
import { globSync, readFileSync } from 'node:fs';
import type { Disposition } from '../../../src/errors.ts';
import { M365_ERROR_CODES, M365Error, type M365ErrorCode } from '../../../src/graph/errors.ts';
import { SETUP_ERROR_CODES } from '../../../src/graph/setup/errors.ts';

/** What a code stands for: an error's disposition, or a finding of the tenant check. */
export type CodeKind = Disposition | 'finding' | 'unforeseen';

const sources = (): readonly { readonly path: string; readonly text: string }[] =>
  globSync('src/**/*.ts', { exclude: ['src/words/**'] })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const isM365Code = (code: string): code is M365ErrorCode => M365_ERROR_CODES.includes(code);

const dispositionOf = (text: string): Disposition => {
  const found = /\bdisposition(?:: Disposition)? = '(retry|wait|ask|stop)'/.exec(text)?.[1];
  if (found !== 'retry' && found !== 'wait' && found !== 'ask' && found !== 'stop') {
    throw new Error('a class with a code has no disposition');
  }
  return found;
};

/** Codes of the error classes of one file: `readonly code = '…'`, or a union of them. */
function classCodes(text: string): readonly (readonly [string, CodeKind])[] {
  return text
    .split(/^export (?:abstract )?class /m)
    .slice(1)
    .flatMap((body) => {
      const declared = /readonly code(?: =|:)((?:[\s|]*'[a-z0-9.-]+')+);/.exec(body)?.[1] ?? '';
      return [...declared.matchAll(/'([^']+)'/g)].map(
        (match) => [match[1] ?? '', dispositionOf(body)] as const,
      );
    });
}

/** Every code with its kind, sorted. */
export function collectCodes(): ReadonlyMap<string, CodeKind> {
  const found = new Map<string, CodeKind>([['internal.unexpected', 'unforeseen']]);
  for (const { text } of sources()) {
    for (const [code, kind] of classCodes(text)) {
      found.set(code, kind);
    }
    for (const match of text.matchAll(/'(check\.[a-z-]+(?:\.[a-z-]+)?)'/g)) {
      found.set(match[1] ?? '', 'finding');
    }
  }
  for (const code of M365_ERROR_CODES.filter(isM365Code)) {
    found.set(code, new M365Error(code).disposition);
  }
  for (const [code, disposition] of Object.entries(SETUP_ERROR_CODES)) {
    found.set(code, disposition);
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Every literal of src that looks like a code of one of these prefixes, with its file. */
export function findCodeLiterals(
  prefixes: ReadonlySet<string>,
): readonly { readonly path: string; readonly code: string }[] {
  return sources().flatMap(({ path, text }) =>
    [...text.matchAll(/'([a-z0-9-]+)\.([a-z0-9-]+)'/g)]
      .filter((match) => prefixes.has(match[1] ?? ''))
      .map((match) => ({ path, code: `${match[1]}.${match[2]}` })),
  );
}

const unionOf = (text: string, type: string): readonly string[] => {
  const union = new RegExp(`export type ${type} =([^;]*);`).exec(text)?.[1] ?? '';
  return [...union.matchAll(/'([a-z0-9-]+)'/g)].map((match) => match[1] ?? '');
};

/** Why a message is not copied or a folder not opened, and what is changed in a message. */
export function collectReasons(): ReadonlySet<string> {
  const guard = readFileSync('src/mail/guard/types.ts', 'utf8');
  const ledger = readFileSync('src/jobs/ledger.ts', 'utf8');
  const verification = readFileSync('src/jobs/verify/verify-mailbox.ts', 'utf8');
  const jobs = sources().filter(({ path }) => path.startsWith('src/jobs/'));
  const literals = jobs.flatMap(({ text }) => [
    ...[...text.matchAll(/\breason: '([a-z]+\.[a-z-]+)'/g)].map((match) => match[1] ?? ''),
    // A folder that cannot be copied bears the code of its error.
    ...[
      ...(/FOLDER_PROBLEMS = new Set\(\[([^\]]*)\]/.exec(text)?.[1] ?? '').matchAll(/'([^']+)'/g),
    ].map((match) => match[1] ?? ''),
  ]);
  return new Set([
    ...literals,
    ...unionOf(guard, 'RefusalCode').map((code) => `copy.${code}`),
    ...unionOf(guard, 'RepairCode'),
    ...unionOf(ledger, 'SurplusCode'),
    ...unionOf(ledger, 'FlagRepair'),
    ...unionOf(verification, 'DifferenceKind').map((kind) => `verify.${kind}`),
  ]);
}

/** Errors that an APPEND can end in and that fail the message alone: their code becomes its reason. */
export function collectAppendRefusals(codes: ReadonlyMap<string, CodeKind>): ReadonlySet<string> {
  return new Set(
    [...codes]
      .filter(([code, kind]) => kind === 'stop' && code.startsWith('imap.'))
      .map(([code]) => code),
  );
}
