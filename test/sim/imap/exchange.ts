import { refuseMessage } from './exchange-refusals.ts';
import { rebuildMime } from './mime/rebuild.ts';
import type { Profile } from './profile.ts';
import { type ImapServer, type ImapServerOptions, startImapServer } from './server.ts';
import type { Authenticate } from './session.ts';
import { type Extension, offerOnly, withChildren } from './standard.ts';
import type { MailStore } from './store.ts';

const FLAGS = '\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent';
const BEFORE_LOGIN =
  'IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+';
const AFTER_LOGIN =
  'IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+';

/** What a person may come with: a token that is checked elsewhere. */
export type VerifyToken = (user: string, token: string) => TokenVerdict | Promise<TokenVerdict>;

export type TokenVerdict = 'ok' | 'refused' | 'not-connected';

/** What the simulated Exchange Online takes beside the common options. */
export interface ExchangeServerOptions extends ImapServerOptions {
  readonly verifyToken: VerifyToken;
  /** Larger messages are refused; 35 MB where nobody raised it. A function tells it per mailbox. */
  readonly maxMessageBytes?: number | ((user: string) => number);
  /** Leave a literal at a line over 10,239 bytes and read on as commands; on unless switched off. */
  readonly longLineDesync?: boolean;
  /** Give FETCH a rebuilt message, as the real one does; on unless switched off. */
  readonly rebuildMime?: boolean;
  /** Extensions that this server is to lack. */
  readonly without?: readonly Extension[];
  /** Header fields, in lower case, that do not come back: such as the stamp of a migration. */
  readonly lostFields?: readonly string[];
  /** Answers other than OK until the session is closed. */
  readonly maxErrors?: number;
  /** Folders made over IMAP get IPF.Imap, which Outlook may hide; Microsoft knows of it for its own migration tool. */
  readonly imapFolderClass?: boolean;
}

const MAX_LINE_BYTES = 10_239;
const DEFAULT_MAX_MESSAGE_BYTES = 35 * 1024 * 1024;
const TOO_LARGE = 'NO Maximum size of appendable message has been exceeded';

function exchangeProfile(options: ExchangeServerOptions): Profile {
  const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = options;
  const limitOf = (user: string): number =>
    typeof maxMessageBytes === 'number' ? maxMessageBytes : maxMessageBytes(user);
  const lost = new Set(options.lostFields);
  return {
    name: 'exchange-online',
    greeting:
      'The Microsoft Exchange IMAP4 service is ready. [UwBJAE0AVQBMAEEAVABFAEQALgBMAE8AQwBBAEwA]',
    identity: '("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")',
    ...offerOnly({ before: BEFORE_LOGIN, after: AFTER_LOGIN }, options.without),
    mailboxLiterals: true,
    condstore: false,
    flags: { flags: FLAGS, permanent: FLAGS },
    keywords: 'dropped',
    store: {
      caseInsensitiveNames: true,
      serve: (bytes) => (options.rebuildMime === false ? bytes : rebuildMime(bytes, lost)),
      defaultFolders: [
        { name: 'INBOX' },
        { name: 'Archive' },
        { name: 'Calendar', folderClass: 'IPF.Appointment' },
        { name: 'Contacts', folderClass: 'IPF.Contact' },
        { name: 'Deleted Items', attributes: ['\\Trash'] },
        { name: 'Drafts', attributes: ['\\Drafts'] },
        { name: 'Journal', folderClass: 'IPF.Journal' },
        { name: 'Junk Email', attributes: ['\\Junk'] },
        { name: 'Notes', folderClass: 'IPF.StickyNote' },
        { name: 'Outbox' },
        { name: 'Sent Items', attributes: ['\\Sent'] },
        { name: 'Tasks', folderClass: 'IPF.Task' },
      ],
    },
    completed: (command) => `${command} completed.`,
    texts: {
      badCommand: 'Command Error. 12',
      noSuchFolder: (wireName) => `${wireName} doesn't exist.`,
      folderExists: 'Mailbox already exists',
      appendNoFolder: '[TRYCREATE] The requested item could not be found.',
      bye: 'Microsoft Exchange Server IMAP4 server signing off.',
    },
    maxErrors: options.maxErrors ?? 10,
    leaveLiteralAtLineBytes: options.longLineDesync === false ? null : MAX_LINE_BYTES,
    createdFolderClass: options.imapFolderClass === true ? 'IPF.Imap' : 'IPF.Note',
    refuseFolderName: (name) => (/^files$/iu.test(name) ? 'NO Folder name is reserved' : null),
    refuseSize: (sizeBytes, user) => (sizeBytes > limitOf(user) ? TOO_LARGE : null),
    refuseMessage,
    unsafe: { commands: new Set(), fetchItems: new Set() },
    lateFlags: ['\\flagged'],
    rfc822WithoutBody: false,
    searchLies: false,
    folderAttributes: withChildren,
  };
}

function createAuthenticate(verifyToken: VerifyToken): (store: MailStore) => Authenticate {
  return (store) =>
    async ({ user, secret, mechanism }) => {
      if (mechanism !== 'XOAUTH2') {
        // Basic authentication is switched off for IMAP since 2023.
        return {
          kind: 'refused',
          text: `${mechanism === 'LOGIN' ? 'LOGIN' : 'AUTHENTICATE'} failed.`,
        };
      }
      const verdict = await verifyToken(user, secret);
      if (verdict === 'refused') {
        return { kind: 'refused', text: 'AUTHENTICATE failed.' };
      }
      const account = store.account(user);
      return verdict === 'ok' && account !== undefined
        ? { kind: 'ok', account }
        : { kind: 'not-connected' };
    };
}

/** Starts a simulated Exchange Online IMAP server; a mailbox is there once `store.addAccount(address)` made it. */
export function startExchangeServer(options: ExchangeServerOptions): Promise<ImapServer> {
  return startImapServer(
    exchangeProfile(options),
    options,
    createAuthenticate(options.verifyToken),
  );
}
