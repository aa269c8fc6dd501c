import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import type { Terminal } from './setup-command.ts';

/** The terminal that the process was started from. */
export const processTerminal: Terminal = {
  print: (text) => {
    stdout.write(text);
  },
  confirm: async (question, signal) => {
    const lines = createInterface({ input: stdin, output: stdout });
    const closed = Promise.withResolvers<string>();
    // Without anybody to answer, the answer is no.
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
