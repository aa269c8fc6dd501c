import {
  ConnectionLostError,
  LoginRefusedError,
  LoginUnavailableError,
  ServerUnavailableError,
} from '../errors.ts';
import type { ImapProfile, TextRule } from './profile.ts';

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
    // Single FETCHes are answered so while a large folder is read hard; login and SELECT still work.
    pattern: /service temporarily unavailable/i,
    toError: ({ text }) => new ServerUnavailableError({ serverText: text }),
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
  specialNames: {
    'sent messages': 'sent',
    drafts: 'drafts',
    'deleted messages': 'trash',
    junk: 'junk',
    archive: 'archive',
  },
  foldsCase: false,
  maxEagerLiteralBytes: null,
  maxLineBytes: null,
  earlyAnswerIsDesync: false,
  rules: RULES,
};
