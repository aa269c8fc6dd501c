import type { Words } from '../words.ts';
import { FINDINGS } from './findings.ts';
import { PLAN_NOTES, SETTINGS } from './mailbox.ts';
import { PROBLEMS } from './problems.ts';
import {
  FOLDER_REASONS,
  HIDDEN_FOLDERS_FIX,
  REASONS,
  REFUSALS,
  RENAME_PROBLEMS,
  STATES,
} from './terms.ts';

/** English, the language that every other one is translated from. */
export const english: Words = {
  states: STATES,
  problems: PROBLEMS,
  findings: FINDINGS,
  reasons: REASONS,
  refusals: REFUSALS,
  folderReasons: FOLDER_REASONS,
  hiddenFoldersFix: HIDDEN_FOLDERS_FIX,
  renameProblems: RENAME_PROBLEMS,
  planNotes: PLAN_NOTES,
  settings: SETTINGS,
  unknownProblem: (code) => ({
    what: `Something happened that I have no words for yet. Its name is "${code}".`,
    doNext: 'Try again. If it comes back, look for this name in docs/errors.md and in the log.',
  }),
};
