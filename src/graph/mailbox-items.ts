import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { M365Error, type M365ErrorCode } from './errors.ts';
import type { GraphClient } from './graph-client.ts';
import { graphError, parseGraphAnswer } from './graph-error.ts';
import { importBody, type StreamPieces } from './import-body.ts';
import type { MailboxPace } from './mailbox-pace.ts';
import { type PostOutcome, postStream } from './post-stream.ts';
import { parseRetryAfter } from './retry-after.ts';
import { withGrace } from './with-grace.ts';

/**
 * What became of one import. `unsent`: Exchange cannot have had the whole of it · `unknown`: it may be
 * stored or not.
 */
export type ImportOutcome =
  | { readonly kind: 'stored'; readonly itemId: string }
  | { readonly kind: 'refused'; readonly error: M365Error }
  | { readonly kind: 'unsent'; readonly error: M365Error }
  | { readonly kind: 'unknown'; readonly error: M365Error };

export interface MailboxItemImport {
  readonly folderId: string;
  readonly stream: StreamPieces;
}

/**
 * Items of one mailbox in Exchange's own form. Needs MailboxItem.ImportExport.All. Never tried on a real
 * tenant with a stream that Exchange did not write itself.
 */
export interface MailboxItems {
  /** Never rejects but for a defect; sent once, or again where it was certainly not stored. */
  importItem(item: MailboxItemImport, signal: AbortSignal): Promise<ImportOutcome>;
  /** The stream of each item, in base64; an item that is not there is left out. */
  exportItems(
    itemIds: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Buffer>>;
}

export interface MailboxItemsDeps {
  readonly graph: GraphClient;
  readonly pace: MailboxPace;
  readonly clock: Clock;
  readonly userId: string;
}

/** A URL is made anew that long before it ends. */
const RENEW_BEFORE_MS = 60_000;

/** Waits that a server asks for are kept here up to this; longer ones stop the mailbox. */
const PATIENCE_MS = 60_000;

/** One request, body and answer; large items take their time. */
const ATTEMPT_MS = 180_000;

/** An import that has begun may be answered that long after whoever asked gave up; then nobody knows. */
const GRACE_MS = 5_000;

/** Graph takes no more in one request. */
const EXPORT_AT_ONCE = 20;

const sessionSchema = z.object({ importUrl: z.url(), expirationDateTime: z.iso.datetime() });
const importedSchema = z.object({ itemId: z.string().min(1) });
const exportedSchema = z.object({
  value: z.array(z.object({ itemId: z.string(), data: z.base64().nullish() })),
});
const settingsSchema = z.object({ primaryMailboxId: z.string().min(1) });

/** The URL holds its token: it stands in no log and no error. */
interface ImportSession {
  readonly url: string;
  readonly expiresMs: number;
}

type Answered = PostOutcome & { readonly kind: 'answered' };

/** What an answer of the import URL means. Pure. */
export type ImportVerdict =
  | { readonly kind: 'stored' }
  /** The URL is no longer good, and nothing is stored. */
  | { readonly kind: 'renew' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'refused'; readonly code: M365ErrorCode }
  /** A server in between gave up: Exchange may have the item. */
  | { readonly kind: 'unknown' };

const REFUSALS: Readonly<Record<number, M365ErrorCode>> = {
  400: 'graph.item-refused',
  403: 'graph.right-missing',
  404: 'graph.folder-missing',
  413: 'graph.item-too-large',
  422: 'graph.item-refused',
  507: 'graph.mailbox-full',
};

export function judgeImport({
  status,
  retryAfter,
}: Pick<Answered, 'status' | 'retryAfter'>): ImportVerdict {
  if (status === 200 || status === 201) {
    return { kind: 'stored' };
  }
  if (status === 401) {
    return { kind: 'renew' };
  }
  if (status === 429 || (status === 503 && retryAfter !== null)) {
    return { kind: 'wait' };
  }
  const code = REFUSALS[status];
  if (code !== undefined) {
    return { kind: 'refused', code };
  }
  return status >= 500 ? { kind: 'unknown' } : { kind: 'refused', code: 'graph.request-refused' };
}

export function createMailboxItems(deps: MailboxItemsDeps): MailboxItems {
  const { graph, pace, clock, userId } = deps;
  let mailboxId: Promise<string> | null = null;
  let session: ImportSession | null = null;
  let opening: Promise<ImportSession> | null = null;

  /** A request to Graph counts for the mailbox's budget, too. */
  const paced = async <T>(
    bytes: number,
    work: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    const leave = await pace.enter(bytes, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  };

  const readMailboxId = async (signal: AbortSignal): Promise<string> => {
    const path = `/users/${encodeURIComponent(userId)}/settings/exchange`;
    const settings = await paced(0, () => graph.get({ path }, settingsSchema, signal), signal);
    return settings.primaryMailboxId;
  };

  /** What failed is asked for again by the next caller. */
  const pathOf = async (action: string, signal: AbortSignal): Promise<string> => {
    mailboxId ??= readMailboxId(signal);
    try {
      return `/admin/exchange/mailboxes/${encodeURIComponent(await mailboxId)}/${action}`;
    } catch (error) {
      mailboxId = null;
      throw error;
    }
  };

  const openSession = async (signal: AbortSignal): Promise<ImportSession> => {
    const path = await pathOf('createImportSession', signal);
    const answer = await paced(0, () => graph.act(path, signal), signal);
    const { importUrl, expirationDateTime } = parseGraphAnswer(sessionSchema, answer);
    return { url: importUrl, expiresMs: Date.parse(expirationDateTime) };
  };

  /** Many imports share one URL, and the making of the next. */
  const importUrl = async (signal: AbortSignal): Promise<string> => {
    if (session === null || clock.now().getTime() >= session.expiresMs - RENEW_BEFORE_MS) {
      opening ??= openSession(signal).finally(() => {
        opening = null;
      });
      session = await opening;
    }
    return session.url;
  };

  const sendOnce = async (item: MailboxItemImport, signal: AbortSignal): Promise<PostOutcome> => {
    const url = await importUrl(signal);
    const body = importBody(item.folderId, item.stream);
    const leave = await pace.enter(body.sizeBytes, signal);
    try {
      return await withGrace(
        (late) => {
          const within = AbortSignal.any([late, AbortSignal.timeout(ATTEMPT_MS)]);
          return postStream({ url, ...body }, within);
        },
        { signal, graceMs: GRACE_MS, clock },
      );
    } finally {
      leave();
    }
  };

  const waitOf = ({ retryAfter }: Answered): number =>
    parseRetryAfter(retryAfter, clock.now()) ?? DEFAULT_WAIT_MS;

  const throttled = (waitMs: number, status: number): ImportOutcome => ({
    kind: 'refused',
    error: new M365Error('graph.throttled', {
      status,
      retryAfter: new Date(clock.now().getTime() + waitMs),
    }),
  });

  /** Null: to be sent again, since it was certainly not stored. */
  const settle = (
    outcome: PostOutcome,
    state: { patienceMs: number; renewals: number },
  ): ImportOutcome | null => {
    if (outcome.kind !== 'answered') {
      const error = new M365Error('graph.unreachable', { cause: outcome.cause });
      return { kind: outcome.kind === 'lost' ? 'unknown' : 'unsent', error };
    }
    const verdict = judgeImport(outcome);
    if (verdict.kind === 'stored') {
      return readStored(outcome.text);
    }
    if (verdict.kind === 'wait') {
      const waitMs = waitOf(outcome);
      pace.slowDown(waitMs);
      state.patienceMs -= waitMs;
      return state.patienceMs < 0 ? throttled(waitMs, outcome.status) : null;
    }
    if (verdict.kind === 'renew' && state.renewals > 0) {
      state.renewals -= 1;
      session = null;
      return null;
    }
    const error = refusalOf(outcome, verdict.kind === 'refused' ? verdict.code : null);
    return { kind: verdict.kind === 'unknown' ? 'unknown' : 'refused', error };
  };

  return {
    async importItem(item, signal) {
      const state = { patienceMs: PATIENCE_MS, renewals: 1 };
      for (;;) {
        try {
          const settled = settle(await sendOnce(item, signal), state);
          if (settled !== null) {
            return settled;
          }
        } catch (error) {
          // No octet of the item has left: opening the session failed, or whoever asked gave up.
          return notSent(error, signal);
        }
      }
    },

    async exportItems(itemIds, signal) {
      const found = new Map<string, Buffer>();
      for (let at = 0; at < itemIds.length; at += EXPORT_AT_ONCE) {
        const body = { itemIds: itemIds.slice(at, at + EXPORT_AT_ONCE) };
        const path = await pathOf('exportItems', signal);
        const answer = await paced(
          JSON.stringify(body).length,
          () => graph.write('POST', path, body, signal),
          signal,
        );
        for (const { itemId, data } of parseGraphAnswer(exportedSchema, answer).value) {
          if (data !== undefined && data !== null) {
            found.set(itemId, Buffer.from(data, 'base64'));
          }
        }
      }
      return found;
    },
  };
}

const DEFAULT_WAIT_MS = 5_000;

/** Exchange has it; an answer that names no id does not change that. */
function readStored(text: string): ImportOutcome {
  try {
    return { kind: 'stored', itemId: importedSchema.parse(JSON.parse(text)).itemId };
  } catch (cause) {
    return { kind: 'unknown', error: new M365Error('graph.unexpected-answer', { cause }) };
  }
}

/** The server's own code says more than the status, where the table knows it. */
function refusalOf({ status, text }: Answered, code: M365ErrorCode | null): M365Error {
  const said = graphError(status, text);
  return new M365Error(code ?? said.code, {
    status,
    serverCode: said.serverCode,
    serverText: said.serverText,
    requestId: said.requestId,
  });
}

function notSent(error: unknown, signal: AbortSignal): ImportOutcome {
  if (signal.aborted) {
    return { kind: 'unsent', error: new M365Error('graph.unreachable', { cause: error }) };
  }
  if (error instanceof M365Error) {
    // A right, a mailbox or a token: the next message would meet the same.
    return { kind: error.disposition === 'retry' ? 'unsent' : 'refused', error };
  }
  throw error;
}
