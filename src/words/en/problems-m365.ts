import type { Facts, ProblemText } from '../words.ts';

const GOES_ON = 'Nothing: I try again by myself.';
const CONSENT =
  'Grant the right to this application in the Entra admin center and give admin consent, then check again.';

/** For answers that only Microsoft can explain: their name for it, and what its support asks for. */
function unexplained(what: string): ProblemText {
  return (facts) => {
    const request = shown(facts, 'requestId');
    const named = shown(facts, 'serverCode');
    return {
      what: named === '' ? what : `${what} Microsoft calls it ${named}.`,
      doNext:
        request === ''
          ? 'Try again. If it comes back, look into the log at this time.'
          : `Try again. If it comes back, tell Microsoft's support the request id ${request}.`,
    };
  };
}

/** Codes and ids are plain; whatever else a server wrote must not become markup of a card. */
function shown(facts: Facts, name: string): string {
  return String(facts[name] ?? '').replaceAll(/[^\w.-]/g, '');
}

/** What Microsoft Graph, the token endpoint and Exchange's admin endpoint refuse, by code. */
export const M365_PROBLEMS: Readonly<Record<string, ProblemText>> = {
  'graph.credential-refused': {
    what: 'Entra ID did not accept the credential of this application.',
    doNext:
      'Check CLIENT_ID and the certificate or secret: the value of the secret is needed, not its id.',
  },
  'graph.credential-expired': {
    what: 'The client secret or certificate of this application has expired.',
    doNext: 'Make a new one in the app registration and put it into the settings.',
  },
  'graph.credential-unusable': {
    what: 'The certificate file cannot be used to sign in.',
    doNext: 'It must hold a private key and its certificate in PEM form.',
  },
  'graph.login-url-insecure': {
    what: 'The sign-in address is not encrypted, so I sent no credential.',
    doNext: 'LOGIN_URL must start with https://.',
  },
  'graph.application-unknown': {
    what: 'The tenant does not know this application.',
    doNext: 'Check CLIENT_ID and TENANT_ID, and give admin consent in this tenant.',
  },
  'graph.tenant-unknown': {
    what: 'Entra ID does not know this tenant.',
    doNext: 'Check TENANT_ID.',
  },
  'graph.sign-in-blocked': {
    what: 'A Conditional Access policy blocks this application.',
    doNext: 'Exclude the application from the policy for workload identities.',
  },
  'graph.sign-in-refused': {
    what: 'The administrator was not signed in.',
    doNext: 'Run setup again and sign in as a Global Administrator, within a quarter of an hour.',
  },
  'graph.resource-unknown': {
    what: 'The tenant has no such Microsoft service, or it was disabled.',
    doNext: 'Check that Exchange Online is part of a subscription of this tenant.',
  },
  'graph.token-refused': unexplained('Entra ID refused to issue a token.'),
  'graph.token-rejected': { what: 'Microsoft Graph did not accept the token.', doNext: GOES_ON },
  'graph.right-missing': { what: 'Microsoft Graph refused: a right is missing.', doNext: CONSENT },
  'graph.mailbox-access-restricted': {
    what: 'An application access policy keeps me out of the mailbox.',
    doNext: 'Add the mailbox to the group of that policy.',
  },
  'graph.not-found': {
    what: 'Microsoft 365 does not know this person or object any more.',
    doNext: 'Look whether it was deleted or renamed, then start again.',
  },
  'graph.folder-missing': {
    what: 'A folder of the mailbox went away while mail was written to it.',
    doNext: 'Nothing: I make it again in the next round.',
  },
  'graph.item-refused': {
    what: 'Exchange does not take a message in the form in which Graph imports it.',
    doNext: 'Open the message at iCloud; copy it by hand, or write this mailbox over IMAP.',
  },
  'graph.item-too-large': {
    what: 'A message is larger than Exchange takes through Graph.',
    doNext: 'Copy it by hand, or write this mailbox over IMAP.',
  },
  'graph.mailbox-full': {
    what: 'The mailbox is full.',
    doNext: 'Make room, or give it a larger plan or an archive; then try again.',
  },
  'graph.no-mailbox': {
    what: 'There is no mailbox in the cloud, or not yet.',
    doNext: 'Exchange usually takes 15 minutes after a licence. I look again by myself.',
  },
  'graph.usage-location-missing': {
    what: 'The person has no usage location, so no licence can be assigned.',
    doNext: 'Set the usage location in the Microsoft 365 admin center, then try again.',
  },
  'graph.no-free-licence': {
    what: 'All seats of this licence are taken.',
    doNext: 'Buy or free a seat, then try again.',
  },
  'graph.licence-unknown': {
    what: 'The tenant does not have this licence.',
    doNext: 'Choose another plan in the Microsoft 365 admin center, then try again.',
  },
  'graph.licence-conflict': {
    what: 'The licence conflicts with one that the person already has.',
    doNext: 'Remove the other one, or assign a plan with Exchange by hand, then try again.',
  },
  'graph.licence-not-in-country': {
    what: 'Part of the licence may not be used in the country of this person.',
    doNext: 'Check the usage location in the Microsoft 365 admin center, or choose another plan.',
  },
  'graph.licence-incomplete': {
    what: 'The licence needs a service that the person does not have.',
    doNext: 'Assign the licence by hand in the Microsoft 365 admin center, then try again.',
  },
  'graph.licence-failed': {
    what: 'Microsoft 365 could not give the person the licence.',
    doNext: 'Look at the licence errors of the person in the Microsoft 365 admin center.',
  },
  'graph.mailbox-plan-off': {
    what: 'A group gives the person the licence, but with Exchange Online switched off.',
    doNext: 'Switch Exchange Online on in the licence of that group, then try again.',
  },
  'graph.address-taken': {
    what: 'Somebody or something else in the tenant has this address already.',
    doNext:
      'Find who has it in the Microsoft 365 admin center, and remove it there or choose another one.',
  },
  'graph.app-not-in-catalogue': {
    what: 'The app Skybridge is not in the catalogue of your organisation.',
    doNext:
      'Upload it in the Teams admin center under Teams apps, Manage apps, Upload new app (the folder appPackage), then try again.',
  },
  'graph.folder-exists': {
    what: 'The mailbox has a folder of this name already.',
    doNext: 'Nothing: I use it.',
  },
  'graph.directory-synced': {
    what: 'This person is managed in your local directory and must be changed there.',
    doNext: 'Change it in Active Directory, wait for the synchronisation, then try again.',
  },
  'graph.throttled': {
    what: 'Microsoft 365 asked me to slow down.',
    doNext: 'Nothing: I go on when it allows.',
  },
  'graph.unreachable': {
    what: 'Microsoft 365 cannot be reached.',
    doNext: 'Check the network and proxy. I try again by myself.',
  },
  'graph.request-refused': unexplained('Microsoft 365 refused a request.'),
  'graph.unexpected-answer': unexplained('Microsoft 365 answered in a form that I do not know.'),
  'graph.failed': { what: 'Microsoft 365 failed for a moment.', doNext: GOES_ON },
  'exchange-admin.token-rejected': { what: 'Exchange did not accept the token.', doNext: GOES_ON },
  'exchange-admin.right-missing': {
    what: 'Exchange refused: a right is missing.',
    doNext:
      'Give the application the right Exchange.ManageAsApp and an Exchange role, then check again.',
  },
  'exchange-admin.cmdlet-unknown': {
    what: 'The Exchange role of this application lacks a command that I need.',
    doNext:
      'Run setup again: it completes the role. By hand: the commands are in docs/permissions.md.',
  },
  'exchange-admin.parameter-unknown': {
    what: 'The Exchange role of this application lacks a parameter that I need.',
    doNext:
      'Run setup again: it completes the role. By hand: the commands are in docs/permissions.md.',
  },
  'exchange-admin.outside-scope': {
    what: 'I may not change this mailbox: it is not in the group that my Exchange role is limited to.',
    doNext:
      'Add the person to the group that was named at setup (as a direct member, not through another group), then try again.',
  },
  'exchange-admin.not-customized': {
    what: 'This tenant still shares its Exchange configuration with others, so no role can be made.',
    doNext: 'Run setup again, or Enable-OrganizationCustomization in Exchange Online PowerShell.',
  },
  'exchange-admin.object-not-found': {
    what: 'Exchange does not know this mailbox, or not yet.',
    doNext: 'A new mailbox takes about 15 minutes. I look again by myself.',
  },
  'exchange-admin.trustee-unknown': {
    what: 'Exchange does not know this application yet.',
    doNext:
      'Register it with New-ServicePrincipal in Exchange Online PowerShell, then check again.',
  },
  'exchange-admin.already-exists': {
    what: 'Exchange already has it.',
    doNext: 'Nothing: I use what is there.',
  },
  'exchange-admin.throttled': {
    what: 'Exchange asked me to slow down.',
    doNext: 'Nothing: I go on when it allows.',
  },
  'exchange-admin.unreachable': {
    what: 'Exchange cannot be reached.',
    doNext: 'Check the network and proxy. I try again by myself.',
  },
  'exchange-admin.request-refused': unexplained('Exchange refused a request.'),
  'exchange-admin.unexpected-answer': unexplained(
    'Exchange answered in a form that I do not know.',
  ),
  'exchange-admin.failed': { what: 'Exchange failed for a moment.', doNext: GOES_ON },
};
