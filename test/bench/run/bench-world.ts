/** Two private Dovecots, the link before them, the project's DATA_DIR, and the mailboxes to copy. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { connectRawImap, quoteName } from '../../support/compare/raw-imap-client.ts';
import {
  type DovecotServer,
  EXCHANGE_CAPABILITIES,
  startDovecot,
} from '../../support/dovecot/start-dovecot.ts';
import type { CorpusSpec } from '../corpus/corpora.ts';
import { CORPUS_FOLDERS, SOURCE_SPECIAL, TARGET_SPECIAL } from '../corpus/folders.ts';
import { generateCorpus } from '../corpus/generate-corpus.ts';
import type { LinkEnd } from '../link/link-process.ts';
import { type Link, startLink } from '../link/start-link.ts';
import { choosePlaces } from './machine.ts';

/** A mailbox of the source. */
export interface LoadedCorpus {
  readonly user: string;
  readonly messages: number;
  readonly bytes: number;
}

export interface BenchWorld {
  readonly servers: Readonly<Record<LinkEnd, DovecotServer>>;
  readonly link: Link;
  readonly dataDirectory: string;
  readonly cacheDirectory: string;
  /** Puts the mailbox into the source, once. */
  load(spec: CorpusSpec): Promise<LoadedCorpus>;
  /** A new directory of its own. */
  makeDirectory(name: string): Promise<string>;
  close(): Promise<void>;
}

const AT_ONCE = 50;
/** What may be under way while a mailbox is loaded. */
const AT_ONCE_BYTES = 8_000_000;

async function loadCorpus(server: DovecotServer, spec: CorpusSpec): Promise<LoadedCorpus> {
  const user = `source-${spec.name}`;
  const client = await connectRawImap({ ...server, user });
  const present = new Set((await client.folderNames()).map(({ name }) => name));
  for (const { name } of CORPUS_FOLDERS) {
    if (!present.has(name)) {
      await client.must(`CREATE ${quoteName(name)}`);
      await client.must(`SUBSCRIBE ${quoteName(name)}`);
    }
  }
  let messages = 0;
  let bytes = 0;
  let batch: Parameters<typeof client.append>[0][number][] = [];
  let batchBytes = 0;
  const flush = async (): Promise<void> => {
    const answers = await client.append(batch);
    const refused = answers.find(({ status }) => status !== 'OK');
    if (refused !== undefined) {
      throw new Error(`the source refused a message of the benchmark: ${refused.text}`);
    }
    batch = [];
    batchBytes = 0;
  };
  for (const message of generateCorpus(spec)) {
    batch.push(message);
    batchBytes += message.bytes.length;
    messages += 1;
    bytes += message.bytes.length;
    if (batch.length >= AT_ONCE || batchBytes > AT_ONCE_BYTES) {
      await flush();
    }
  }
  await flush();
  client.close();
  return { user, messages, bytes };
}

/** Starts it; the mail of a small one fits anywhere. */
export async function startBenchWorld(isSmall: boolean): Promise<BenchWorld> {
  const places = await choosePlaces(isSmall);
  const directory = await mkdtemp(path.join(places.data, 'skybridge-bench-'));
  const closing: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).toReversed()) {
      await one();
    }
  };
  try {
    const start = async (
      folders: Readonly<Record<string, string | null>>,
      capabilities: { capabilities?: string },
    ): Promise<DovecotServer> => {
      const parentDirectory = places.mail;
      const server = await startDovecot({
        folders,
        parentDirectory,
        fsync: false,
        ...capabilities,
      });
      closing.push(() => server.stop());
      return server;
    };
    const source = await start(SOURCE_SPECIAL, {});
    const target = await start(TARGET_SPECIAL, { capabilities: EXCHANGE_CAPABILITIES });
    const link = await startLink({ source: source.port, target: target.port });
    closing.push(() => link.close());
    const loaded = new Map<string, Promise<LoadedCorpus>>();
    return {
      servers: { source, target },
      link,
      dataDirectory: path.join(directory, 'data'),
      cacheDirectory: path.join(directory, 'cache'),
      load: (spec) => {
        const loading = loaded.get(spec.name) ?? loadCorpus(source, spec);
        loaded.set(spec.name, loading);
        return loading;
      },
      makeDirectory: async (name) => {
        const made = path.join(directory, name);
        await mkdir(made, { recursive: true });
        return made;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
