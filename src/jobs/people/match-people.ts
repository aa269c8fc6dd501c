import type { MoveLine } from './move-list.ts';

/** Whom the tenant knows by an address, and what they are to a move. */
export type Known =
  | {
      readonly kind: 'found';
      readonly personId: string;
      readonly is:
        | 'member'
        | 'guest'
        | 'shared-mailbox'
        | 'resource-mailbox'
        | 'disabled-account'
        | 'directory-synced';
    }
  | { readonly kind: 'nobody' | 'several' | 'failed' };

/**
 * What becomes of a line: `move` (who enters the password is the person, or the submitter) ·
 * `create`: nobody has the address, and its domain is one of the tenant's · otherwise why not.
 */
export type LineVerdict =
  | { readonly kind: 'move'; readonly personId: string; readonly submitterId: string }
  | { readonly kind: 'create' }
  | {
      readonly kind: 'stopped';
      readonly why:
        | 'nobody'
        | 'several'
        | 'not-asked'
        | 'guest'
        | 'resource-mailbox'
        | 'disabled-account'
        | 'submitter-missing'
        | 'submitter-unfit';
    };

export interface Directory {
  /** By address, in lower case. */
  readonly known: ReadonlyMap<string, Known>;
  /** The tenant's own domains, in lower case. */
  readonly domains: readonly string[];
}

/** Holds a list against the tenant; a line that is stopped stops no other. Pure. */
export function matchPeople(
  lines: readonly MoveLine[],
  directory: Directory,
): ReadonlyMap<MoveLine, LineVerdict> {
  return new Map(lines.map((line) => [line, verdictFor(line, directory)] as const));
}

function verdictFor(line: MoveLine, directory: Directory): LineVerdict {
  const address = line.targetAddress.toLowerCase();
  const target = lookUp(address, directory);
  if (target.kind === 'found') {
    return verdictForPerson(target, line, directory);
  }
  if (target.kind === 'nobody' && directory.domains.includes(address.split('@')[1] ?? '')) {
    return { kind: 'create' };
  }
  return { kind: 'stopped', why: target.kind === 'failed' ? 'not-asked' : target.kind };
}

const lookUp = (address: string, { known }: Directory): Known =>
  known.get(address) ?? { kind: 'failed' };

function verdictForPerson(
  target: Extract<Known, { kind: 'found' }>,
  { submitter }: MoveLine,
  directory: Directory,
): LineVerdict {
  const { personId, is } = target;
  if (is === 'guest' || is === 'resource-mailbox') {
    return { kind: 'stopped', why: is };
  }
  if (submitter !== null) {
    const who = lookUp(submitter.toLowerCase(), directory);
    const fit = who.kind === 'found' && (who.is === 'member' || who.is === 'directory-synced');
    return fit
      ? { kind: 'move', personId, submitterId: who.personId }
      : { kind: 'stopped', why: 'submitter-unfit' };
  }
  if (is === 'shared-mailbox') {
    return { kind: 'stopped', why: 'submitter-missing' };
  }
  return is === 'disabled-account'
    ? { kind: 'stopped', why: is }
    : { kind: 'move', personId, submitterId: personId };
}
