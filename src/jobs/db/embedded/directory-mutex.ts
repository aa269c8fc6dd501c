import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';

/** Held until released, or until this process ends in whatever way. */
export interface DirectoryMutex {
  release(): void;
}

/** `unknown`: this system has no such mutex. */
export type MutexResult =
  | { readonly kind: 'held'; readonly mutex: DirectoryMutex }
  | { readonly kind: 'taken' }
  | { readonly kind: 'unknown' };

/**
 * Claims `directory` against every other process of this machine. The mutex is a listening name that
 * the kernel frees with its process (an abstract socket, a named pipe), so a killed process leaves none
 * behind. macOS has neither, and other containers do not see it: there the lock in the database decides.
 */
export async function acquireDirectoryMutex(directory: string): Promise<MutexResult> {
  const { dev, ino } = await stat(directory, { bigint: true });
  const addresses: Partial<Record<NodeJS.Platform, string>> = {
    linux: `\0skybridge-${dev}-${ino}`,
    win32: `\\\\.\\pipe\\skybridge-${dev}-${ino}`,
  };
  const address = addresses[process.platform];
  if (address === undefined) {
    return { kind: 'unknown' };
  }
  const server = await listen(address);
  return server === null
    ? { kind: 'taken' }
    : { kind: 'held', mutex: { release: () => void server.close() } };
}

/** Null where another process listens there. */
async function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    // The mutex alone is no reason to keep a process running.
    server.unref();
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
