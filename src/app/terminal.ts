import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import type { Terminal } from './setup-session.ts';

/** Somebody at a terminal, or nobody: where there is no answer, the answer is no. */
export function createTerminal(input: Readable, output: Writable): Terminal {
  return {
    print: (text) => {
      output.write(text);
    },
    confirm: async (question, signal) => {
      const lines = createInterface({ input, output });
      const closed = Promise.withResolvers<string>();
      lines.once('close', () => closed.resolve(''));
      try {
        const answer = await Promise.race([
          lines.question(`${question} [y/N] `, { signal }),
          closed.promise,
        ]);
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        lines.close();
      }
    },
  };
}
