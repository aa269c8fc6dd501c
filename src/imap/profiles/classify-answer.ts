/** Turns a server's NO, BAD or BYE into a typed error: the provider's rows first, then RFC 5530's codes. */
import {
  CommandRefusedError,
  ConnectionLostError,
  FolderExistsError,
  FolderMissingError,
  FolderRefusedError,
  type ImapError,
  LoginRefusedError,
  LoginUnavailableError,
  MessageRefusedError,
  MessagesGoneError,
  MessageTooLargeError,
  QuotaFullError,
  ThrottledError,
} from '../errors.ts';
import type { ImapProfile, ServerAnswer, TextRule } from './profile.ts';
import { toUnavailable } from './unavailable.ts';

/** Standard response codes (RFC 5530, RFC 3501, RFC 4469, RFC 7889, RFC 9051), and a text that many servers share. */
const STANDARD_RULES: readonly TextRule[] = [
  { code: 'UNAVAILABLE', toError: toUnavailable },
  { code: 'INUSE', toError: toUnavailable },
  { code: 'SERVERBUG', toError: toUnavailable },
  { code: 'THROTTLED', toError: ({ text }) => new ThrottledError({ serverText: text }) },
  {
    code: 'LIMIT',
    moments: ['login', 'select', 'fetch', 'command', 'bye'],
    toError: ({ text }) => new ThrottledError({ serverText: text }),
  },
  { code: 'OVERQUOTA', toError: ({ text }) => new QuotaFullError({ serverText: text }) },
  { code: 'TOOBIG', toError: ({ text }) => new MessageTooLargeError({ serverText: text }) },
  {
    code: 'LIMIT',
    moments: ['append'],
    toError: ({ text }) => new MessageTooLargeError({ serverText: text }),
  },
  { code: 'TRYCREATE', toError: ({ text }) => new FolderMissingError({ serverText: text }) },
  { code: 'NONEXISTENT', toError: ({ text }) => new FolderMissingError({ serverText: text }) },
  { code: 'ALREADYEXISTS', toError: ({ text }) => new FolderExistsError({ serverText: text }) },
  { code: 'EXPUNGEISSUED', toError: ({ text }) => new MessagesGoneError({ serverText: text }) },
  {
    // Exchange and Dovecot, with or without the code above: the rest of what was asked for was sent.
    pattern: /some of the requested messages no longer exist/i,
    moments: ['fetch'],
    toError: ({ text }) => new MessagesGoneError({ serverText: text }),
  },
];

/** What an answer means when no row says more. */
function fallbackError({ moment, status, text: serverText }: ServerAnswer): ImapError {
  if (status === 'BYE') {
    // Shown the door before login: too many sessions, or a server that is about to go down.
    return moment === 'login'
      ? new LoginUnavailableError({ serverText })
      : new ConnectionLostError({ serverText });
  }
  switch (moment) {
    case 'login':
      return new LoginRefusedError({ serverText });
    case 'select':
      return status === 'NO'
        ? new FolderMissingError({ serverText })
        : new CommandRefusedError({ serverText });
    case 'create':
      return new FolderRefusedError({ serverText });
    case 'append':
      return new MessageRefusedError('unclassified', { serverText });
    case 'bye':
    case 'fetch':
    case 'command':
      return new CommandRefusedError({ serverText });
    default:
      return moment satisfies never;
  }
}

function matchRule(rule: TextRule, answer: ServerAnswer): { match: RegExpExecArray | null } | null {
  const rightMoment = rule.moments?.includes(answer.moment) ?? true;
  const rightCode = rule.code === undefined || rule.code === answer.code;
  const rightStatus = rule.status === undefined || rule.status === answer.status;
  if (!rightMoment || !rightCode || !rightStatus) {
    return null;
  }
  const match = rule.pattern?.exec(answer.text) ?? null;
  return rule.pattern && !match ? null : { match };
}

/** The typed error for an answer that is no OK. */
export function classifyAnswer(profile: ImapProfile, answer: ServerAnswer): ImapError {
  for (const rule of [...profile.rules, ...STANDARD_RULES]) {
    const found = matchRule(rule, answer);
    if (found) {
      return rule.toError(answer, found.match);
    }
  }
  return fallbackError(answer);
}
