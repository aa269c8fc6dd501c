import type { Facts, FindingText } from '../words.ts';
import { argument, fact, PAGES, trouble, well } from './finding-text.ts';
import { MAIL_PROBLEMS } from './problems-mail.ts';

const mailbox = (facts: Facts): string => fact(facts, 'mailbox', '<mailbox>');

/** The trial login over IMAP. */
export const LOGIN_FINDINGS: Readonly<Record<string, (facts: Facts) => FindingText>> = {
  'check.imap-login': well((facts) => `The IMAP login works (tried on ${mailbox(facts)}).`),
  'check.imap-login.not-tried': trouble(PAGES.imapOAuth, () => ({
    what: 'I have not tried an IMAP login: that needs a mailbox of the tenant.',
    doNext: 'Say "doctor anna@contoso.com" to me, or in the terminal:',
    command: 'node src/main.ts doctor --mailbox anna@contoso.com',
  })),
  'check.imap-login.no-right': trouble(PAGES.imapOAuth, (facts) => ({
    what: `Exchange refused my token at the login to ${mailbox(facts)}: the right IMAP.AccessAsApp is not in it.`,
    doNext:
      'Entra admin center → App registrations → API permissions: add IMAP.AccessAsApp of Office 365 Exchange Online, then "Grant admin consent".',
  })),
  'check.imap-login.not-registered': trouble(PAGES.imapOAuth, (facts) => ({
    what: `Exchange refused my token at the login to ${mailbox(facts)}, because it does not know me, or not under my object id.`,
    doNext: 'Mend the registration in Exchange first; it has a line of its own here.',
  })),
  'check.imap-login.refused': trouble(PAGES.imapOAuth, (facts) => ({
    what: `Exchange refused my token at the login to ${mailbox(facts)}. The right is in the token and I find no fault in the registration.`,
    doNext:
      'If the right or the registration is new, wait up to an hour. Otherwise check that TARGET_IMAP_URL is the mail server of this cloud.',
  })),
  'check.imap-login.not-connected': trouble(PAGES.imapOAuth, (facts) => ({
    what: `Exchange accepted my token, and the mailbox ${mailbox(facts)} is closed to me. I could not look further: my role in Exchange is missing or too small.`,
    doNext: 'Mend my role in Exchange first, then check again. By hand:',
    command: `Get-CASMailbox ${argument(facts, 'mailbox')} | Format-List ImapEnabled; Get-MailboxPermission ${argument(facts, 'mailbox')}`,
  })),
  'check.imap-login.no-access': trouble(PAGES.mailboxPermission, (facts) => ({
    what: `Exchange accepted my token, so IMAP.AccessAsApp works. The mailbox ${mailbox(facts)} is closed to me, as it should be before its move begins.`,
    doNext: 'Nothing: I ask for access when a move begins. To try the whole login now:',
    command: `Add-MailboxPermission -Identity ${argument(facts, 'mailbox')} -User <object id of the enterprise application> -AccessRights FullAccess -AutoMapping $false`,
  })),
  'check.imap-login.imap-off': trouble(PAGES.casMailbox, (facts) => ({
    what: `Exchange accepted my token. IMAP is switched off for ${mailbox(facts)}.`,
    doNext:
      'Nothing: I switch it on when a move begins, and off again at its end. To try the whole login now:',
    command: `Set-CASMailbox -Identity ${argument(facts, 'mailbox')} -ImapEnabled $true`,
  })),
  'check.imap-login.not-yet': trouble(PAGES.mailboxPermission, (facts) => ({
    what: `Exchange accepted my token, IMAP is on and access to ${mailbox(facts)} is given; Exchange does not honour it yet.`,
    doNext: 'Wait: a new permission takes minutes, at times an hour. Then check again.',
  })),
  'check.imap-login.no-mailbox': trouble(PAGES.casMailbox, (facts) => ({
    what: `Exchange has no mailbox ${mailbox(facts)}.`,
    doNext: 'Name another one, or wait if its licence is new.',
    command: `Get-Mailbox ${argument(facts, 'mailbox')}`,
  })),
  'check.imap-login.unanswered': trouble(PAGES.imapOAuth, (facts) => {
    const text = MAIL_PROBLEMS[fact(facts, 'problem', '')];
    const { what } = (typeof text === 'function' ? text({}) : text) ?? {
      what: 'The answer was none that I know.',
    };
    return {
      what: `I could not try the login to ${mailbox(facts)}. ${what}`,
      doNext: 'Look at the line about the mail server, then check again.',
    };
  }),
};
