/** What the verification compared and found, in the lines of the admin's last card. */
import type { VerificationSummary } from '../../jobs/api.ts';
import { formatCount, formatNoun } from '../../words/format.ts';
import { reasonText } from '../../words/words.ts';
import { type CardElement, hint, markedLine } from './elements.ts';

/** No more than was compared. */
export function verificationLines(summary: VerificationSummary): readonly CardElement[] {
  const { compared, differences, arrivedLater, unexplained } = summary;
  const kinds = Object.entries(differences).toSorted(([, a], [, b]) => b - a);
  const different = kinds.reduce((sum, [, count]) => sum + count, 0);
  return [
    different === 0
      ? markedLine(
          'ok',
          `${formatNoun(compared, 'message', 'messages')} compared: identity, date, marks.`,
        )
      : markedLine(
          'warning',
          `${formatNoun(compared, 'message', 'messages')} compared: ${formatNoun(different, 'difference', 'differences')}. The report names each.`,
        ),
    ...kinds.map(([kind, count]) =>
      hint(`• ${formatCount(count)}: ${reasonText(`verify.${kind}`)}`),
    ),
    hint(openedText(summary)),
    ...(arrivedLater > 0
      ? [
          markedLine(
            'warning',
            `${formatNoun(arrivedLater, 'message', 'messages')} came to iCloud after the last pass and ${arrivedLater === 1 ? 'was' : 'were'} not copied.`,
          ),
        ]
      : []),
    ...(unexplained > 0
      ? [
          markedLine(
            'failed',
            `${formatNoun(unexplained, 'message', 'messages')} at iCloud that no list of it had. The report names the folders.`,
          ),
        ]
      : []),
  ];
}

function openedText({ opened }: VerificationSummary): string {
  const { messages, attachments, invitations } = opened;
  const parts = [
    ...(attachments > 0 ? [formatNoun(attachments, 'attachment', 'attachments')] : []),
    ...(invitations > 0 ? [formatNoun(invitations, 'invitation', 'invitations')] : []),
  ];
  const holding = parts.length > 0 ? ` with ${parts.join(' and ')}` : '';
  return `Opened on both sides: ${formatNoun(messages, 'message', 'messages')}${holding}.`;
}
