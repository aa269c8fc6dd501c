import type { PersonKind, SurveyedPerson } from '../ports.ts';

/** Whom the tenant knows by an address or id, and what they are to a move. */
export type Known = SurveyedPerson | { readonly kind: 'nobody' | 'several' };

export type Found = Extract<SurveyedPerson, { kind: 'found' }>;

/** One line of a list, with what the tenant said of it. */
export interface WantedMove {
  /** Address or id of the mailbox. */
  readonly named: string;
  readonly target: Known;
  /** Whoever was named to enter the password; null for nobody. */
  readonly submitter: Known | null;
}

/** `failed`: the tenant did not answer about the mailbox, or about the submitter. */
export type StopReason =
  | 'nobody'
  | 'several'
  | 'failed'
  | 'guest'
  | 'resource-mailbox'
  | 'disabled-account'
  | 'submitter-missing'
  | 'submitter-unfit';

/**
 * What becomes of a line: `move` (who enters the password is the person, or the submitter) ·
 * `create`: nobody has the address, and its domain is one of the tenant's · otherwise why not.
 */
export type LineVerdict =
  | { readonly kind: 'move'; readonly target: Found; readonly submitter: Found }
  | { readonly kind: 'create' }
  | { readonly kind: 'stopped'; readonly why: StopReason };

/** Holds a line against the tenant, whose own domains are in lower case. Pure. */
export function matchPerson(wanted: WantedMove, ownDomains: readonly string[]): LineVerdict {
  const { target, submitter, named } = wanted;
  if (target.kind === 'found') {
    return verdictForPerson(target, submitter);
  }
  const [, domain = ''] = named.toLowerCase().split('@');
  if (target.kind === 'nobody' && ownDomains.includes(domain)) {
    return { kind: 'create' };
  }
  return { kind: 'stopped', why: target.kind === 'unknown' ? 'nobody' : target.kind };
}

/** Whoever can enter a password: a person of this tenant with an account to sign in with. */
const isFit = (is: PersonKind): boolean => is === 'member' || is === 'directory-synced';

function verdictForPerson(target: Found, submitter: Known | null): LineVerdict {
  const { is } = target;
  if (is === 'guest' || is === 'resource-mailbox') {
    return { kind: 'stopped', why: is };
  }
  if (submitter?.kind === 'failed') {
    return { kind: 'stopped', why: 'failed' };
  }
  if (submitter !== null) {
    return submitter.kind === 'found' && isFit(submitter.is)
      ? { kind: 'move', target, submitter }
      : { kind: 'stopped', why: 'submitter-unfit' };
  }
  if (is === 'shared-mailbox') {
    return { kind: 'stopped', why: 'submitter-missing' };
  }
  return is === 'disabled-account'
    ? { kind: 'stopped', why: is }
    : { kind: 'move', target, submitter: target };
}
