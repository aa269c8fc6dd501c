/** The Microsoft 365 Agents Playground as a process: a Teams-like client in the browser. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlaygroundSettings } from './configuration.ts';
import { playgroundConfiguration } from './configuration.ts';

export interface Playground {
  readonly url: string;
  close(): Promise<void>;
}

export interface PlaygroundInput extends PlaygroundSettings {
  /** An own folder: it holds the configuration and the Playground's log. */
  readonly dir: string;
  readonly messagesUrl: string;
  /** 0 or nothing: a free one. */
  readonly port?: number;
}

const START_LIMIT_MS = 60_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** "Listening" is printed before the configuration is read, so its own answer is what counts. */
async function awaitConfig(url: string, hasEnded: () => boolean): Promise<boolean> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline && !hasEnded()) {
    const answer = await fetch(`${url}/_internal/v1/config`).catch(() => null);
    if (answer?.ok === true) {
      return true;
    }
    await delay(200);
  }
  return false;
}

/** It opens a browser by itself, and dies where it finds no program for that: here it finds one that does nothing. */
async function writeQuietOpener(dir: string): Promise<string> {
  const bin = path.join(dir, 'bin');
  await mkdir(bin, { recursive: true });
  for (const name of ['xdg-open', 'open']) {
    await writeFile(path.join(bin, name), '#!/bin/sh\nexit 0\n');
    await chmod(path.join(bin, name), 0o755);
  }
  return bin;
}

/** Starts it, and waits until it answers. */
export async function startPlayground(input: PlaygroundInput): Promise<Playground> {
  await mkdir(input.dir, { recursive: true });
  // It looks for a project root: a folder with a package.json.
  await writeFile(path.join(input.dir, 'package.json'), '{}');
  await writeFile(
    path.join(input.dir, '.m365agentsplayground.yml'),
    playgroundConfiguration(input),
  );
  const port = input.port === undefined || input.port === 0 ? await freePort() : input.port;
  const url = `http://localhost:${port}`;
  const packageFile = createRequire(import.meta.url).resolve(
    '@microsoft/m365agentsplayground/package.json',
  );
  const cli = path.join(path.dirname(packageFile), 'cli.js');
  const bin = await writeQuietOpener(input.dir);
  const child = spawn(
    process.execPath,
    [
      cli,
      'start',
      '-e',
      input.messagesUrl,
      '-c',
      'msteams',
      '-p',
      String(port),
      '--disable-telemetry',
      '--service-url',
      `http://127.0.0.1:${port}/_connector`,
    ],
    {
      cwd: input.dir,
      stdio: 'ignore',
      env: {
        PATH: [bin, path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter),
        HOME: input.dir,
        APPLICATION_INSIGHTS_NO_STATSBEAT: '1',
      },
    },
  );
  const gone = once(child, 'exit');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const close = async (): Promise<void> => {
    if (!hasEnded()) {
      child.kill();
      await gone;
    }
  };
  if (!(await awaitConfig(url, hasEnded))) {
    await close();
    const log = await readFile(
      path.join(input.dir, 'devTools/m365agentsplayground.log'),
      'utf8',
    ).catch(() => '');
    throw new Error(`The Playground did not start: ${log.slice(-1000)}`);
  }
  return { url, close };
}
