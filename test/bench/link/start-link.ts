import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { LinkSettings } from './delay-line.ts';
import type { LinkAnswer, LinkEnd, LinkRequest } from './link-process.ts';

/** The slow link that clients connect to instead of the servers. */
export interface Link {
  readonly ports: Readonly<Record<LinkEnd, number>>;
  /** For connections from now on; the count of turns begins again. */
  configure(settings: LinkSettings): Promise<void>;
  /** How often clients spoke after they had heard something, since it was configured. */
  turns(): Promise<Readonly<Record<LinkEnd, number>>>;
  close(): Promise<void>;
}

function nextAnswer(child: ChildProcess): Promise<LinkAnswer> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('the link ended'));
    child.once('exit', gone);
    child.once('message', (answer: LinkAnswer) => {
      child.off('exit', gone);
      resolve(answer);
    });
  });
}

/** Starts it before the servers on these ports. */
export async function startLink(upstream: Readonly<Record<LinkEnd, number>>): Promise<Link> {
  const script = path.join(import.meta.dirname, 'link-process.ts');
  const child = fork(script, [JSON.stringify(upstream)], { execArgv: [] });
  const exited = once(child, 'exit');
  const listening = await nextAnswer(child);
  if (listening.kind !== 'listening') {
    throw new Error('the link did not start');
  }
  const ask = (request: LinkRequest): Promise<LinkAnswer> => {
    const answered = nextAnswer(child);
    child.send(request);
    return answered;
  };
  return {
    ports: listening.ports,
    configure: async (settings) => {
      await ask({ kind: 'configure', settings });
    },
    turns: async () => {
      const answer = await ask({ kind: 'count-turns' });
      return answer.kind === 'turns' ? answer.turns : { source: 0, target: 0 };
    },
    close: async () => {
      child.disconnect();
      await exited;
    },
  };
}
