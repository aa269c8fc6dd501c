/** One contract for every target of mail. */
import { describe } from 'vitest';
import { describeWith } from '../../support/witness.ts';
import { testTarget } from './target-contract.ts';
import {
  startDovecotWorld,
  startExchangeImapWorld,
  startGraphImportWorld,
} from './target-world.ts';

const OF_EXCHANGE = { sizeLimits: [20_000], pausesMs: [50] };

describeWith('dovecot', 'IMAP on Dovecot', () => {
  testTarget(startDovecotWorld, { sizeLimits: [], pausesMs: [] });
});
describe('IMAP on the simulated Exchange', () => {
  testTarget(startExchangeImapWorld, OF_EXCHANGE);
});
describe('import through Graph on the simulated Exchange', () => {
  testTarget(startGraphImportWorld, OF_EXCHANGE);
});
