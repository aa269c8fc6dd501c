import { FolderExistsError, FolderMissingError, MessageRefusedError } from '../errors.ts';
import type { ImapProfile, TextRule } from './profile.ts';

/** Texts that several servers use without a response code. */
const RULES: readonly TextRule[] = [
  {
    // Exchange, Dovecot before 2.3: no ALREADYEXISTS.
    pattern: /already exists/i,
    moments: ['create'],
    toError: ({ text }) => new FolderExistsError({ serverText: text }),
  },
  {
    // Dovecot, where a folder is renamed or deleted while a message is on its way into it: no TRYCREATE.
    pattern: /mailbox was deleted under us/i,
    moments: ['select', 'append', 'command'],
    toError: ({ text }) => new FolderMissingError({ serverText: text }),
  },
  {
    pattern: /NUL character/i,
    moments: ['append'],
    toError: ({ text }) => new MessageRefusedError('nul', { serverText: text }),
  },
];

/** A server that keeps to the standard (Dovecot, Cyrus, …); byte-exact. */
export const genericProfile: ImapProfile = {
  name: 'generic',
  trustedCapabilities: null,
  triesLocalPart: false,
  prefersLogin: false,
  namesCapabilitiesLate: false,
  specialNames: {},
  internalFolders: null,
  foldsCase: false,
  maxEagerLiteralBytes: null,
  maxLineBytes: null,
  maxRefusals: null,
  earlyAnswerIsDesync: false,
  rules: RULES,
};
