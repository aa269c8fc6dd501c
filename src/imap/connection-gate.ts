/** Never more connections to an account than it may have: Apple locks accounts that open many. */
import type { ImapLink } from './connect.ts';

export interface ConnectionGate {
  /** Opens a connection when one may be opened; it counts until its socket is closed. */
  open(connect: (signal: AbortSignal) => Promise<ImapLink>, signal: AbortSignal): Promise<ImapLink>;
}

/** First come, first served. */
export function createConnectionGate(maxConnections: number): ConnectionGate {
  let open = 0;
  const waiting: (() => void)[] = [];
  /** Whoever waits longest takes the place over. */
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) {
      open -= 1;
    } else {
      next();
    }
  };
  const enter = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (open >= maxConnections) {
      await turn(waiting, signal);
    } else {
      open += 1;
    }
  };
  return {
    async open(connect, signal) {
      await enter(signal);
      try {
        const link = await connect(signal);
        link.sockets.writeSocket.once('close', leave);
        if (link.sockets.writeSocket.closed) {
          // It went away between the login and here: nobody will say so again.
          link.sockets.writeSocket.off('close', leave);
          leave();
        }
        return link;
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

/** Resolves when a place is handed over. */
function turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      waiting.splice(waiting.indexOf(go), 1);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const go = (): void => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    waiting.push(go);
  });
}
