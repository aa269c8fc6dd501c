import { ConnectionLostError, LoginRefusedError, LoginUnavailableError } from '../errors.ts';
import type { ImapProfile, TextRule } from './profile.ts';
import { toUnavailable } from './unavailable.ts';

/** Where Apple's mail is read. */
export const ICLOUD_IMAP_HOST = 'imap.mail.me.com';

/** Where Apple takes mail to be sent: STARTTLS, no TLS from the first octet (support.apple.com/102525). */
export const ICLOUD_SMTP = { host: 'smtp.mail.me.com', port: 587 } as const;

const RULES: readonly TextRule[] = [
  {
    // One text for a wrong, a revoked and a mistyped password, and for an unknown address.
    pattern: /authentication failed/i,
    moments: ['login'],
    toError: ({ text }) => new LoginRefusedError({ serverText: text }),
  },
  {
    pattern: /too many simultaneous connections/i,
    toError: ({ text }) => new LoginUnavailableError({ serverText: text }),
  },
  {
    // Single FETCHes are answered so while a large folder is read hard, and now and then a login.
    pattern: /service temporarily unavailable/i,
    toError: toUnavailable,
  },
  {
    // The back end lost the SELECT in mid-session: only a new connection helps.
    pattern: /please select a mailbox first/i,
    toError: ({ text }) => new ConnectionLostError({ serverText: text }),
  },
];

/**
 * imap.mail.me.com. SEARCH, ENVELOPE, BODYSTRUCTURE, RFC822 and LIST … RETURN lie or break there; src/imap
 * sends none of them to any server. QRESYNC is malformed, LIST-STATUS is refused: neither is
 * trusted. CONDSTORE is believed where EXAMINE answers with HIGHESTMODSEQ.
 */
export const icloudProfile: ImapProfile = {
  name: 'icloud',
  trustedCapabilities: ['UIDPLUS', 'UNSELECT', 'ID', 'NAMESPACE', 'CONDSTORE'],
  triesLocalPart: true,
  // AUTHENTICATE PLAIN was refused to people with the right password, to whom LOGIN on a new connection was not.
  prefersLogin: true,
  // Front ends rewrote the word CAPABILITY in the first lines of a session.
  namesCapabilitiesLate: true,
  specialNames: {
    'sent messages': 'sent',
    drafts: 'drafts',
    'deleted messages': 'trash',
    junk: 'junk',
    archive: 'archive',
  },
  // What the Notes app keeps is listed, and is no mail.
  internalFolders: /^Notes(?:\/|$)/,
  foldsCase: false,
  maxEagerLiteralBytes: null,
  maxLineBytes: null,
  maxRefusals: null,
  earlyAnswerIsDesync: false,
  rules: RULES,
};
