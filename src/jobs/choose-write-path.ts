/** How the mail of one mailbox is written. Pure: whoever asks looks at the tenant before. */

export type WritePath = 'imap' | 'graph-import' | 'graph-json';

export interface WritePathFacts {
  /** Of the trial login: `unknown` where none was tried. */
  readonly imapLogin: 'works' | 'refused' | 'unknown';
  /** `off`: nobody switched it on in this tenant · `not-run`: it is on, and the canary has not been asked. */
  readonly importCanary: 'off' | 'not-run' | 'passed' | 'failed';
  /** The admin has read what is lost, and agreed. */
  readonly jsonAgreed: boolean;
}

export type WritePathChoice =
  | {
      readonly kind: 'use';
      readonly path: WritePath;
      readonly because: 'imap-works' | 'canary-passed' | 'loss-agreed';
    }
  /** A person must decide, or something must be tried first. */
  | {
      readonly kind: 'ask';
      readonly because: 'login-untried' | 'import-off' | 'canary-due' | 'canary-failed';
    };

/** IMAP wherever a login works: it alone keeps mail octet for octet, and was tried by others for years. */
export function chooseWritePath(facts: WritePathFacts): WritePathChoice {
  if (facts.imapLogin === 'works') {
    return { kind: 'use', path: 'imap', because: 'imap-works' };
  }
  if (facts.imapLogin === 'unknown') {
    return { kind: 'ask', because: 'login-untried' };
  }
  if (facts.importCanary === 'passed') {
    return { kind: 'use', path: 'graph-import', because: 'canary-passed' };
  }
  if (facts.importCanary === 'not-run') {
    // A faithful path may be there: nobody is asked to agree to a loss before.
    return { kind: 'ask', because: 'canary-due' };
  }
  if (facts.jsonAgreed) {
    return { kind: 'use', path: 'graph-json', because: 'loss-agreed' };
  }
  return {
    kind: 'ask',
    because: facts.importCanary === 'failed' ? 'canary-failed' : 'import-off',
  };
}
