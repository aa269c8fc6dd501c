import { formatNoun } from '../format.ts';
import type { Words } from '../words.ts';

/** What was noticed at a mailbox that a move leaves as it is. */
export const PLAN_NOTES: Words['planNotes'] = {
  'purview-deletes': (facts) =>
    `${formatNoun(Number(facts['policies'] ?? 1), 'Purview policy', 'Purview policies')} at this mailbox may delete old mail as soon as it arrives. I cannot hold that off: exclude the mailbox in the Purview portal for the time of the move.`,
  'purview-unseen':
    'A Purview policy for the whole organisation does not show at a mailbox. If you have one that deletes, exclude this mailbox.',
  'litigation-hold': 'The mailbox is on litigation hold, which covers what I write, too.',
  archive: 'The mailbox has an archive. I write to the mailbox itself.',
  'retention-held': 'Its retention policy is held off already. It stays so.',
  'imap-passwords-off':
    'An authentication policy refuses passwords over IMAP. I use none, so it may stay.',
  'smtp-auth-off': 'Sending by SMTP AUTH is off. I do not need it.',
};

/** What a move changes at a mailbox and puts back. */
export const SETTINGS: Words['settings'] = {
  imap: 'IMAP',
  'mailbox-access': 'my access to the mailbox',
  'retention-hold': 'the retention policy',
  'receive-limit': 'the size limit for mail that comes in',
  'send-limit': 'the size limit for mail that goes out',
};
