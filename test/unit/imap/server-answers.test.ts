import { describe, expect, test } from 'vitest';
import { chooseProfile } from '../../../src/imap/profiles/choose-profile.ts';
import { classifyAnswer } from '../../../src/imap/profiles/classify-answer.ts';
import type { ProfileName, ServerMoment } from '../../../src/imap/profiles/profile.ts';

const NOW = new Date('2026-01-01T00:00:00Z');

interface Row {
  readonly profile: ProfileName;
  readonly moment: ServerMoment;
  readonly answer: string;
  readonly is: string;
}

/** `NO [CODE] text` → the answer as the wire reads it. */
function classify({ profile, moment, answer }: Row): unknown {
  const [, status, rest = ''] = /^(NO|BAD|BYE) (.*)$/.exec(answer) ?? [];
  const code = /^\[([A-Z]+)/.exec(rest)?.[1] ?? null;
  return classifyAnswer(chooseProfile('', profile), {
    status: status === 'BAD' || status === 'BYE' ? status : 'NO',
    code,
    text: rest,
    moment,
    now: NOW,
  });
}

const row = (profile: ProfileName, moment: ServerMoment, answer: string, is: string): Row => ({
  profile,
  moment,
  answer,
  is,
});

const ROWS: readonly Row[] = [
  row(
    'icloud',
    'login',
    'NO [AUTHENTICATIONFAILED] Authentication failed',
    'imap.login-refused ask',
  ),
  row(
    'icloud',
    'login',
    'NO [UNAVAILABLE] Too many simultaneous connections',
    'imap.login-unavailable wait',
  ),
  row('icloud', 'login', 'NO [UNAVAILABLE] Temporary failure', 'imap.login-unavailable wait'),
  row('icloud', 'fetch', 'NO Service temporarily unavailable', 'imap.server-unavailable wait'),
  row(
    'icloud',
    'login',
    'BAD [UNAVAILABLE] Service temporarily unavailable',
    'imap.login-unavailable wait',
  ),
  row('icloud', 'login', 'NO Service temporarily unavailable', 'imap.login-unavailable wait'),
  row('icloud', 'select', 'NO Service temporarily unavailable', 'imap.server-unavailable wait'),
  row('icloud', 'login', 'NO [LIMIT] Too many', 'imap.throttled wait'),
  row('icloud', 'fetch', 'BAD Please select a mailbox first', 'imap.connection-lost retry'),
  row(
    'icloud',
    'fetch',
    'NO Some of the requested messages no longer exist',
    'imap.messages-gone retry',
  ),
  row(
    'icloud',
    'select',
    'NO [NONEXISTENT] Mailbox does not exist (took 1 ms)',
    'imap.folder-missing stop',
  ),
  row('exchange-online', 'login', 'NO AUTHENTICATE failed.', 'imap.login-refused ask'),
  row(
    'exchange-online',
    'command',
    'BAD User is authenticated but not connected.',
    'imap.not-connected ask',
  ),
  row(
    'exchange-online',
    'append',
    'NO Request is throttled. Suggested Backoff Time: 3000 milliseconds',
    'imap.throttled wait',
  ),
  row('exchange-online', 'fetch', 'BAD Request is throttled.', 'imap.throttled wait'),
  row('exchange-online', 'select', 'NO Request is throttled.', 'imap.throttled wait'),
  row(
    'exchange-online',
    'bye',
    'BYE Request is throttled. Suggested Backoff Time: 3000 milliseconds',
    'imap.throttled wait',
  ),
  row('exchange-online', 'fetch', 'BAD command line limit exceeded', 'imap.command-refused stop'),
  row(
    'exchange-online',
    'fetch',
    'NO Some of the requested messages no longer exist.',
    'imap.messages-gone retry',
  ),
  row('exchange-online', 'select', 'NO Server Unavailable. 15', 'imap.server-unavailable wait'),
  row('exchange-online', 'fetch', 'NO Server Unavailable. 15', 'imap.server-unavailable wait'),
  row('exchange-online', 'login', 'NO Server Unavailable. 15', 'imap.login-unavailable wait'),
  row('exchange-online', 'login', 'BAD Command received in Invalid state.', 'imap.tls-missing ask'),
  row(
    'exchange-online',
    'fetch',
    'BAD Command received in Invalid state.',
    'imap.connection-lost retry',
  ),
  row(
    'exchange-online',
    'append',
    'NO Maximum size of appendable message has been exceeded.',
    'imap.message-too-large stop',
  ),
  row('exchange-online', 'append', 'NO Server Unavailable. 15', 'imap.quota-full ask'),
  row(
    'exchange-online',
    'append',
    'NO Message contains NUL characters',
    'imap.message-refused stop nul',
  ),
  row(
    'exchange-online',
    'append',
    'NO Message contains invalid header',
    'imap.message-refused stop invalid-header',
  ),
  row(
    'exchange-online',
    'append',
    'NO Message refused because it contains a virus',
    'imap.message-refused stop virus',
  ),
  row(
    'exchange-online',
    'append',
    'NO header limit reached',
    'imap.message-refused stop header-limit',
  ),
  row(
    'exchange-online',
    'append',
    'BAD Command Argument Error. 11',
    'imap.message-refused stop unparsable',
  ),
  row(
    'exchange-online',
    'append',
    'BAD Command Argument Error. 12',
    'imap.message-refused stop unparsable',
  ),
  row('exchange-online', 'append', 'BAD Command Error. 10', 'imap.message-refused stop long-line'),
  row('exchange-online', 'append', 'BAD Command Error. 11', 'imap.message-refused stop unparsable'),
  row('exchange-online', 'append', 'BAD Command Error. 12', 'imap.message-refused stop unparsable'),
  row(
    'exchange-online',
    'append',
    'BAD Invalid system flag \\FORWARDED',
    'imap.message-refused stop invalid-flag',
  ),
  row(
    'exchange-online',
    'append',
    'NO APPEND Invalid flag list',
    'imap.message-refused stop invalid-flag',
  ),
  row('exchange-online', 'append', "NO INBOX doesn't exist", 'imap.folder-missing stop'),
  row(
    'exchange-online',
    'append',
    'NO [TRYCREATE] The requested item could not be found.',
    'imap.folder-missing stop',
  ),
  row('exchange-online', 'create', 'NO Folder name is reserved', 'imap.folder-refused ask'),
  row('exchange-online', 'create', 'NO Mailbox already exists', 'imap.folder-exists stop'),
  row('exchange-online', 'bye', 'BYE Connection closed. 14', 'imap.connection-lost retry'),
  row(
    'generic',
    'append',
    'NO [OVERQUOTA] Quota exceeded (mailbox for user is full)',
    'imap.quota-full ask',
  ),
  row('generic', 'append', 'NO [TOOBIG] no', 'imap.message-too-large stop'),
  row('generic', 'append', 'NO Mailbox was deleted under us', 'imap.folder-missing stop'),
  row('generic', 'append', 'NO [LIMIT] too large', 'imap.message-too-large stop'),
  row('generic', 'login', 'NO [LIMIT] slow down', 'imap.throttled wait'),
  row('generic', 'login', 'NO [INUSE] locked', 'imap.login-unavailable wait'),
  row(
    'generic',
    'append',
    'NO [SERVERBUG] Internal error occurred',
    'imap.server-unavailable wait',
  ),
  row('generic', 'append', 'NO whatever', 'imap.message-refused stop unclassified'),
  row('generic', 'create', 'NO [ALREADYEXISTS] there', 'imap.folder-exists stop'),
  row('generic', 'create', 'NO [NOPERM] no', 'imap.folder-refused ask'),
  row(
    'generic',
    'fetch',
    'NO [EXPUNGEISSUED] Some of the requested messages no longer exist',
    'imap.messages-gone retry',
  ),
  row(
    'generic',
    'fetch',
    'NO Some of the requested messages no longer exist',
    'imap.messages-gone retry',
  ),
  row('generic', 'select', 'NO no such box', 'imap.folder-missing stop'),
  row('generic', 'command', 'BAD what', 'imap.command-refused stop'),
  row('generic', 'bye', 'BYE [UNAVAILABLE] going down', 'imap.server-unavailable wait'),
];

describe('what servers say', () => {
  test.for(ROWS)('$profile, $moment: $answer', (one) => {
    const [code, disposition, reason] = one.is.split(' ');
    expect(classify(one)).toMatchObject({ code, disposition, ...(reason ? { reason } : {}) });
  });

  test('the hint of a throttle becomes an instant', () => {
    const throttled = row(
      'exchange-online',
      'append',
      'BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds',
      '',
    );
    expect(classify(throttled)).toMatchObject({ retryAfter: new Date(NOW.getTime() + 299_961) });
  });

  test('server text in an error is short and printable', () => {
    const noisy = row('generic', 'append', `NO \u0007${'x'.repeat(900)}`, '');
    expect(classify(noisy)).toMatchObject({ serverText: expect.stringMatching(/^\?x{199}$/) });
  });

  test('hosts choose their profile', () => {
    expect(chooseProfile('imap.mail.me.com').name).toBe('icloud');
    expect(chooseProfile('p02-imap.mail.me.com').name).toBe('icloud');
    expect(chooseProfile('outlook.office365.com').name).toBe('exchange-online');
    expect(chooseProfile('localhost').name).toBe('generic');
    expect(chooseProfile('localhost', 'icloud').name).toBe('icloud');
  });
});
