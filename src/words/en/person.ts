import type { PersonTexts } from '../person-texts.ts';
import { plural } from '../plural.ts';

const ACCOUNT = '[account.apple.com](https://account.apple.com)';
const WAITS = 'Nothing: I try again by myself.';
const LATER = 'Try again in a minute. If it comes back, tell your IT team.';

/** English, the language that every other one is translated from. */
export const PERSON: PersonTexts = {
  welcomeTitle: 'I help to move iCloud Mail to Outlook',
  welcome: 'When your IT team moves your mail, I tell you here what you need to do.',
  welcomeHint: 'Say "status" to see how far your move is.',
  helpTitle: 'How a move goes',
  helpSteps: [
    '1. I ask you here for an app-specific password, which Apple makes for this alone.',
    '2. I copy one folder as a trial, and your IT team looks at the result.',
    '3. I copy everything, then follow what is new. You can keep working.',
    '4. I tell you when your mail has arrived, and you revoke the password.',
  ],
  helpHint: 'Nothing is deleted at Apple. Contacts and calendars do not move.',
  helpCommands: 'You can say: "status", "help".',
  statusWord: 'status',
  noMove: 'No move of yours is under way. I write to you here when I need you.',
  notYours: 'This card is not for you, or no longer true. Say "status" to see yours.',
  outdated: 'This card is out of date. Say "status" for a new one.',
  tooFast: 'That was too much at once, so I did nothing. Please try again in a minute.',
  roleUnknown: 'I could not find out whether you may do this, so I did nothing.',
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
  oldTeams:
    'This Teams is too old to hide a password while you type it. Please update Teams, or open this chat at teams.microsoft.com.',
  submit: 'Check and start',
  nothingToMove: 'I have no iCloud Mail',
  wrongLength: (letters) =>
    `${plural('en', letters, { one: 'That has {n} letter', other: 'That has {n} letters' })}; an app-specific password has 16 and looks like abcd-efgh-ijkl-mnop. It was not sent to Apple and not kept.`,
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
  leaveOut: 'Leave something out',
  leaveOutTitle: 'What should stay at iCloud?',
  leaveOutIntro:
    'It is not copied to Outlook, and nothing is deleted. Empty both fields to move everything. If you change your mind later, what was copied stays in Outlook.',
  leaveOutFolders: 'Folders, one on each line',
  leaveOutNames:
    'Folders are called here what iCloud Mail calls them: Archive, or Family/Photos for a folder inside another. What lies inside stays too.',
  leaveOutBefore: 'Mail received before this day',
  leaveOutSave: 'Save',
  notADay: 'That is no day that I can read. Please write it as 2019-01-31.',
  tooManyFolders: (most) => `Those are more than ${most} folders. Please name fewer.`,
  leftOutByYou: (list) => `Left out by you: ${list}.`,
  leftOutByAdmin: (list) => `Left out by your IT team: ${list}.`,
  leftOutFolder: (name) => `the folder '${name}'`,
  leftOutNamed: 'folders that were named',
  leftOutJunk: (days) => `Junk older than ${days} days`,
  leftOutBefore: (day) => `mail received before ${day}`,
  acceptedTitle: 'Thank you, Apple accepted it',
  accepted:
    "The password is stored encrypted, used only for this move, and deleted at the end. I'll tell you when your mail has arrived.",
  movingTitle: 'Your mail is moving',
  folder: (name) => `Folder '${name}'`,
  timeLeft: {
    moment: 'less than a minute left',
    about: (time) => `about ${time} left`,
  },
  keepWorking: 'You can keep working, here and in iCloud.',
  syncedTitle: 'Your mail is in Outlook',
  synced:
    'New mail that reaches iCloud still follows until your IT team finishes the move. You need not do anything; keep the password until I say that it is done.',
  pausedTitle: 'Your move is paused',
  paused: 'Your IT team paused it. Nothing is lost, and you need not do anything.',
  doneTitle: 'Your mail has arrived',
  done: (messages) =>
    plural('en', messages, {
      one: 'Done. {n} message of yours is in Outlook.',
      other: 'Done. {n} messages of yours are in Outlook.',
    }),
  stayedBehind: (messages) =>
    plural('en', messages, {
      one: '{n} message could not be copied. It is still at iCloud, and your IT team sees which.',
      other:
        '{n} messages could not be copied. They are still at iCloud, and your IT team sees which.',
    }),
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
  page: {
    name: 'Move to Outlook',
    signedInAs: (account) => `Signed in as ${account}`,
    signOut: 'Sign out',
    signedOut: 'You are signed out.',
    signIn: 'Sign in',
    notSignedIn: 'You were not signed in. Please try again with your work account.',
    ended:
      'You were signed in for an hour, which is over. Nothing was sent on and nothing kept; please sign in and enter it again.',
    none: 'No move of yours is under way.',
    choose: 'Which mailbox is it about?',
    notFound:
      'There is nothing here for you. If your IT team sent you this address, sign in with the work account that they wrote to.',
    tooFast: 'That was very often in a short time. Please wait a minute.',
    comeBack: 'This page always shows how far your move is: keep its address.',
    language: 'Language',
  },
  letter: {
    subject: 'Your iCloud Mail moves to Outlook: one step from you',
    body: (url) =>
      `Hello,\n\nwe are moving your iCloud Mail to Outlook. For that you make an app-specific password at Apple, only for this, and enter it on this page:\n\n${url}\n\nSign in there with your work account. The page explains each step; it takes two minutes. Please never send the password by mail or chat: nobody will ask you for it there.\n\nYour IT team`,
  },
  problemTitle: 'That did not work',
  tryAgain: 'Try again',
  problems: {
    'source.login-refused': {
      what: 'Apple did not accept this password for this address.',
      doNext:
        'Most often it was mistyped or revoked: make a new one. Or Apple wants your @icloud.com address instead of one at your own domain. Or iCloud Mail is switched off for this Apple account.',
    },
    'secrets.not-for-this': {
      what: 'The password was given for something else, or too long ago.',
      doNext: 'Please enter a new app-specific password.',
    },
    'jobs.credential-missing': {
      what: 'The app-specific password is no longer there.',
      doNext: 'Please enter a new one.',
    },
    'jobs.unknown-migration': {
      what: 'I do not know this move.',
      doNext: 'Say "status" to see yours.',
    },
    'internal.unexpected': { what: 'Something happened that nobody foresaw.', doNext: LATER },
    'database.lost': { what: 'I cannot look anything up just now.', doNext: LATER },
    'teams.send-failed': { what: 'Teams did not take a message.', doNext: WAITS },
    'teams.rate-limited': { what: 'Teams asked me to slow down.', doNext: WAITS },
    'graph.unreachable': { what: 'Microsoft 365 cannot be reached just now.', doNext: LATER },
    'graph.throttled': { what: 'Microsoft 365 asked me to slow down.', doNext: LATER },
    'graph.failed': { what: 'Microsoft 365 failed for a moment.', doNext: LATER },
  },
  otherProblem: (code) => ({
    what: `Something is wrong that only your IT team can mend. Its name is "${code}".`,
    doNext: 'Please tell them this name.',
  }),
};
