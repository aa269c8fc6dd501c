/** One contract for every target of mail. */
import { describe } from 'vitest';
import { describeWith } from '../../support/witness.ts';
import { testTarget } from './target-contract.ts';
import {
  startDovecotWorld,
  startExchangeImapWorld,
  startGraphImportWorld,
} from './target-world.ts';

describeWith('dovecot', 'IMAP on Dovecot', () => {
  testTarget(startDovecotWorld);
});
describe('IMAP on the simulated Exchange', () => {
  testTarget(startExchangeImapWorld);
});
describe('import through Graph on the simulated Exchange', () => {
  testTarget(startGraphImportWorld);
});
