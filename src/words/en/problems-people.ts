import type { ProblemText } from '../words.ts';

const FAULTS: Readonly<Record<string, string>> = {
  'no-address': 'it names no mailbox in EmailAddress',
  'bad-address': 'what stands in EmailAddress is no address',
  'no-account': 'it names no iCloud account in UserName',
  'bad-account': 'what stands in UserName is no iCloud account',
  'bad-submitter': 'what stands in Submitter is no address',
  formula: 'it has a formula of a spreadsheet where an address should be',
  'account-twice': 'its iCloud account is on an earlier line too, and can move to one mailbox only',
};

/** Why somebody on a list is not moved, and why a list is not taken. */
export const PEOPLE_PROBLEMS: Readonly<Record<string, ProblemText>> = {
  'people.nobody': {
    what: 'I found nobody with that name or address in your directory.',
    doNext: 'Check how it is written, or use the address.',
  },
  'people.several': ({ count }) => ({
    what: `${count === undefined ? 'Several' : String(count)} people answer to that.`,
    doNext: 'Use the address by which the person signs in.',
  }),
  'people.resource-mailbox': {
    what: 'This is the mailbox of a room or a device.',
    doNext: 'Choose the mailbox of a person, or a shared mailbox.',
  },
  'people.disabled-account': {
    what: 'This account is switched off, so nobody could read the mail.',
    doNext: 'Switch the account on, or name in the list who enters the password.',
  },
  'people.submitter-missing': {
    what: 'This mailbox is shared: nobody signs in to it who could enter the password.',
    doNext: 'Name in the column Submitter who does.',
  },
  'people.submitter-unfit': {
    what: 'Whoever should enter the password is no person of this tenant who can sign in.',
    doNext: 'Name somebody of your own tenant with an account that is switched on.',
  },
  'people.already-moving': {
    what: 'This mail is being moved already.',
    doNext: 'Say "status" to see how far it is.',
  },
  'people.not-created': {
    what: 'There is no such person yet.',
    doNext: 'Let me create the person, or do it yourself, then check again.',
  },
  'people.line-faulty': ({ fault }) => ({
    what: `The line cannot be used: ${FAULTS[String(fault)] ?? 'something on it is missing or wrong'}.`,
    doNext: 'Put the line right and send the list again.',
  }),
  'people.nobody-ready': {
    what: 'Nobody on this list can be moved as things stand.',
    doNext: 'Each line says why. Put that right, then check again.',
  },
  'people.list-empty': {
    what: 'There is nobody on this list.',
    doNext: 'Name people, a group with members, or a file with lines below its header.',
  },
  'people.list-too-long': {
    what: 'The list is too long for one batch.',
    doNext:
      'Share it out: at most 10,000 lines a file or group, and 100 names that are no addresses.',
  },
  'people.list-unreadable': {
    what: 'I cannot read this list: a quotation mark in it is not closed.',
    doNext: 'Save it as CSV again, then send it anew.',
  },
  'people.list-password-column': ({ columns }) => ({
    what: `The list has a column for passwords${columns === undefined ? '' : ` (${String(columns)})`}. I have not kept it.`,
    doNext:
      'Take the column out. I ask each person for the password myself, so that nobody else sees it.',
  }),
  'people.list-column-missing': ({ columns }) => ({
    what: `The list lacks ${columns === undefined ? 'a column' : `the column ${String(columns)}`}.`,
    doNext:
      'It needs EmailAddress and UserName in its first line, and Submitter for shared mailboxes.',
  }),
  'people.list-column-twice': ({ columns }) => ({
    what: `The list has ${columns === undefined ? 'a column' : `the column ${String(columns)}`} twice.`,
    doNext: 'Take one of them out, then send it anew.',
  }),
  'file.foreign-host': {
    what: 'The file does not lie in the SharePoint or OneDrive of your own tenant, so I did not fetch it.',
    doNext: 'Send it from your own OneDrive, or paste its lines into "Names or addresses".',
  },
  'file.too-large': {
    what: 'The file is larger than any list of people that I take (8 MB).',
    doNext: 'Share it out: at most 10,000 lines a file, with the columns that I use.',
  },
  'file.not-given': {
    what: 'The file was not handed over: the link to it has ended, or it wants somebody to sign in.',
    doNext: 'Send the file once more.',
  },
  'file.unreachable': {
    what: 'I could not fetch the file: its server did not answer in time.',
    doNext: 'Send the file once more in a minute.',
  },
  'file.workbook': {
    what: 'This is a workbook of Excel, and I read CSV files.',
    doNext: 'Save it as "CSV UTF-8", then send that file.',
  },
  'file.no-text': {
    what: 'This is no list that I can read: the file is no text.',
    doNext: 'Send a CSV file with the columns EmailAddress and UserName.',
  },
  'file.not-taken': {
    what: 'Your OneDrive did not take the file.',
    doNext: 'Ask for it once more; the link to put it there is good for minutes only.',
  },
  'export.too-large': {
    what: 'The audit of these days is larger than I send through Teams (40 MB).',
    doNext:
      'Say "audit" and fewer days, or let the operator print it with "node src/main.ts audit --csv".',
  },
  'file.several': {
    what: 'These are several files, and I read one list at a time.',
    doNext: 'Send one of them, and the next when that is done.',
  },
};
