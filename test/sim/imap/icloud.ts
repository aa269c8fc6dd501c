import type { Profile } from './profile.ts';
import { type ImapServer, type ImapServerOptions, startImapServer } from './server.ts';
import type { Authenticate } from './session.ts';
import { STANDARD_COMMANDS } from './standard.ts';
import type { MailStore } from './store.ts';

const FLAGS = '\\Answered \\Flagged \\Draft \\Deleted \\Seen';

/** iCloud Mail as people captured it between 2016 and 2026. */
const ICLOUD_PROFILE: Profile = {
  name: 'icloud',
  greeting:
    '[CAPABILITY XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 SASL-IR AUTH=ATOKEN AUTH=PLAIN AUTH=ATOKEN2 AUTH=XOAUTH2 ] (2109B29-d3afe4d5aba6) pv33p00im-iscream021.me.com',
  identity: '("name" "iscream" "vendor" "Apple Inc.")',
  capabilities: {
    // The space behind the last one is iCloud's.
    before:
      'XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 SASL-IR AUTH=ATOKEN AUTH=PLAIN AUTH=ATOKEN2 AUTH=XOAUTH2 ',
    after:
      'XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 CONDSTORE ENABLE QRESYNC QUOTA XAPPLELITERAL NAMESPACE UIDPLUS UNSELECT SORT ESEARCH ESORT CONTEXT=SORT WITHIN SASL-IR ID IDLE X-APPLE-REMOTE-LINKS LIST-STATUS ',
  },
  commands: new Set([...STANDARD_COMMANDS, 'ENABLE']),
  literalPlus: false,
  uidPlus: true,
  mailboxLiterals: false,
  condstore: true,
  flags: { flags: FLAGS, permanent: `${FLAGS} \\*` },
  keywords: 'kept',
  store: {
    caseInsensitiveNames: false,
    defaultFolders: [
      { name: 'INBOX', attributes: ['\\Noinferiors'] },
      { name: 'Drafts' },
      { name: 'Sent Messages', attributes: ['\\Sent'] },
      { name: 'Deleted Messages', attributes: ['\\Trash'] },
      { name: 'Junk' },
      { name: 'Archive' },
      { name: 'Notes', opens: false },
    ],
  },
  completed: (command) => `${command} completed (took 2 ms)`,
  texts: {
    badCommand: 'Parse Error (took 0 ms)',
    noSuchFolder: () => '[NONEXISTENT] Mailbox does not exist (took 1 ms)',
    folderExists: '[ALREADYEXISTS] Mailbox already exists (took 1 ms)',
    appendNoFolder: '[TRYCREATE] Mailbox does not exist (took 1 ms)',
    bye: 'LOGOUT received',
  },
  maxErrors: null,
  leaveLiteralAtLineBytes: null,
  createdFolderClass: 'IPF.Note',
  refuseFolderName: () => null,
  refuseSize: () => null,
  refuseMessage: () => null,
  unsafe: {
    commands: new Set(['SEARCH', 'UID SEARCH']),
    fetchItems: new Set(['ENVELOPE', 'BODYSTRUCTURE', 'BODY', 'RFC822']),
  },
  lateFlags: [],
  rfc822WithoutBody: true,
  searchLies: true,
  folderAttributes: ({ attributes }) => attributes,
};

/** What the simulated iCloud takes beside the common options. */
export interface IcloudServerOptions extends ImapServerOptions {
  /** Which forms of the user name log in; Apple's text says the name part, in practice both do. */
  readonly acceptedUsers?: 'both' | 'full-address' | 'local-part';
}

const REFUSED = { kind: 'refused', text: '[AUTHENTICATIONFAILED] Authentication failed' } as const;

function createAuthenticate(
  accepted: NonNullable<IcloudServerOptions['acceptedUsers']>,
): (store: MailStore) => Authenticate {
  return (store) =>
    async ({ user, secret, mechanism }) => {
      const isFull = user.includes('@');
      const formTaken = accepted === 'both' || (accepted === 'full-address') === isFull;
      const account = store
        .accounts()
        .find((candidate) => (isFull ? candidate.user : candidate.user.split('@')[0]) === user);
      const opens =
        account !== undefined && account.password !== null && account.password === secret;
      return mechanism !== 'XOAUTH2' && formTaken && opens ? { kind: 'ok', account } : REFUSED;
    };
}

/** Starts a simulated iCloud IMAP server; `store.addAccount(address, {password})` lets somebody in. */
export function startIcloudServer(options: IcloudServerOptions = {}): Promise<ImapServer> {
  return startImapServer(
    ICLOUD_PROFILE,
    options,
    createAuthenticate(options.acceptedUsers ?? 'both'),
  );
}
