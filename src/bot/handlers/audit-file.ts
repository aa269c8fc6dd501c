/**
 * The audit as a file in the chat: offered with a consent card, and put into the admin's own OneDrive once
 * Teams brings the consent. Rights are asked for both times; the file is made anew from the span of the offer.
 */
import { z } from 'zod';
import { errorCodeOf } from '../../errors.ts';
import type { PostedCard } from '../../jobs/api.ts';
import { formatNoun } from '../../words/format.ts';
import { explain } from '../../words/words.ts';
import { decideAdmin } from '../access.ts';
import {
  fileInfoActivity,
  fileOfferActivity,
  parseFileConsent,
  textActivity,
} from '../activity.ts';
import type { Turn } from '../turn.ts';
import type { HandlerDeps } from './handlers.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MOST_DAYS = 3650;
const ACTION = 'audit.export';

const contextSchema = z.object({
  what: z.literal('audit'),
  since: z.iso.datetime().nullable(),
  until: z.iso.datetime(),
});

/** "365" → so many days, "all" → null; anything else is a month. */
function daysOf(text: string): number | null {
  if (/^all\b/i.test(text)) {
    return null;
  }
  const days = Number(/^\d{1,5}/.exec(text)?.[0] ?? USUAL_DAYS);
  return Math.min(Math.max(days, 1), MOST_DAYS);
}

type AuditFileDeps = Pick<HandlerDeps, 'api' | 'outbound' | 'clock' | 'putFile'>;

/** Offers the file to an admin; the caller has checked the rights. */
export async function offerAudit(
  { api, outbound, clock }: AuditFileDeps,
  { turn, days: said }: { readonly turn: Turn; readonly days: string },
  signal: AbortSignal,
): Promise<void> {
  const until = clock.now();
  const days = daysOf(said);
  const since = days === null ? null : new Date(until.getTime() - days * DAY_MS);
  const { csv, rows } = await api.exportAudit({ since, until }, signal);
  const offer = {
    name: `skybridge-audit-${until.toISOString().slice(0, 10)}.csv`,
    description: `${formatNoun(rows, 'row', 'rows')} of the audit, ${days === null ? 'all there are' : `of the last ${formatNoun(days, 'day', 'days')}`}: who did or tried what.`,
    sizeBytes: Buffer.byteLength(csv),
    context: {
      what: 'audit',
      since: since?.toISOString() ?? null,
      until: until.toISOString(),
    },
  };
  await outbound.post(turn.conversation, fileOfferActivity(offer), signal);
}

export interface ConsentInput {
  readonly turn: Turn;
  readonly value: unknown;
  /** The card that asked. */
  readonly posted: PostedCard | null;
}

/** Answers the consent, or its refusal, in the place of the card that asked. */
export async function answerConsent(
  deps: AuditFileDeps,
  { turn, value, posted }: ConsentInput,
  signal: AbortSignal,
): Promise<void> {
  const text = await settleConsent(deps, turn, value, signal);
  const activity = textActivity(text);
  await (posted === null
    ? deps.outbound.post(turn.conversation, activity, signal)
    : deps.outbound.update(posted, activity, { urgent: true }, signal));
}

async function settleConsent(
  deps: AuditFileDeps,
  turn: Turn,
  value: unknown,
  signal: AbortSignal,
): Promise<string> {
  const { api, outbound, putFile } = deps;
  const audit = async (outcome: 'done' | 'refused', after: string): Promise<void> => {
    await api.audit({
      actor: turn.actor,
      action: ACTION,
      subject: '-',
      outcome,
      before: null,
      after,
    });
  };
  if (turn.conversation.conversationType !== 'personal') {
    await audit('refused', 'not-personal');
    return 'Let us do that in our own chat.';
  }
  const decision = await decideAdmin(api, turn.actor.personId, signal);
  if (decision.kind === 'refused') {
    await audit('refused', decision.reason);
    return decision.text;
  }
  const consent = parseFileConsent(value);
  const context = contextSchema.safeParse(consent?.context).data;
  if (consent === null || context === undefined) {
    await audit('refused', 'unreadable');
    return 'That card is too old. Say "audit" for a new one.';
  }
  if (consent.action === 'decline') {
    return 'Nothing was sent. Say "audit" when you want it.';
  }
  try {
    const since = context.since === null ? null : new Date(context.since);
    const { csv, rows } = await api.exportAudit({ since, until: new Date(context.until) }, signal);
    await putFile(consent.uploadInfo.uploadUrl, Buffer.from(csv), signal);
    await audit('done', `${rows} rows`);
    await outbound.post(turn.conversation, fileInfoActivity(consent.uploadInfo), signal);
    return `The audit is in your OneDrive: ${formatNoun(rows, 'row', 'rows')}.`;
  } catch (error) {
    signal.throwIfAborted();
    const code = errorCodeOf(error);
    await audit('refused', code);
    const { what, doNext } = explain({ code, facts: {} });
    return `${what} ${doNext}`;
  }
}
