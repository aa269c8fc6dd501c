import { errorCodeOf } from '../../errors.ts';
import { decodeList } from '../../jobs/api.ts';
import { cardActivity } from '../activity.ts';
import { continuedCard, problemCard } from '../cards/basics.ts';
import type { Card } from '../cards/elements.ts';
import { TeamsFileError } from '../errors.ts';
import type { Turn } from '../turn.ts';
import type { HandlerDeps } from './handlers.ts';
import { findListed } from './setup.ts';

/** What is no list, by what it is instead. */
const CODE_OF_OTHER = {
  workbook: 'file.workbook',
  'no-text': 'file.no-text',
  // The page on which somebody would sign in.
  'web-page': 'file.not-given',
} as const;

/** Answers an admin who dropped files into the chat: the plan of the list, or why there is none. */
export async function answerFiles(
  deps: HandlerDeps,
  { turn, urls }: { readonly turn: Turn; readonly urls: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const reading = continuedCard('I am reading the list', 'With many people this takes a minute.');
  const posted = await deps.outbound.post(
    turn.conversation,
    cardActivity(reading.content, reading.summary),
    signal,
  );
  const { content, summary } = await planFiles(deps, { turn, urls }, signal);
  await deps.outbound.update(posted, cardActivity(content, summary), { urgent: true }, signal);
}

async function planFiles(
  deps: HandlerDeps,
  { turn, urls }: { readonly turn: Turn; readonly urls: readonly string[] },
  signal: AbortSignal,
): Promise<Card> {
  try {
    const [url, ...others] = urls;
    if (url === undefined || others.length > 0) {
      throw new TeamsFileError('file.several');
    }
    const decoded = decodeList(await deps.fetchFile(url, signal));
    if (decoded.kind === 'other') {
      throw new TeamsFileError(CODE_OF_OTHER[decoded.is]);
    }
    const { card, refusal } = await findListed(deps, decoded.text, signal);
    if (refusal !== null) {
      await refuse(deps, turn, refusal);
    }
    return card;
  } catch (error) {
    signal.throwIfAborted();
    const code = errorCodeOf(error);
    await refuse(deps, turn, code);
    return problemCard({ code, facts: {} }, 'people.ask');
  }
}

async function refuse({ api }: HandlerDeps, { actor }: Turn, code: string): Promise<void> {
  const entry = { action: 'list.file', subject: '-', outcome: 'refused' } as const;
  await api.audit({ actor, ...entry, before: null, after: code });
}
