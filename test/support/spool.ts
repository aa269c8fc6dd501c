import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSpool, type Spool } from '../../src/imap/spool.ts';

/** For ends that are opened by hand; the folder is made with the first large message. */
export const testSpool: Spool = createSpool(path.join(tmpdir(), 'skybridge-test-spool'));
