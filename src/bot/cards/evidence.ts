/** The parts of admin cards that prove something: sums, the pilot's comparison, folder names. */
import type { FolderMapping, MailboxRoom, PilotResult, Tally } from '../../jobs/api.ts';
import { formatCount, formatExchangeBytes, formatNoun } from '../../words/format.ts';
import { reasonText, wordsFor } from '../../words/words.ts';
import type { CardElement, TextBlock } from './elements.ts';
import { hint, markedLine, paragraph, plain, subheading } from './elements.ts';

const MOST_LINES = 10;

function total(reasons: Readonly<Record<string, number>>): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, 0);
}

/** "12 were skipped: …", one line a reason, the most frequent first. */
function reasonLines(reasons: Readonly<Record<string, number>>): readonly TextBlock[] {
  return Object.entries(reasons)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_LINES)
    .map(([code, count]) => hint(`• ${formatCount(count)}: ${plain(reasonText(code))}`));
}

/** Whether every listed message is accounted for: nothing open, and the parts add up to the whole. */
export function isExplained(tally: Tally): boolean {
  const { source, copied, alreadyThere, skipped, failed, gone, open } = tally;
  return open === 0 && source === copied + alreadyThere + total(skipped) + total(failed) + gone;
}

/** "Every one of 128,440 messages is accounted for: 128,391 copied + …"; the sum is shown. */
export function sums(tally: Tally): readonly CardElement[] {
  const parts = [
    [tally.copied, 'copied'],
    [tally.alreadyThere, 'were already there'],
    [total(tally.skipped), 'skipped'],
    [total(tally.failed), 'could not be stored'],
    [tally.gone, 'deleted in iCloud meanwhile'],
    [tally.open, 'still open'],
  ] as const;
  const shown = parts.filter(([count, what]) => count > 0 || what === 'copied');
  const sum = shown.map(([count, what]) => `${formatCount(count)} ${what}`).join(' + ');
  const source = formatCount(tally.source);
  const first = isExplained(tally)
    ? markedLine('ok', `Every one of ${source} messages is accounted for.`)
    : markedLine('warning', `Not every one of ${source} messages is accounted for yet.`);
  return [
    first,
    paragraph(`${source} = ${sum}`),
    ...reasonLines(tally.skipped),
    ...reasonLines(tally.failed),
  ];
}

function comparison(
  what: string,
  pair: { readonly compared: number; readonly different: number },
): TextBlock {
  if (pair.compared === 0) {
    return markedLine('ok', `${what}: none there to compare.`);
  }
  const compared = formatCount(pair.compared);
  return pair.different === 0
    ? markedLine('ok', `${what}: ${compared} compared, all the same.`)
    : markedLine('warning', `${what}: ${formatCount(pair.different)} of ${compared} differ.`);
}

/** Source against target, each with its evidence. */
export function pilotEvidence(pilot: PilotResult): readonly CardElement[] {
  const { source, target } = pilot.messages;
  const failed = total(pilot.failed);
  const isWhole = source === target + failed;
  const counts = `${formatCount(source)} in iCloud, ${formatCount(target)} in Outlook`;
  const repaired = total(pilot.repaired);
  return [
    paragraph(`Folder '${plain(pilot.sourcePath)}' → '${plain(pilot.targetPath)}'`, {
      weight: 'Bolder',
    }),
    markedLine(isWhole && failed === 0 ? 'ok' : 'warning', `Count: ${counts}.`),
    comparison('Dates', pilot.dates),
    comparison('Read marks and flags', pilot.flags),
    comparison('Attachments', pilot.attachments),
    ...(repaired > 0
      ? [
          paragraph(`${formatCount(repaired)} were changed so that Exchange takes them:`),
          ...reasonLines(pilot.repaired),
        ]
      : []),
    ...(failed > 0
      ? [
          markedLine('warning', `${formatCount(failed)} could not be stored:`),
          ...reasonLines(pilot.failed),
        ]
      : []),
  ];
}

const MOST_HIDDEN = 5;

/** Folders that Outlook may hide, with what to do about it; nothing where there are none. */
export function hiddenFolders(map: readonly FolderMapping[]): readonly CardElement[] {
  const hidden = map.filter(({ isHidden }) => isHidden);
  if (hidden.length === 0) {
    return [];
  }
  const names = hidden
    .slice(0, MOST_HIDDEN)
    .map(({ targetPath, targetClass }) => `'${plain(targetPath)}' (${plain(targetClass ?? '')})`);
  const more = hidden.length - names.length;
  const list = `${names.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
  const noun = hidden.length === 1 ? 'a folder' : `${formatCount(hidden.length)} folders`;
  return [
    markedLine('warning', `Outlook may hide ${noun}, since the class is not IPF.Note: ${list}.`),
    hint(wordsFor('en').hiddenFoldersFix),
  ];
}

/** Only the folders whose name is not obvious; warnings first, the rest as a number. */
export function folderLines(map: readonly FolderMapping[]): readonly CardElement[] {
  if (map.length === 0) {
    return [];
  }
  const order = ['collision', 'reserved', 'invalid-name', 'special-use'];
  const renamed = map
    .filter((folder) => folder.reason !== null)
    .toSorted((a, b) => order.indexOf(a.reason ?? '') - order.indexOf(b.reason ?? ''));
  const { folderReasons } = wordsFor('en');
  const lines = renamed
    .slice(0, MOST_LINES)
    .map((folder) =>
      paragraph(
        `• '${plain(folder.sourcePath)}' → '${plain(folder.targetPath)}': ${folderReasons[folder.reason ?? ''] ?? ''}`,
        { spacing: 'Small' },
      ),
    );
  const hidden = renamed.length - lines.length;
  const kept = map.length - renamed.length;
  return [
    subheading(`${formatCount(map.length)} folders`),
    ...lines,
    ...(hidden > 0 ? [hint(`And ${formatCount(hidden)} more with a new name.`)] : []),
    ...(kept > 0
      ? [hint(kept === 1 ? '1 keeps its name.' : `${formatCount(kept)} keep their names.`)]
      : []),
  ];
}

/** "iCloud holds 12,904 messages, 3.4 GB"; and how full the mailbox was, and is. */
export function roomLines(room: MailboxRoom | null): readonly CardElement[] {
  if (room === null) {
    return [];
  }
  const { source, before, after } = room;
  const held = formatNoun(source.messages, 'message', 'messages');
  const use = [useText('was', before), ...(after === null ? [] : [useText('is now', after)])];
  const said = use.filter((text) => text !== null);
  const mailbox = said.length === 0 ? '' : ` The mailbox ${said.join(', and ')}.`;
  return [hint(`iCloud holds ${held}, ${formatExchangeBytes(source.bytes)}.${mailbox}`)];
}

/** "was 1.2 GB of 100 GB full"; null where Exchange did not say. */
function useText(verb: string, use: MailboxRoom['before']): string | null {
  if (use.usedBytes === null) {
    return null;
  }
  const whole = use.quotaBytes === null ? '' : ` of ${formatExchangeBytes(use.quotaBytes)}`;
  return `${verb} ${formatExchangeBytes(use.usedBytes)}${whole} full`;
}
