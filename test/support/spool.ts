import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSpool, type Spool } from '../../src/imap/spool.ts';
import type { SpooledMessage } from '../../src/mail/message-bytes.ts';

/** For ends that are opened by hand; the folder is made with the first large message. */
export const testSpool: Spool = createSpool(path.join(tmpdir(), 'skybridge-test-spool'));

const opened: SpooledMessage[] = [];

/** The same bytes on disk, until `closeSpooled`. */
export async function spooled(bytes: Buffer): Promise<SpooledMessage> {
  const writer = await testSpool.begin();
  await writer.write(bytes);
  const content = writer.finish();
  opened.push(content);
  return content;
}

export async function closeSpooled(): Promise<void> {
  await Promise.all(opened.splice(0).map((content) => content.close()));
}
