import {
  compareMailboxes as compareSnapshots,
  type Finding,
} from '../support/compare/compare-mailboxes.ts';
import { snapshotOfStore } from '../support/compare/mailbox-snapshot.ts';
import { EXCHANGE_NAMES } from './sample/exchange-names.ts';
import type { World } from './world.ts';

export interface DemoComparison {
  readonly summary: string;
  /** Empty where the mailboxes agree. */
  readonly findings: readonly string[];
}

/**
 * Compares what iCloud holds with what Exchange would show, message by message: identity, decoded text
 * and attachments, received date to the second, read, answered, flagged and draft.
 */
export async function compareMailboxes(world: World): Promise<DemoComparison> {
  const user = world.exchange.store.accounts()[0]?.user ?? '';
  const source = snapshotOfStore(world.icloud.store, world.icloudAddress);
  const opening = new Set(
    world.sample.folders.filter(({ opens }) => opens).map(({ name }) => name),
  );
  const refused = world.sample.folders
    .flatMap(({ messages }) => messages)
    .filter(({ kind }) => kind === 'virus');
  const result = await compareSnapshots({
    source: { folders: source.folders.filter(({ name }) => opening.has(name)) },
    target: snapshotOfStore(world.exchange.store, user),
    mode: 'semantic',
    folderNames: EXCHANGE_NAMES,
    expected: [
      {
        list: 'missing',
        why: 'Exchange refuses mail in which it finds a virus',
        matches: ({ message }: Finding) => refused.some(({ bytes }) => bytes.equals(message.bytes)),
      },
    ],
  });
  const lists = ['missing', 'extra', 'altered', 'dateWrong', 'flagsWrong', 'misfiled'] as const;
  const findings = lists.flatMap((list) =>
    result[list].map(({ folder, description }) => `${list}: ${folder}: ${description}`),
  );
  return {
    summary: `${result.matched} of ${result.sourceMessages} messages agree in text, attachments, date and flags; ${result.excused.length} refused by Exchange, as planned.`,
    findings: [
      ...findings,
      ...result.foldersMissing.map((name) => `folder missing: ${name}`),
      ...result.unusedExceptions.map((why) => `expected and not seen: ${why}`),
    ],
  };
}
