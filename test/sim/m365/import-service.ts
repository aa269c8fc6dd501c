/**
 * The host behind an import URL, which is not Graph: it takes one item a request, with the token that is in
 * the URL and no other. Limits are those that Outlook's services are believed to keep.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type Express } from 'express';
import { badRequest, graphRefusal } from './graph-errors.ts';
import { idOf } from './graph-mail-folders.ts';
import { addressOf, itemNotFound, mailOf, messageId } from './graph-messages.ts';
import type { GraphRouteDeps } from './graph-routes.ts';
import { foldersOf, type Owner } from './mail-folders.ts';
import { type Answer, runOperation, type ServiceContext } from './service.ts';
import { type Alteration, alterItem } from './stream/alter-item.ts';
import { checkItem } from './stream/item-rules.ts';
import { messageOfItem } from './stream/message-of-item.ts';
import { readSimStream, type SimItem, StreamRefusal } from './stream/read-stream.ts';

/** What may be changed between calls. */
export interface ImportQuirks {
  importLatencyMs: number;
  /** A URL is good for that long. */
  importSessionMs: number;
  /** Longest request that is taken; nobody has documented one. */
  importMaxBytes: number;
  importAtOnce: number;
  /** In ten minutes. */
  importRequests: number;
  /** In five minutes. */
  importBytes: number;
  /** What Retry-After says, in seconds. */
  importRetryAfter: string;
  /** What becomes of items that are imported; null: what was written. */
  importAlters: Alteration | null;
  /** Octets of a buffer in what is given out. */
  exportBufferBytes: number;
}

export const IMPORT_QUIRKS: ImportQuirks = {
  importLatencyMs: 0,
  importSessionMs: 60 * 60 * 1000,
  importMaxBytes: 150 * 1024 * 1024,
  importAtOnce: 4,
  importRequests: 10_000,
  importBytes: 150 * 1024 * 1024,
  importRetryAfter: '1',
  importAlters: null,
  exportBufferBytes: 31_680,
};

/** How many requests of one mailbox were under way, from one moment to the next. */
export interface LoadSample {
  readonly atMs: number;
  readonly inFlight: number;
}

export interface ImportSessions {
  readonly limits: Pick<ImportQuirks, 'exportBufferBytes'>;
  open(owner: Owner): { readonly importUrl: string; readonly expirationDateTime: string };
  /** Where the service listens; known once it does. */
  origin: string;
}

interface Session {
  readonly owner: Owner;
  readonly expiresMs: number;
}

interface Load {
  inFlight: number;
  readonly requests: { readonly atMs: number; readonly bytes: number }[];
}

export interface ImportService {
  readonly sessions: ImportSessions;
  readonly application: Express;
  /** Changes of the load, in order. */
  readonly samples: LoadSample[];
}

const PROPERTIES = ['FolderId', 'Mode', 'Data', 'ItemId', 'ChangeKey'];
const TEN_MINUTES = 600_000;
const FIVE_MINUTES = 300_000;

