/**
 * The simulated iCloud and Exchange mail servers in a process of their own, for tests that kill
 * whoever talks to them:
 *
 *   node test/sim/imap-world.ts DIRECTORY [byte-exact]
 *
 * `byte-exact`: the target gives back what it stored, as servers other than Exchange do.
 *
 * Writes one line of JSON (WorldFacts) when it is ready, serves a control port on loopback, and ends
 * when its standard input closes. It and what it imports know nothing of src.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { startExchangeServer } from './imap/exchange.ts';
import { startIcloudServer } from './imap/icloud.ts';
import type { MailStore, StoredMessage } from './imap/store.ts';
import { createNumberedMailbox } from './numbered-mailbox.ts';
import { createSampleMailbox, fillAccount } from './sample/sample-mailbox.ts';
import { startStallingRelay } from './stalling-relay.ts';
import { createTestAuthority } from './tls.ts';

const PASSWORD = 'abcd-efgh-ijkl-mnop';
const TOKEN = 'world.access.token';

const accountSchema = z.object({
  /** The part before the @ on both sides. */
  name: z.string(),
  seed: z.number(),
  /** Of a numbered mailbox; left out: the sample mailbox. */
  messages: z.number().optional(),
  bigBytes: z.number().optional(),
});
const stallSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('mid-literal'), afterBytes: z.number() }),
  z.object({ kind: z.literal('no-answers') }),
]);

/** An account on both servers. */
export type WorldAccount = z.infer<typeof accountSchema>;

/** What a test must know to reach the world. */
export interface WorldFacts {
  readonly controlPort: number;
  readonly caFile: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  /** The target once more, in plain text, where connections can be held. */
  readonly relayPort: number;
  readonly password: string;
  readonly accessToken: string;
}

const [, , directory = '', fidelity = ''] = process.argv;
const tls = await createTestAuthority(directory);
const icloud = await startIcloudServer({ tls });
const exchange = await startExchangeServer({
  tls,
  plain: true,
  rebuildMime: fidelity !== 'byte-exact',
  verifyToken: (_user, token) => (token === TOKEN ? 'ok' : 'refused'),
});
const relay = await startStallingRelay(exchange.plainPort ?? 0);

function addAccount({ name, seed, messages, bigBytes }: WorldAccount): void {
  const source = `${name}@icloud.example`;
  icloud.store.addAccount(source, { password: PASSWORD });
  exchange.store.addAccount(`${name}@contoso.example`);
  if (messages === undefined) {
    fillAccount(icloud.store, source, createSampleMailbox(seed));
    return;
  }
  // Here every folder opens, so that a whole copy ends without a word.
  icloud.store.deleteFolder(source, 'Notes');
  fillAccount(icloud.store, source, createNumberedMailbox({ seed, messages, bigBytes }));
}

/** Octets as stored but for the line that Skybridge adds. */
function withoutStamp(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\r\n') + 2;
  return /^x-skybridge-id:/iu.test(bytes.subarray(0, end).toString('latin1'))
    ? bytes.subarray(end)
    : bytes;
}

function snapshot(
  store: MailStore,
  user: string,
  read: (message: StoredMessage) => Buffer,
): object {
  return store.snapshot(user).map(({ name, messages }) => ({
    name,
    messages: messages.map((message) => ({
      bytes: read(message).toString('base64'),
      flags: message.flags,
      internalDate: message.internalDate.toISOString(),
    })),
  }));
}

function storedMessages(user: string): number {
  return exchange.store.snapshot(user).reduce((sum, { messages }) => sum + messages.length, 0);
}

type Control = (name: string, body: unknown) => object | void;

/** What the control port does; `name` is the account's in the path, where one is meant. */
const CONTROLS: Readonly<Record<string, Control>> = {
  account: (_name, body) => addAccount(accountSchema.parse(body)),
  source: (name) => snapshot(icloud.store, `${name}@icloud.example`, ({ bytes }) => bytes),
  stored: (name) =>
    snapshot(exchange.store, `${name}@contoso.example`, ({ bytes }) => withoutStamp(bytes)),
  served: (name) => snapshot(exchange.store, `${name}@contoso.example`, ({ served }) => served),
  counters: (name) => ({
    stored: storedMessages(`${name}@contoso.example`),
    appends: exchange.faults.seen('APPEND'),
    stalled: relay.stalled(),
    violations: [...icloud.violations, ...exchange.violations],
  }),
  'append-time': (_name, body) => {
    exchange.serviceMs.append = z.object({ ms: z.number() }).parse(body).ms;
  },
  /** Delays what begins from now on, and nothing that began before; unlike the service time. */
  'delay-appends': (_name, body) => {
    const { ms } = z.object({ ms: z.number() }).parse(body);
    exchange.faults.clear();
    if (ms > 0) {
      exchange.faults.push({ command: 'APPEND', action: { kind: 'delay', ms } });
    }
  },
  stall: (_name, body) => relay.arm(stallSchema.parse(body)),
  release: () => relay.release(),
};

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(Buffer.from(chunk));
  }
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, control = '', name = ''] = (request.url ?? '').split('/');
  try {
    const run = Object.hasOwn(CONTROLS, control) ? CONTROLS[control] : undefined;
    if (run === undefined) {
      throw new Error(`no such control: ${control}`);
    }
    const answer = run(name, await readBody(request));
    response.writeHead(200).end(JSON.stringify(answer ?? {}));
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
}

const control = createServer((request, response) => void serve(request, response));
control.listen(0, '127.0.0.1', () => {
  const address = control.address();
  const facts: WorldFacts = {
    controlPort: typeof address === 'object' && address !== null ? address.port : 0,
    caFile: tls.caFile,
    sourcePort: icloud.port,
    targetPort: exchange.port,
    relayPort: relay.port,
    password: PASSWORD,
    accessToken: TOKEN,
  };
  process.stdout.write(`${JSON.stringify(facts)}\n`);
});
process.stdin.resume().once('close', () => process.exit(0));
