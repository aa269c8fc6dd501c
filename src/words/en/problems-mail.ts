import type { ProblemText } from '../words.ts';
import { PERSON } from './person.ts';

const GOES_ON = 'Nothing: I try again by myself.';

/** What IMAP servers and single messages do, by code. */
export const MAIL_PROBLEMS: Readonly<Record<string, ProblemText>> = {
  'source.login-refused': PERSON.problems['source.login-refused'],
  'source.login-limit': {
    what: 'This iCloud account was logged in to several times within ten minutes; Apple locks accounts that are tried too often.',
    doNext:
      'Nothing: the password that was entered last is kept, and tried as soon as ten minutes have passed.',
  },
  'secrets.not-for-this': PERSON.problems['secrets.not-for-this'],
  'secrets.key-file': {
    what: 'The file with the key that opens passwords cannot be used.',
    doNext:
      'SECRETS_KEY_FILE, or the key file in DATA_DIR, must be a private key that this service can read, or for a process that is only a bot the public key. If the private key is lost, people must give their passwords anew.',
  },
  'secrets.opening-key-unwanted': {
    what: 'This process faces Teams alone, and was given the key that opens passwords.',
    doNext:
      'Give it the public key: SECRETS_KEY_FILE must be a copy of sealing-key.public.pem, which a worker writes into its DATA_DIR.',
  },
  'imap.login-refused': {
    what: 'The mail server does not accept this user with this password or token.',
    doNext:
      'For iCloud: make a new app-specific password. For Exchange: see what the tenant check says.',
  },
  'imap.login-unavailable': {
    what: 'The mail server lets nobody sign in just now, or has too many sessions of this account.',
    doNext: GOES_ON,
  },
  'imap.not-connected': {
    what: 'Exchange knows me but does not let me into this mailbox.',
    doNext:
      'Check that the mailbox has a licence, that IMAP is on for it, and that I have access; new access may take an hour to work.',
  },
  'imap.unreachable': {
    what: 'The mail server does not answer at its address.',
    doNext:
      'Check the network, a firewall or proxy, and the address in the settings. I try again by myself.',
  },
  'imap.timeout': { what: 'The mail server took too long to answer.', doNext: GOES_ON },
  'imap.tls-untrusted': {
    what: 'The certificate of the mail server does not prove who it is, so I sent no password.',
    doNext:
      'Often a company proxy opens encrypted connections. Let this service reach the mail servers directly, or add the proxy’s authority with NODE_EXTRA_CA_CERTS.',
  },
  'imap.tls-missing': {
    what: 'The mail server offers no encryption, so I sent no password.',
    doNext: 'Use an address that starts with imaps://.',
  },
  'imap.throttled': {
    what: 'The mail server asked me to slow down.',
    doNext: 'Nothing: I go on when it allows.',
  },
  'imap.connection-lost': { what: 'The line to the mail server broke.', doNext: GOES_ON },
  'imap.protocol-violation': {
    what: 'The mail server said something that does not fit, so I hung up.',
    doNext: GOES_ON,
  },
  'imap.folder-missing': {
    what: 'A folder is not there, or cannot be opened.',
    doNext: 'Nothing: it is named in the report.',
  },
  'source.folder-lost': {
    what: 'A folder was renamed or deleted in iCloud while I read it.',
    doNext: 'Nothing: I look where its messages are now.',
  },
  'target.folder-lost': {
    what: 'A folder was renamed or deleted in Outlook while I wrote to it.',
    doNext: 'Nothing: I make it again, and what was in it stays where it is now.',
  },
  'copy.no-progress': {
    what: 'The line to the mail server breaks each time I send what is left.',
    doNext:
      'Nothing at first: I try again later. If it stays, ask whether something on the way cuts long transfers off.',
  },
  'imap.folder-internal': {
    what: 'Apple lists this folder for one of its apps; it holds no mail and does not open.',
    doNext: 'Nothing: it is named in the report.',
  },
  'imap.folder-refused': {
    what: 'The mail server does not take a folder of this name.',
    doNext: 'Give it another name: in the card of the move, or with copy --folder. Then try again.',
  },
  'imap.folder-exists': { what: 'The folder is there already.', doNext: 'Nothing: I use it.' },
  'imap.uid-validity-changed': {
    what: 'The mail server renumbered a folder while I worked in it.',
    doNext: 'Nothing: I open it anew, and send nothing blindly.',
  },
  'imap.listing-incomplete': {
    what: 'The mail server listed fewer messages than it counts.',
    doNext: GOES_ON,
  },
  'imap.body-missing': {
    what: 'iCloud lists a message and gives no content for it.',
    doNext: 'Nothing: I ask again. If it goes on, open the folder in iCloud Mail and look there.',
  },
  'imap.messages-gone': {
    what: 'Messages were deleted at iCloud while I read.',
    doNext: 'Nothing: they are counted as deleted.',
  },
  'imap.message-too-large': {
    what: 'The mailbox takes no message of this size.',
    doNext: 'Raise the size limit of the mailbox (up to 150 MB), then try again.',
  },
  'imap.message-refused': {
    what: 'Exchange does not take this message.',
    doNext: 'It is named in the report; it stays at iCloud.',
  },
  'imap.quota-full': {
    what: 'The mailbox is full, or Exchange says so because it is overloaded.',
    doNext:
      'See how full it is. Make room, or give it a larger plan or an archive; then try again.',
  },
  'imap.server-unavailable': { what: 'The mail server cannot serve just now.', doNext: GOES_ON },
  'imap.command-refused': {
    what: 'The mail server refused a command without a reason that I know.',
    doNext: 'Try again. If it comes back, look into the log at this time.',
  },
  'imap.cancelled': {
    what: 'The work was stopped before it was done.',
    doNext: 'Nothing: it goes on from there.',
  },
  'mail.unreadable-content': {
    what: 'A message is nested too deeply for me to compare it.',
    doNext: 'Open it in both mailboxes and compare it by eye.',
  },
  'jobs.items-altered': {
    what: 'Exchange keeps messages that come through Graph otherwise than I wrote them, so I stopped.',
    doNext: 'Write this mailbox over IMAP. Look at the messages that were written so far.',
  },
  'mail.broken-stream': {
    what: 'A mailbox item came in a form that I do not understand as Exchange writes it.',
    doNext:
      'Write this mailbox over IMAP. Exchange may have changed the form in which it gives items out.',
  },
};