export function createImportService(
  deps: GraphRouteDeps & { readonly context: ServiceContext; readonly limits: ImportQuirks },
): ImportService {
  const { context, directory, limits } = deps;
  const open = new Map<string, Session>();
  const loads = new Map<string, Load>();
  const samples: LoadSample[] = [];

  const sessions: ImportSessions = {
    limits,
    origin: '',
    open(owner) {
      const token = randomBytes(24).toString('base64url');
      const expiresMs = directory.now() + limits.importSessionMs;
      open.set(token, { owner, expiresMs });
      deps.journal.tokens.push(token);
      const mailbox = `MBX:${owner.mailbox.exchangeGuid}@${directory.tenantId}`;
      return {
        importUrl: `${sessions.origin}/api/gv1.0/Mailboxes('${mailbox}')/importItem?authtoken=${token}`,
        expirationDateTime: new Date(expiresMs).toISOString(),
      };
    },
  };

  const loadOf = (owner: Owner): Load => {
    const load = loads.get(owner.id) ?? { inFlight: 0, requests: [] };
    loads.set(owner.id, load);
    return load;
  };

  const application = express();
  application.disable('x-powered-by');
  application.use(express.text({ type: () => true, limit: '400mb' }));
  application.post('/api/gv1.0/:mailbox/importItem', (request, response) =>
    runOperation(context, 'POST importItem', { request, response }, async () => {
      const token = request.query['authtoken'];
      const session = typeof token === 'string' ? open.get(token) : undefined;
      if (session === undefined || session.expiresMs <= directory.now()) {
        throw graphRefusal(401, 'InvalidAuthenticationToken', 'The import session has expired.');
      }
      const wanted = `Mailboxes('MBX:${session.owner.mailbox.exchangeGuid}@${directory.tenantId}')`;
      if (request.params['mailbox'] !== wanted) {
        throw badRequest('The URL was changed.');
      }
      if (request.get('authorization') !== undefined) {
        throw badRequest('An import takes no Authorization header.');
      }
      const body: string = typeof request.body === 'string' ? request.body : '';
      const load = loadOf(session.owner);
      const throttled = throttle(load, body.length, { now: directory.now(), limits });
      if (throttled !== null) {
        response.set('Retry-After', limits.importRetryAfter);
        throw throttled;
      }
      load.inFlight += 1;
      samples.push({ atMs: performance.now(), inFlight: load.inFlight });
      try {
        if (limits.importLatencyMs > 0) {
          await delay(limits.importLatencyMs, undefined, { ref: false });
        }
        return importOne(deps, session.owner, body);
      } finally {
        load.inFlight -= 1;
        samples.push({ atMs: performance.now(), inFlight: load.inFlight });
      }
    }),
  );
  return { sessions, application, samples };
}

function throttle(
  load: Load,
  bytes: number,
  { now, limits }: { readonly now: number; readonly limits: ImportQuirks },
): Error | null {
  const since = (ms: number): Load['requests'] =>
    load.requests.filter(({ atMs }) => atMs > now - ms);
  const sent = since(FIVE_MINUTES).reduce((sum, one) => sum + one.bytes, 0);
  if (load.inFlight >= limits.importAtOnce) {
    return graphRefusal(
      429,
      'ApplicationThrottled',
      'Application is over its MailboxConcurrency limit.',
    );
  }
  if (since(TEN_MINUTES).length >= limits.importRequests || sent + bytes > limits.importBytes) {
    return graphRefusal(429, 'ApplicationThrottled', 'Application is over its request limit.');
  }
  load.requests.push({ atMs: now, bytes });
  return null;
}

function importOne(
  deps: GraphRouteDeps & { limits: ImportQuirks },
  owner: Owner,
  text: string,
): Answer {
  if (text.length > deps.limits.importMaxBytes) {
    throw graphRefusal(413, 'RequestEntityTooLarge', 'The request is too large.');
  }
  const { FolderId, Mode, Data, ...others } = readBody(text);
  if (Mode !== 'create' || Object.keys(others).length > 0) {
    throw badRequest('An item is created without ItemId and ChangeKey.');
  }
  const folder = foldersOf(deps, owner).find((one) => idOf(owner, one.number) === FolderId);
  if (folder === undefined) {
    throw itemNotFound();
  }
  const item = alterItem(itemOf(String(Data)), deps.limits.importAlters);
  const uid = mailOf(deps).add(addressOf(owner), folder.path, { ...messageOfItem(item), item });
  if (uid === false) {
    throw graphRefusal(507, 'ErrorQuotaExceeded', 'The mailbox is full.');
  }
  return { status: 200, body: { itemId: messageId(owner, folder, uid), changeKey: 'CQAAABYA' } };
}

function readBody(text: string): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(text);
  const entries = Object.entries(Object(body));
  if (entries.some(([name]) => !PROPERTIES.includes(name))) {
    throw badRequest('The body has a property that an import does not take.');
  }
  return Object.fromEntries(entries);
}

function itemOf(data: string): SimItem {
  if (!/^[A-Za-z0-9+/]+={0,2}$/u.test(data) || data.length % 4 !== 0) {
    throw badRequest('Data is not base64.');
  }
  try {
    const item = readSimStream(Buffer.from(data, 'base64'));
    checkItem(item);
    return item;
  } catch (error) {
    if (!(error instanceof StreamRefusal)) {
      throw error;
    }
    // Believed: the code. A stream that Exchange would not take is a fault of whoever wrote it.
    throw graphRefusal(400, 'ErrorCorruptData', 'The data is corrupt.', `import: ${error.message}`);
  }
}
