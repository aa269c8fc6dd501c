import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { ProbeFailure } from './probe-failure.ts';
import type { ProbeDeps, ProbeTarget } from './types.ts';

/** More of a greeting or a list of capabilities than any server sends. */
const MAX_BUFFERED = 16 * 1024;
const STEP_MS = 10_000;

/** A connection of which lines are read, and which may be made secure. */
export interface ProbeLine {
  readLine(): Promise<string>;
  write(line: string): void;
  /** Agrees on TLS; the certificate is judged by who asked for it. */
  secure(): Promise<TLSSocket>;
  close(): void;
}

type OnTimeout = 'timeout' | 'silent';

const ignore = (): void => undefined;

const closed = (): ProbeFailure =>
  new ProbeFailure({ kind: 'no-answer', reason: 'closed', raw: 'closed' });

/** Connects; throws ProbeFailure or what the system throws. */
export async function openLine(
  { host, port }: Pick<ProbeTarget, 'host' | 'port'>,
  { lookup, stepMs = STEP_MS }: ProbeDeps,
  signal: AbortSignal,
): Promise<ProbeLine> {
  let socket: Socket = connectTcp({ host, port, ...(lookup === undefined ? {} : { lookup }) });
  // An error between two steps must not end the process; the next step finds the socket destroyed.
  socket.on('error', ignore);
  let buffered = '';

  /** One step, with a time of its own; an error of the socket ends it. */
  const step = <T>(
    late: OnTimeout,
    begin: (done: (value: T) => void, fail: (reason: unknown) => void) => () => void,
  ): Promise<T> => {
    const clock = AbortSignal.timeout(stepMs);
    const current = socket;
    let finish = ignore;
    if (current.destroyed) {
      return Promise.reject(closed());
    }
    const outcome = new Promise<T>((resolve, reject) => {
      const onLate = (): void =>
        reject(new ProbeFailure({ kind: 'no-answer', reason: late, raw: `${stepMs / 1000} s` }));
      const onAbort = (): void => reject(signal.reason);
      const onClose = (): void => reject(closed());
      const stop = begin(resolve, reject);
      current.once('error', reject).once('close', onClose);
      clock.addEventListener('abort', onLate, { once: true });
      signal.addEventListener('abort', onAbort, { once: true });
      finish = (): void => {
        stop();
        current.off('error', reject).off('close', onClose);
        clock.removeEventListener('abort', onLate);
        signal.removeEventListener('abort', onAbort);
      };
    });
    return outcome.finally(() => finish());
  };

  const close = (): void => {
    socket.destroy();
  };

  const takeLine = (): string | null => {
    const end = buffered.indexOf('\n');
    if (end === -1) {
      return null;
    }
    const line = buffered.slice(0, end).replace(/\r$/, '');
    buffered = buffered.slice(end + 1);
    return line;
  };

  try {
    signal.throwIfAborted();
    await step<void>('timeout', (done) => {
      const onConnect = (): void => done();
      socket.once('connect', onConnect);
      return () => socket.off('connect', onConnect);
    });
  } catch (error) {
    close();
    throw error;
  }

  return {
    close,
    write: (line) => {
      socket.write(`${line}\r\n`);
    },
    readLine: async () =>
      takeLine() ??
      (await step<string>('silent', (done, fail) => {
        const current = socket;
        const onData = (chunk: Buffer): void => {
          buffered += chunk.toString('latin1');
          const line = takeLine();
          if (line !== null) {
            current.pause();
            done(line);
          } else if (buffered.length > MAX_BUFFERED) {
            fail(new ProbeFailure({ kind: 'strange', raw: buffered }));
          }
        };
        current.on('data', onData).resume();
        return () => current.off('data', onData);
      })),
    secure: () => {
      if (buffered !== '') {
        // What was sent in clear behind STARTTLS must never pass for something encrypted.
        throw new ProbeFailure({ kind: 'strange', raw: buffered });
      }
      return step<TLSSocket>('silent', (done, fail) => {
        // Looked at, not trusted: no account, no mail and no secret goes over this connection.
        const secured = connectTls({
          socket,
          rejectUnauthorized: false,
          minVersion: 'TLSv1.2',
          ...(isIP(host) === 0 ? { servername: host } : { host }),
        });
        secured.on('error', ignore);
        const onSecure = (): void => {
          socket = secured;
          done(secured);
        };
        secured.once('secureConnect', onSecure).once('error', fail);
        return () => {
          secured.off('secureConnect', onSecure).off('error', fail);
        };
      });
    },
  };
}
