import { stdout } from 'node:process';
import type { Entry, Transcript } from './teams/transcript.ts';
import { entryToText } from './teams-client.ts';

/** Prints a conversation as a play. */
export interface Stage {
  scene(title: string): void;
  note(text: string): void;
  close(): void;
}

/** A card that is updated often is printed again after this long, or when its heading changes. */
const REPRINT_MS = 3000;

/** Prints what is said from now on; `names` are people by their ids. */
export function createStage(
  transcript: Transcript,
  names: Readonly<Record<string, string>>,
): Stage {
  const printed = new Map<string, { readonly text: string; readonly atMs: number }>();
  const write = (text: string): void => {
    stdout.write(`${text}\n`);
  };
  const whose = (entry: Entry): string => {
    const person = Object.entries(names).find(([id]) => entry.conversationId.includes(id));
    return person?.[1] ?? 'Helpdesk channel';
  };
  const unsubscribe = transcript.subscribe(({ entry }) => {
    const text = entryToText(entry);
    const before = printed.get(entry.id);
    const heading = text.split('\n', 1)[0];
    const due =
      before === undefined ||
      before.text.split('\n', 1)[0] !== heading ||
      Date.now() - before.atMs > REPRINT_MS;
    if (!due || text === before?.text) {
      return;
    }
    printed.set(entry.id, { text, atMs: Date.now() });
    const speaker = entry.from === 'bot' ? `Skybridge → ${whose(entry)}` : whose(entry);
    const mark = before === undefined ? '' : ' (card updated)';
    write(`\n┌ ${speaker}${mark}`);
    write(
      text
        .split('\n')
        .map((line) => `│ ${line}`)
        .join('\n'),
    );
  });
  return {
    scene: (title) => write(`\n━━ ${title} ${'━'.repeat(Math.max(3, 76 - title.length))}`),
    note: write,
    close: unsubscribe,
  };
}
