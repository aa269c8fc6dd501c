type Json = Record<string, unknown>;

/** One message as a person sees it now; a card that was updated shows its newest version. */
export interface Entry {
  readonly id: string;
  readonly conversationId: string;
  readonly from: 'bot' | 'person';
  text: string | null;
  card: Json | null;
  /** A file that is offered or shown, as its attachment came. */
  file: Json | null;
  /** How often the bot updated it. */
  updates: number;
}

/** What happened, for whoever prints or waits. */
export type TranscriptEvent =
  | { readonly kind: 'posted'; readonly entry: Entry }
  | { readonly kind: 'updated'; readonly entry: Entry }
  | { readonly kind: 'answered'; readonly entry: Entry };

/** Everything that was said, in order. */
export interface Transcript {
  readonly entries: readonly Entry[];
  add(conversationId: string, from: Entry['from'], activity: Json): Entry;
  update(conversationId: string, id: string, activity: Json): boolean;
  /** The card that an invoke's answer put in the place of the pressed one. */
  replace(entry: Entry, card: Json): void;
  remove(id: string): void;
  subscribe(listener: (event: TranscriptEvent) => void): () => void;
  /** Resolves with the first result of `find` that is not undefined; looks again after each event. */
  until<T>(find: () => T | undefined, what: string, limitMs?: number): Promise<T>;
}

function cardOf(activity: Json): Json | null {
  const attachments: unknown = activity['attachments'];
  const first: unknown = Array.isArray(attachments) ? attachments[0] : undefined;
  const isCard = typeof first === 'object' && first !== null && 'content' in first;
  return isCard && !fileTypeOf(first) ? { ...Object(first.content) } : null;
}

const fileTypeOf = (attachment: unknown): string | null =>
  /^application\/vnd\.microsoft\.teams\.card\.file\.(consent|info)$/.exec(
    String(Object(attachment).contentType),
  )?.[1] ?? null;

/** A file that is offered, or shown: its attachment as it came. */
function fileOf(activity: Json): Json | null {
  const attachments: unknown = activity['attachments'];
  const first: unknown = Array.isArray(attachments) ? attachments[0] : undefined;
  return fileTypeOf(first) === null ? null : { ...Object(first) };
}

/** An empty transcript. */
export function createTranscript(): Transcript {
  const entries: Entry[] = [];
  const listeners = new Set<(event: TranscriptEvent) => void>();
  let count = 0;
  const tell = (event: TranscriptEvent): void => {
    for (const listener of listeners) {
      listener(event);
    }
  };
  const subscribe: Transcript['subscribe'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    entries,
    subscribe,
    add(conversationId, from, activity) {
      count += 1;
      const text = typeof activity['text'] === 'string' ? activity['text'] : null;
      const id = `activity-${count}`;
      const entry: Entry = {
        id,
        conversationId,
        from,
        text,
        card: cardOf(activity),
        file: fileOf(activity),
        updates: 0,
      };
      entries.push(entry);
      tell({ kind: 'posted', entry });
      return entry;
    },
    update(conversationId, id, activity) {
      const entry = entries.find((one) => one.id === id && one.conversationId === conversationId);
      if (entry === undefined) {
        return false;
      }
      entry.text = typeof activity['text'] === 'string' ? activity['text'] : null;
      entry.card = cardOf(activity);
      entry.file = fileOf(activity);
      entry.updates += 1;
      tell({ kind: 'updated', entry });
      return true;
    },
    replace(entry, card) {
      entry.card = card;
      tell({ kind: 'answered', entry });
    },
    remove(id) {
      const index = entries.findIndex((entry) => entry.id === id);
      entries.splice(index, index < 0 ? 0 : 1);
    },
    async until<T>(find: () => T | undefined, what: string, limitMs = 10_000): Promise<T> {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const look = (): void => {
        const found = find();
        if (found !== undefined) {
          resolve(found);
        }
      };
      const timer = setTimeout(() => reject(new Error(`Teams never saw ${what}.`)), limitMs);
      const unsubscribe = subscribe(look);
      look();
      return await promise.finally(() => {
        clearTimeout(timer);
        unsubscribe();
      });
    },
  };
}
