import { createServer, type Server } from 'node:net';
import type { Clock } from '../../../clock.ts';

const LOOK_EVERY_MS = 100;

/**
 * Runs `action` while no other process of this machine runs one for the same `name`. The mutex is a
 * listening name that the kernel frees with its process (an abstract socket, a named pipe), so a
 * killed process leaves none behind; macOS has neither, and there PostgreSQL's own lock file decides.
 */
export async function withStartMutex<Result>(
  name: string,
  clock: Clock,
  action: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const address = addressOf(name);
  if (address === null) {
    return action();
  }
  let server = await listen(address);
  while (server === null) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    server = await listen(address);
  }
  try {
    return await action();
  } finally {
    server.close();
  }
}

function addressOf(name: string): string | null {
  const addresses: Partial<Record<NodeJS.Platform, string>> = {
    linux: `\0skybridge-start-${name}`,
    win32: `\\\\.\\pipe\\skybridge-start-${name}`,
  };
  return addresses[process.platform] ?? null;
}

/** Null where another process listens there. */
async function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        resolve(null);
      } else {
        reject(error);
      }
    });
    server.listen(address, () => resolve(server));
  });
}
