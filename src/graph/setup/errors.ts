import { AppError, type Disposition } from '../../errors.ts';

/** Each code with what the caller can do and what was seen. */
const MEANINGS = {
  'setup.group-unknown': ['ask', 'Exchange does not know the group.'],
  'setup.group-unfit': ['ask', 'The group is no mail-enabled security group.'],
  'setup.name-taken': ['ask', 'Something of this name is in the tenant that setup did not make.'],
  'setup.identity-unknown': ['ask', 'The tenant does not know this managed identity.'],
  'setup.customization-slow': ['wait', 'Exchange is still preparing the tenant.'],
  'setup.other-tenant': ['ask', 'The record of the set-up is of another tenant.'],
  'setup.record-unreadable': ['ask', 'The record of the set-up cannot be read.'],
} as const satisfies Readonly<Record<string, readonly [Disposition, string]>>;

export type SetupErrorCode = keyof typeof MEANINGS;

/** Codes with their dispositions, for the page that explains them. */
export const SETUP_ERROR_CODES: Readonly<Record<string, Disposition>> = Object.fromEntries(
  Object.entries(MEANINGS).map(([code, [disposition]]) => [code, disposition]),
);

/** The tenant cannot be prepared as asked; `code` says why, `subject` names what it is about. */
export class SetupError extends AppError {
  override readonly name = 'SetupError';
  readonly code: SetupErrorCode;
  readonly disposition: Disposition;
  /** A group's address, an object's name, an id: what an administrator gave or can look up. */
  readonly subject: string;
  constructor(code: SetupErrorCode, subject: string, options?: ErrorOptions) {
    const [disposition, text] = MEANINGS[code];
    super(text, options);
    this.code = code;
    this.disposition = disposition;
    this.subject = subject;
  }
}
