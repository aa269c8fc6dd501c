import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';

/** What a person has to put right before anything can run; the message says what. */
export class SetUpError extends Error {}

/** The first release that strips types without a flag. */
const OLDEST_NODE = [22, 18];

/**
 * The Node.js to run TypeScript on: the one that the lock file pins for this platform, or the machine's
 * own where npm has none for it (another C library, another processor) and it is new enough.
 *
 * @param {string} root
 * @returns {string}
 */
export function chooseNode(root) {
  const pinned = pinnedNode(root);
  if (pinned !== null && versionOf(pinned) !== null) {
    return pinned;
  }
  const own = versionOf(process.execPath) ?? [0, 0];
  if (own[0] > OLDEST_NODE[0] || (own[0] === OLDEST_NODE[0] && own[1] >= OLDEST_NODE[1])) {
    return process.execPath;
  }
  throw new SetUpError(
    `Skybridge brings no Node.js for ${process.platform}-${process.arch}, and this machine's is ${process.version}. Install Node.js 24 and try again.`,
  );
}

/**
 * Runs Node.js with our input, output and errors, and with the tools of node_modules first on the path.
 * Signals are passed on; a terminal sends its own Ctrl+C to every process, so that one is not.
 *
 * @param {string} node
 * @param {readonly string[]} args
 * @returns {Promise<{exitCode: number, endedBy: string | null}>}
 */
export function runNode(node, args) {
  const child = spawn(node, args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
    },
  });
  const forward = (signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) {
      child.kill(signal);
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) {
    process.on(signal, forward);
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, endedBy) => {
      for (const signal of signals) {
        process.removeListener(signal, forward);
      }
      resolve({ exitCode: code ?? 128 + constants.signals[endedBy], endedBy });
    });
  });
}

function pinnedNode(root) {
  const modules = path.join(root, 'node_modules');
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const names = existsSync(modules) ? readdirSync(modules) : [];
  const name = names.find((entry) =>
    [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`].includes(entry),
  );
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  return name === undefined ? null : path.join(modules, name, 'bin', file);
}

/** Null where the file is no Node.js that runs here. */
function versionOf(node) {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  const match = status === 0 ? /^v(\d+)\.(\d+)/.exec(stdout) : null;
  return match === null ? null : [Number(match[1]), Number(match[2])];
}
