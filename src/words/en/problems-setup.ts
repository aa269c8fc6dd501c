import type { Facts, ProblemText } from '../words.ts';

const named = (facts: Facts, otherwise: string): string => String(facts['subject'] ?? otherwise);

/** What keeps `setup` from preparing a tenant, and `support` from its bundle, by code. */
export const SETUP_PROBLEMS: Readonly<Record<string, ProblemText>> = {
  'backup.no-database': {
    what: 'There is no database in DATA_DIR yet, so there is nothing to back up.',
    doNext: 'Set DATA_DIR or DATABASE_URL as for the service, then try again.',
  },
  'backup.file': {
    what: 'The file of the backup cannot be used.',
    doNext:
      'For backup, name a new file: none is written over. For restore, name one that backup wrote.',
  },
  'backup.not-empty': {
    what: 'The database has moves or an audit in it, and nothing is restored over them.',
    doNext: 'Restore into a new DATA_DIR, or an empty database.',
  },
  'backup.other-schema': {
    what: 'The backup was made by another version, or is none.',
    doNext: 'Restore it with the version that made it, then start this one on it.',
  },
  'backup.not-whole': {
    what: 'The backup ends before its end; nothing was restored.',
    doNext: 'Use another copy of it, or an older backup.',
  },
  'support.no-database': {
    what: 'There is no database in DATA_DIR yet, so there is nothing to tell of.',
    doNext: 'Set DATA_DIR or DATABASE_URL as for the service, then try again.',
  },
  'support.file': {
    what: 'The file of the support bundle, or the log that was named, cannot be used.',
    doNext: 'Name a new file in a folder that can be written to; none is written over.',
  },
  'setup.group-unknown': (facts) => ({
    what: `Exchange does not know the group ${named(facts, 'that was named')}.`,
    doNext:
      'Make it in the Exchange admin center as a mail-enabled security group, or with New-DistributionGroup -Type Security, then run setup again.',
  }),
  'setup.group-unfit': (facts) => ({
    what: `${named(facts, 'The group')} is no mail-enabled security group, so Exchange cannot limit the app to it.`,
    doNext: 'Name another group, or make one with New-DistributionGroup -Type Security.',
  }),
  'setup.name-taken': (facts) => ({
    what: `Exchange has something named "${named(facts, 'Skybridge')}" that setup did not make, so I left it alone.`,
    doNext: 'Rename or remove it, then run setup again.',
  }),
  'setup.identity-unknown': (facts) => ({
    what: `The tenant does not know the managed identity ${named(facts, 'that was named')}.`,
    doNext: 'Give its client id or its object id, as the Azure portal shows them.',
  }),
  'setup.customization-slow': {
    what: 'Exchange is still preparing the tenant for its own configuration.',
    doNext: 'This can take hours. Run setup again later: it goes on where it was.',
  },
  'setup.other-tenant': (facts) => ({
    what: `DATA_DIR belongs to the set-up of another tenant: ${named(facts, 'its record names it')}.`,
    doNext: 'Use another DATA_DIR for each tenant.',
  }),
  'setup.record-unreadable': (facts) => ({
    what: `The record of the set-up cannot be read: ${named(facts, 'setup.json in DATA_DIR')}.`,
    doNext: 'Move the file away and run setup again: it finds in the tenant what it made.',
  }),
};
