import { type MessageBytes, SPOOLED_ABOVE_BYTES } from '../../mail/message-bytes.ts';
import type { OpenRow } from '../ledger.ts';
import type { MailSource, NumberedFolder } from '../ports.ts';

/** Whoever takes it closes it. */
export interface ReadContent {
  readonly uid: number;
  readonly content: MessageBytes;
}

/** The messages of a batch: small ones together and in memory, a large one, which is alone, on disk. */
export async function* readContents(
  source: Pick<MailSource, 'readMessages' | 'readLarge'>,
  folder: NumberedFolder,
  rows: readonly Pick<OpenRow, 'uid' | 'sizeBytes'>[],
  signal: AbortSignal,
): AsyncGenerator<ReadContent, void, void> {
  const isLarge = (row: Pick<OpenRow, 'sizeBytes'>): boolean => row.sizeBytes > SPOOLED_ABOVE_BYTES;
  const small = rows.filter((row) => !isLarge(row)).map(({ uid }) => uid);
  if (small.length > 0) {
    for await (const { uid, bytes } of source.readMessages(folder, small, signal)) {
      yield { uid, content: bytes };
    }
  }
  for (const { uid } of rows.filter(isLarge)) {
    const content = await source.readLarge(folder, uid, signal);
    if (content !== null) {
      yield { uid, content };
    }
  }
}
