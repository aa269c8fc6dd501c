import type { Profile } from './profile.ts';
import { type ImapServer, type ImapServerOptions, startImapServer } from './server.ts';
import type { Authenticate } from './session.ts';
import { type Extension, offerOnly, withChildren } from './standard.ts';
import type { MailStore } from './store.ts';

const FLAGS = '\\Answered \\Flagged \\Deleted \\Seen \\Draft';
const BEFORE_LOGIN = 'IMAP4rev1 SASL-IR ID LITERAL+ AUTH=PLAIN';
const AFTER_LOGIN =
  'IMAP4rev1 SASL-IR ID IDLE LITERAL+ NAMESPACE UIDPLUS MOVE UNSELECT CHILDREN SPECIAL-USE';

/** What the simulated server of no brand takes beside the common options. */
export interface GenericServerOptions extends ImapServerOptions {
  /** Extensions that this server is to lack. */
  readonly without?: readonly Extension[];
}

function genericProfile({ without }: GenericServerOptions): Profile {
  return {
    name: 'generic',
    greeting: 'IMAP server ready.',
    identity: '("name" "Imap")',
    ...offerOnly({ before: BEFORE_LOGIN, after: AFTER_LOGIN }, without),
    mailboxLiterals: true,
    condstore: false,
    flags: { flags: FLAGS, permanent: `${FLAGS} \\*` },
    keywords: 'kept',
    store: {
      caseInsensitiveNames: false,
      defaultFolders: [
        { name: 'INBOX' },
        { name: 'Archive', attributes: ['\\Archive'] },
        { name: 'Drafts', attributes: ['\\Drafts'] },
        { name: 'Junk', attributes: ['\\Junk'] },
        { name: 'Sent', attributes: ['\\Sent'] },
        { name: 'Trash', attributes: ['\\Trash'] },
      ],
    },
    completed: (command) => `${command} completed.`,
    texts: {
      badCommand: 'Error in IMAP command received by server.',
      noSuchFolder: (wireName) => `[NONEXISTENT] Mailbox doesn't exist: ${wireName}`,
      folderExists: '[ALREADYEXISTS] Mailbox already exists',
      appendNoFolder: "[TRYCREATE] Mailbox doesn't exist: %s",
      bye: 'Logging out',
    },
    maxErrors: null,
    leaveLiteralAtLineBytes: null,
    createdFolderClass: 'IPF.Note',
    refuseFolderName: () => null,
    refuseSize: () => null,
    // RFC 3501 section 4.3: no literal holds NUL.
    refuseMessage: ({ bytes }) => (bytes.includes(0) ? 'NO Message contains NUL characters' : null),
    unsafe: { commands: new Set(), fetchItems: new Set() },
    lateFlags: [],
    rfc822WithoutBody: false,
    searchLies: false,
    folderAttributes: withChildren,
  };
}

function createAuthenticate(store: MailStore): Authenticate {
  return async ({ user, secret, mechanism }) => {
    const account = store.account(user);
    const opens = account !== undefined && account.password === secret;
    return opens && mechanism !== 'XOAUTH2'
      ? { kind: 'ok', account }
      : { kind: 'refused', text: '[AUTHENTICATIONFAILED] Authentication failed.' };
  };
}

/**
 * Starts a simulated IMAP server that keeps to the standard and gives back what it stored: the same octets,
 * dates, flags and keywords. `store.addAccount(user, {password})` lets somebody in.
 */
export function startGenericServer(options: GenericServerOptions = {}): Promise<ImapServer> {
  return startImapServer(genericProfile(options), options, createAuthenticate);
}
