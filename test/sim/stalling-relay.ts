/**
 * A loopback relay in front of a simulated IMAP server, plain text, that can hold a connection at a
 * chosen moment of an APPEND, so that a test has all the time it needs to kill the client there.
 */
import { connect, createServer, type Socket } from 'node:net';

/**
 * `mid-literal`: the server gets the first `afterBytes` octets of a literal of at least twice that
 * size, and no more · `no-answers`: the server gets everything, its answers to APPENDs stay here.
 */
export type Stall =
  | { readonly kind: 'mid-literal'; readonly afterBytes: number }
  | { readonly kind: 'no-answers' };

export interface StallingRelay {
  readonly port: number;
  /** What to do with every APPEND that fits, from now on. */
  arm(stall: Stall): void;
  /** Lets everything pass again, and reads on where it stopped: only then does a killed client show. */
  release(): void;
  /** Connections that are held now. */
  stalled(): number;
}

const APPEND_HEAD = /\b[A-Za-z0-9]+ APPEND [^\r\n]*\{(\d+)\+?\}\r\n/g;
/** Longest command line that may come in two pieces. */
const CARRY_BYTES = 1024;

/** Where in `chunk` the first literal of that size begins; null where none does. */
function findLiteral(carry: string, chunk: Buffer, leastBytes: number): number | null {
  const text = carry + chunk.toString('latin1');
  for (const match of text.matchAll(APPEND_HEAD)) {
    if (Number(match[1]) >= leastBytes) {
      return match.index + match[0].length - carry.length;
    }
  }
  return null;
}

/** Starts a relay to a port of this machine. */
export async function startStallingRelay(upstreamPort: number): Promise<StallingRelay> {
  let armed: Stall | null = null;
  const held = new Set<Socket>();

  const relay = (client: Socket): void => {
    const upstream = connect(upstreamPort, '127.0.0.1');
    upstream.setNoDelay(true);
    client.setNoDelay(true);
    let carry = '';
    /** Octets that still pass before the connection is held; null: no end in sight. */
    let leftBytes: number | null = null;

    const aim = (chunk: Buffer): void => {
      if (armed?.kind === 'no-answers' && / APPEND /.test(carry + chunk.toString('latin1'))) {
        upstream.pause();
        held.add(client);
      }
      if (armed?.kind === 'mid-literal' && leftBytes === null) {
        const at = findLiteral(carry, chunk, armed.afterBytes * 2);
        leftBytes = at === null ? null : at + armed.afterBytes;
      }
    };
    const forward = (chunk: Buffer): void => {
      aim(chunk);
      carry = chunk.subarray(-CARRY_BYTES).toString('latin1');
      if (leftBytes === null) {
        upstream.write(chunk);
        return;
      }
      // What comes once the limit was reached, after a release, is dropped.
      if (leftBytes > 0) {
        upstream.write(chunk.subarray(0, leftBytes));
        leftBytes = Math.max(0, leftBytes - chunk.length);
        if (leftBytes === 0) {
          client.pause();
          held.add(client);
        }
      }
    };
    const end = (): void => {
      held.delete(client);
      client.destroy();
      upstream.end();
      upstream.resume();
    };
    client.on('data', forward).on('close', end).on('error', end);
    upstream
      .on('data', (chunk) => client.write(chunk))
      .on('close', end)
      .on('error', end);
  };

  const server = createServer(relay);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    arm: (stall) => {
      armed = stall;
    },
    release: () => {
      armed = null;
      held.forEach((client) => client.resume());
      held.clear();
    },
    stalled: () => held.size,
  };
}
