import {
  ConnectionLostError,
  FolderExistsError,
  FolderMissingError,
  FolderRefusedError,
  MessageRefusedError,
  MessageTooLargeError,
  NotConnectedError,
  QuotaFullError,
  type RefusalReason,
  ThrottledError,
  TlsMissingError,
} from '../errors.ts';
import type { ImapProfile, TextRule } from './profile.ts';
import { toUnavailable } from './unavailable.ts';

const refusal = (pattern: RegExp, reason: RefusalReason, leavesLiteral = false): TextRule => ({
  pattern,
  moments: ['append'],
  toError: ({ text }) => new MessageRefusedError(reason, { serverText: text, leavesLiteral }),
});

const RULES: readonly TextRule[] = [
  {
    pattern: /request is throttled(?:.*?backoff time: (\d{1,9}) milliseconds)?/i,
    toError: ({ text, now }, match) =>
      new ThrottledError({
        serverText: text,
        retryAfter: match?.[1] ? new Date(now.getTime() + Number(match[1])) : null,
      }),
  },
  {
    pattern: /user is authenticated but not connected/i,
    toError: ({ text }) => new NotConnectedError({ serverText: text }),
  },
  {
    pattern: /maximum size of appendable message has been exceeded/i,
    toError: ({ text }) => new MessageTooLargeError({ serverText: text }),
  },
  {
    // A full mailbox, or an overload: Exchange has one text for both, and a person can look.
    pattern: /server unavailable\. 15/i,
    moments: ['append'],
    toError: ({ text }) => new QuotaFullError({ serverText: text }),
  },
  {
    pattern: /server unavailable\. 15/i,
    toError: toUnavailable,
  },
  {
    // What comes behind a connection that Exchange no longer sees as encrypted, or as logged in.
    pattern: /command received in invalid state/i,
    toError: ({ moment, text: serverText }) =>
      moment === 'login'
        ? new TlsMissingError({ serverText })
        : new ConnectionLostError({ serverText }),
  },
  refusal(/NUL characters/i, 'nul'),
  refusal(/invalid header/i, 'invalid-header'),
  refusal(/header limit reached/i, 'header-limit'),
  refusal(/contains a virus/i, 'virus'),
  refusal(/command error\. 10/i, 'long-line', true),
  // Not the message but a command is at fault: what Exchange takes for one may be the rest of a message.
  refusal(/command error\. 1[12]/i, 'unparsable', true),
  // Too large, a full mailbox, a long line or a header that cannot be parsed: one text for all of them.
  refusal(/command argument error\. 1[012]/i, 'unparsable'),
  refusal(/invalid (?:system flag|flag list)/i, 'invalid-flag'),
  {
    pattern: /folder name is reserved/i,
    moments: ['create'],
    toError: ({ text }) => new FolderRefusedError({ serverText: text }),
  },
  {
    pattern: /already exists/i,
    moments: ['create'],
    toError: ({ text }) => new FolderExistsError({ serverText: text }),
  },
  {
    pattern: /doesn't exist/i,
    moments: ['select', 'append', 'command'],
    toError: ({ text }) => new FolderMissingError({ serverText: text }),
  },
  {
    // `BYE Connection closed. 14`: after ten errors, or behind a throttle.
    pattern: /connection (?:is )?closed/i,
    moments: ['bye'],
    toError: ({ text }) => new ConnectionLostError({ serverText: text }),
  },
];

/** outlook.office365.com. */
export const exchangeOnlineProfile: ImapProfile = {
  name: 'exchange-online',
  trustedCapabilities: ['LITERAL+', 'UIDPLUS', 'MOVE', 'UNSELECT', 'ID', 'NAMESPACE'],
  triesLocalPart: false,
  prefersLogin: false,
  namesCapabilitiesLate: false,
  // By name only the domain knows them: they are in the mailbox's language.
  specialNames: {},
  internalFolders: null,
  foldsCase: true,
  maxEagerLiteralBytes: 1024 * 1024,
  maxLineBytes: 10_239,
  maxRefusals: 10,
  earlyAnswerIsDesync: true,
  rules: RULES,
};
