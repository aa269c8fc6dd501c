import { expect, test } from 'vitest';
import { chooseWritePath } from '../../../src/jobs/choose-write-path.ts';

const CANARIES = ['off', 'not-run', 'passed', 'failed'] as const;

test.for(CANARIES)(
  'a mailbox that takes an IMAP login is written over IMAP, canary %s',
  (importCanary) => {
    for (const jsonAgreed of [true, false]) {
      expect(chooseWritePath({ imapLogin: 'works', importCanary, jsonAgreed })).toEqual({
        kind: 'use',
        path: 'imap',
        because: 'imap-works',
      });
    }
  },
);

test.for(CANARIES)('nothing else is chosen before a login was tried, canary %s', (importCanary) => {
  expect(chooseWritePath({ imapLogin: 'unknown', importCanary, jsonAgreed: true })).toEqual({
    kind: 'ask',
    because: 'login-untried',
  });
});

test.for([
  ['passed', false, { kind: 'use', path: 'graph-import', because: 'canary-passed' }],
  ['passed', true, { kind: 'use', path: 'graph-import', because: 'canary-passed' }],
  ['not-run', true, { kind: 'ask', because: 'canary-due' }],
  ['failed', true, { kind: 'use', path: 'graph-json', because: 'loss-agreed' }],
  ['off', true, { kind: 'use', path: 'graph-json', because: 'loss-agreed' }],
  ['failed', false, { kind: 'ask', because: 'canary-failed' }],
  ['off', false, { kind: 'ask', because: 'import-off' }],
] as const)('without IMAP: canary %s, loss agreed %s', ([importCanary, jsonAgreed, choice]) => {
  expect(chooseWritePath({ imapLogin: 'refused', importCanary, jsonAgreed })).toEqual(choice);
});
