import type { SpanForms } from './span.ts';

/** What was seen, and what to do about it. */
export interface Explanation {
  readonly what: string;
  readonly doNext: string;
}

/** What can stop a person, and what the person can do about it; everything else is for the admin. */
export type PersonProblem =
  | 'source.login-refused'
  | 'secrets.not-for-this'
  | 'jobs.credential-missing'
  | 'jobs.unknown-migration'
  | 'internal.unexpected'
  | 'database.lost'
  | 'teams.send-failed'
  | 'teams.rate-limited'
  | 'graph.unreachable'
  | 'graph.throttled'
  | 'graph.failed';

/** What stands around the cards on the page. */
export interface PageTexts {
  readonly name: string;
  signedInAs(account: string): string;
  readonly signOut: string;
  readonly signedOut: string;
  readonly signIn: string;
  readonly notSignedIn: string;
  /** Whoever sent something after the session had ended. */
  readonly ended: string;
  readonly none: string;
  readonly choose: string;
  readonly notFound: string;
  readonly tooFast: string;
  readonly comeBack: string;
  readonly language: string;
}

/** What the person whose mail moves reads, in one language; short sentences, their own words. */
export interface PersonTexts {
  readonly welcomeTitle: string;
  readonly welcome: string;
  readonly welcomeHint: string;
  readonly helpTitle: string;
  /** Four numbered steps. */
  readonly helpSteps: readonly [string, string, string, string];
  readonly helpHint: string;
  readonly helpCommands: string;
  /** The person's word for "status", in small letters; "status" itself works in every language. */
  readonly statusWord: string;
  readonly noMove: string;
  readonly notYours: string;
  readonly outdated: string;
  /** More was said or pressed than anybody does by hand. */
  readonly tooFast: string;
  readonly roleUnknown: string;
  readonly askTitle: string;
  readonly askAgainTitle: string;
  readonly intro: string;
  readonly introAgain: string;
  /** Three numbered steps. */
  readonly steps: readonly [string, string, string];
  readonly goodToKnow: readonly [string, string, string];
  whereItGoes(target: string): string;
  foreignHost(host: string): string;
  readonly addressLabel: string;
  readonly addressMissing: string;
  readonly passwordLabel: string;
  readonly passwordMissing: string;
  /** In the place of the masked field, where Teams is too old for one. */
  readonly oldTeams: string;
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
  /** The button that opens the form. */
  readonly leaveOut: string;
  readonly leaveOutTitle: string;
  readonly leaveOutIntro: string;
  readonly leaveOutFolders: string;
  /** How the folders are called that are typed here. */
  readonly leaveOutNames: string;
  readonly leaveOutBefore: string;
  readonly leaveOutSave: string;
  readonly notADay: string;
  tooManyFolders(most: number): string;
  /** True before the move and after it. */
  leftOutByYou(list: string): string;
  leftOutByAdmin(list: string): string;
  leftOutFolder(name: string): string;
  /** Where their mail is counted together. */
  readonly leftOutNamed: string;
  leftOutJunk(days: number): string;
  leftOutBefore(day: string): string;
  readonly acceptedTitle: string;
  readonly accepted: string;
  readonly movingTitle: string;
  folder(name: string): string;
  readonly timeLeft: SpanForms;
  readonly keepWorking: string;
  readonly syncedTitle: string;
  readonly synced: string;
  readonly pausedTitle: string;
  readonly paused: string;
  readonly doneTitle: string;
  done(messages: number): string;
  /** Not for a rule, but because it could not be done. */
  stayedBehind(messages: number): string;
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
  /** What an admin sends to whoever Teams does not reach, by mail or otherwise. */
  readonly letter: { readonly subject: string; body(url: string): string };
  /** The page for whoever Teams does not reach. */
  readonly page: PageTexts;
  readonly problemTitle: string;
  readonly tryAgain: string;
  readonly problems: Readonly<Record<PersonProblem, Explanation>>;
  /** For what only an admin can explain. */
  otherProblem(code: string): Explanation;
}
