/** States, with the words that Exchange admins know. */
export const STATES = {
  Queued: 'Queued',
  Validating: 'Checking',
  Provisioning: 'Preparing the mailbox',
  WaitingForUser: 'Waiting for the person',
  Testing: 'Checking the password',
  Piloting: 'Copying one folder as a pilot',
  PilotReview: 'Pilot ready for review',
  Syncing: 'Copying',
  Synced: 'In step with iCloud',
  IncrementalSyncing: 'Copying what is new',
  Completing: 'Copying what came last',
  Verifying: 'Verifying',
  Completed: 'Done',
  CompletedWithWarnings: 'Done, with something to look at',
  RateLimited: 'Waiting for a server',
  WaitingForAdmin: 'Needs an admin',
  Paused: 'Paused',
  Failed: 'Stopped by an error',
  Cancelled: 'Cancelled',
  RolledBack: 'Undone',
} as const;

/** Why a folder gets another name. */
export const FOLDER_REASONS = {
  'special-use': 'Outlook has this folder under its own name',
  chosen: 'as you said',
  reserved: 'Exchange keeps this name for itself',
  'not-mail': 'Outlook uses this name for something that holds no mail',
  collision: 'to Exchange, two of the folders would have the same name',
  'invalid-name': 'Exchange cannot store this name',
  slash: 'in Exchange a slash always begins a folder inside another',
  'too-long': 'Exchange takes names of up to 255 characters',
  'too-deep': 'Exchange takes up to 300 folders inside one another',
} as const;

/** What to do about folders that Outlook may hide. */
export const HIDDEN_FOLDERS_FIX =
  'IMAP cannot say what a folder is for. Give me Mail.ReadWrite for these mailboxes (see docs/permissions.md), and I make folders that Outlook shows. For those that are there: make a new folder in Outlook and move the mail into it, or set the class to IPF.Note with MFCMAPI (property 0x3613).';

/** Why a folder cannot go where somebody wants it; beside the reasons for another name. */
export const RENAME_PROBLEMS = {
  'unknown-folder': 'there is no folder of this name in iCloud',
  'already-copied': 'some of its mail is in Outlook already',
  'not-now': 'mail is being copied just now; pause the move first',
} as const;

/** What a server found in a message that it did not take; the last part of its reason code. */
export const REFUSALS: Readonly<Record<string, string>> = {
  virus: 'Exchange found a virus in it',
  nul: 'it holds a character that Exchange does not take',
  'invalid-header': 'Exchange does not take its header',
  'header-limit': 'it has more header lines than Exchange takes',
  'long-line': 'it has a line longer than Exchange takes',
  'invalid-flag': 'Exchange does not take one of its marks',
  unparsable: 'Exchange cannot read it as mail',
};

/** Why a message was skipped, failed or was changed. */
export const REASONS: Readonly<Record<string, string>> = {
  'rule.junk': 'left out by your rule (Junk)',
  'rule.junk-older': 'left out by your rule (Junk older than {value} days)',
  'rule.deleted': 'left out by your rule (Deleted Messages)',
  'rule.folder': 'left out by your rule (a folder that you named)',
  'rule.before': 'left out by your rule (received before {value})',
  'rule.own-folder': 'left out by the person (a folder)',
  'rule.own-before': 'left out by the person (received before {value})',
  'copy.fate-unknown': 'the line broke and I could not find out whether it arrived',
  'copy.breaks-connection': 'Exchange cut the line each time I sent it',
  'copy.not-understood': 'I failed to read it: a fault of mine, which the log of the service shows',
  'copy.deleted-at-target':
    'it was deleted in Outlook after it was copied, and moved in iCloud later',
  'copy.too-large': 'too large for Exchange',
  'copy.too-large-to-repair':
    'breaks the rules of mail in its text, and is too large to be made fit for Exchange',
  'copy.line-too-long': 'has a line that Exchange does not take',
  'copy.signed-line-too-long':
    'is signed, and has a line that Exchange does not take: changing it would void the signature',
  'copy.nesting-too-deep': 'holds messages within messages, more levels than Exchange takes',
  'copy.header-too-large': 'has a header too large to be made fit for Exchange',
  'copy.too-many-parts':
    'has more parts than any honest mail, too many to be made fit for Exchange',
  'copy.body-withheld': 'iCloud lists it and does not hand it over',
  'copy.looking-for-suspects': 'looking whether mail arrived before the line broke',
  'imap.folder-missing': 'the folder is listed and does not open',
  'imap.folder-internal': 'Apple lists it for its Notes app, and keeps no mail in it',
  'imap.command-refused': 'the server refused it and did not say why',
  'imap.body-missing': 'iCloud gave no content for it',
  'graph.item-refused': 'Exchange did not take it in the form that Graph imports',
  'graph.item-too-large': 'too large for an import through Graph',
  'imap.message-too-large': 'too large for the mailbox',
  'mail.unreadable-content': 'nested too deeply to be taken apart',
  'imap.message-refused': 'Exchange did not take it',
  'imap.quota-full': 'the mailbox was full',
  'imap.messages-gone': 'deleted at iCloud meanwhile',
  'second-copy-removed': 'a second copy, left behind by a line that broke, was removed',
  'second-copy-left':
    'a second copy, left behind by a line that broke, is there and could not be told from your own mail',
  'flags-left': 'its marks (read, answered, flagged) changed and could not be brought to Outlook',
  'verify.missing': 'not found at the target',
  'verify.elsewhere': 'in another folder',
  'verify.twice': 'there twice',
  'verify.date': 'another received date',
  'verify.flags': 'another read, answered, flagged or draft mark',
  'verify.subject': 'another subject',
  'verify.text': 'another text',
  'verify.attachments': 'other attachments',
  'verify.invitation': 'the invitation does not open as one',
  'verify.unreadable': 'could not be taken apart',
  nul: 'a character that no mail may hold was taken out',
  'line-endings': 'line ends were made uniform',
  'header-8bit': 'a header was written in characters that every program reads',
  'header-syntax': 'a broken header line was put right',
  'header-folded': 'an over-long header line was folded',
  'date-impossible': 'a received date that cannot be was replaced by the nearest that can',
  'receipt-disarmed':
    'a request for a read receipt was switched off, so that old mail is not answered again',
  'line-reencoded': 'over-long lines were encoded anew; the content is the same',
};
