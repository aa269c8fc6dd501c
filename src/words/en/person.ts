/** What the person whose mail moves reads; short sentences, their own words. */
export interface PersonTexts {
  readonly askTitle: string;
  readonly askAgainTitle: string;
  readonly intro: string;
  readonly introAgain: string;
  /** Three numbered steps. */
  readonly steps: readonly string[];
  readonly goodToKnow: readonly string[];
  whereItGoes(target: string): string;
  foreignHost(host: string): string;
  readonly addressLabel: string;
  readonly addressMissing: string;
  readonly passwordLabel: string;
  readonly passwordMissing: string;
  readonly submit: string;
  readonly nothingToMove: string;
  wrongLength(letters: number): string;
  readonly wrongAddress: string;
  readonly usedCard: string;
  readonly preparingTitle: string;
  readonly preparing: string;
  readonly checkingTitle: string;
  readonly checking: string;
  checkAt(time: string): string;
  readonly spareTitle: string;
  spareUntil(time: string): string;
  readonly correct: string;
  readonly acceptedTitle: string;
  readonly accepted: string;
  readonly movingTitle: string;
  readonly keepWorking: string;
  readonly pausedTitle: string;
  readonly paused: string;
  readonly doneTitle: string;
  done(messages: string): string;
  readonly revoke: string;
  readonly passwordPurged: string;
  readonly declineTitle: string;
  readonly declineQuestion: string;
  readonly declineYes: string;
  readonly declineNo: string;
  readonly endedTitle: string;
  readonly ended: string;
  readonly failedTitle: string;
  readonly failed: string;
  readonly howFar: string;
  readonly passwordInChat: string;
  readonly continued: string;
  readonly reminder: string;
}

const ACCOUNT = '[account.apple.com](https://account.apple.com)';

export const PERSON: PersonTexts = {
  askTitle: 'Your iCloud Mail moves to Outlook',
  askAgainTitle: 'I need a new app-specific password',
  intro:
    'Your IT team is moving your iCloud Mail to Outlook. Nothing is deleted at Apple. I need an app-specific password: a password only for this, which you can revoke afterwards. It takes two minutes.',
  introAgain:
    'Apple no longer takes the password that you gave me: it was revoked, or your Apple password was changed. Your mail so far is safe; I need a new one to finish.',
  steps: [
    `1. Open ${ACCOUNT} and sign in. Choose **Sign-In and Security**, then **App-Specific Passwords**. (It is there only when two-factor authentication is on.)`,
    '2. Press **+**, name it **Outlook move**, and copy what Apple shows. It looks like abcd-efgh-ijkl-mnop.',
    '3. Paste it below. Please never write it into the chat itself.',
  ],
  goodToKnow: [
    'All your folders are copied, with dates and read marks. You, and whoever your company allows to open your mailbox, can read them there.',
    'Contacts and calendars do not move.',
    'The password is stored encrypted, used only for this move, and deleted at the end.',
  ],
  whereItGoes: (target) => `From your iCloud Mail to the mailbox ${target}.`,
  foreignHost: (host) =>
    `Your mail is read at ${host}, which is not Apple's own server. Go on only if your IT team told you so.`,
  addressLabel: 'Your iCloud address',
  addressMissing: 'Please enter your iCloud address, such as name@icloud.com.',
  passwordLabel: 'App-specific password',
  passwordMissing: 'Please paste the app-specific password.',
  submit: 'Check and start',
  nothingToMove: 'I have no iCloud Mail',
  wrongLength: (letters) =>
    `That has ${letters === 1 ? '1 letter' : `${letters} letters`}; an app-specific password has 16 and looks like abcd-efgh-ijkl-mnop. It was not sent to Apple and not kept.`,
  wrongAddress:
    'That is not an e-mail address. Your password was not sent to Apple and not kept; please enter both again.',
  usedCard: 'This card was used before. Please enter both again.',
  preparingTitle: 'Your move is being prepared',
  preparing: 'Your mailbox is being made ready. I write to you here when I need you.',
  checkingTitle: 'Asking Apple…',
  checking: 'I am trying your password at Apple. This takes a few seconds.',
  checkAt: (time) =>
    `Apple is not answering just now. I try again at ${time}; you need not do anything.`,
  spareTitle: 'I try your password a little later',
  spareUntil: (time) =>
    `Apple allows a few tries; I try yours again at ${time}. It is kept, encrypted, and you need not do anything. If you meant another one, enter it below: it takes the place of this one.`,
  correct: 'Try this one instead',
  acceptedTitle: 'Thank you, Apple accepted it',
  accepted:
    "The password is stored encrypted, used only for this move, and deleted at the end. I'll tell you when your mail has arrived.",
  movingTitle: 'Your mail is moving',
  keepWorking: 'You can keep working, here and in iCloud.',
  pausedTitle: 'Your move is paused',
  paused: 'Your IT team paused it. Nothing is lost, and you need not do anything.',
  doneTitle: 'Your mail has arrived',
  done: (messages) => `Done. ${messages} of yours are in Outlook.`,
  revoke: `Please revoke the password now: open ${ACCOUNT}, choose **Sign-In and Security**, then **App-Specific Passwords**, and remove **Outlook move**.`,
  passwordPurged: 'I have deleted my copy of it.',
  declineTitle: 'No iCloud Mail?',
  declineQuestion: 'I then tell your IT team that there is nothing to move. Is that right?',
  declineYes: 'Yes, nothing to move',
  declineNo: 'Back',
  endedTitle: 'Your move has ended',
  ended:
    'Your iCloud Mail is not being moved. If you gave me a password, it is no longer used; please revoke it at Apple.',
  failedTitle: 'Your move has stopped',
  failed: 'Your IT team sees why and takes care of it. Nothing was deleted at Apple.',
  howFar: 'How far is it?',
  passwordInChat:
    'That looks like an app-specific password. I have not used it and not kept it, but it now stands in this chat. Please delete your message, revoke that password at account.apple.com, make a new one, and paste it into the field of my card.',
  continued: 'This goes on in a newer card below.',
  reminder:
    'A reminder: your move waits for an app-specific password. The card for it is further up; say "status" for a new one.',
};
