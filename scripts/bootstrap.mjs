/**
 * The way in on a fresh machine: installs what is missing, then runs the command on the Node.js that
 * the lock file names. Plain JavaScript without dependencies, since it has to run on Node 20 with
 * nothing installed.
 *
 *   node scripts/bootstrap.mjs run FILE [arguments]
 *   node scripts/bootstrap.mjs check [test files]
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from './check.mjs';
import { install } from './install.mjs';
import { chooseNode, runNode, SetUpError } from './runtime.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [command, ...rest] = process.argv.slice(2);

try {
  await perform();
} catch (error) {
  if (!(error instanceof SetUpError)) {
    throw error;
  }
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function perform() {
  if (command === 'run' && rest.length > 0) {
    const [file, ...args] = rest;
    await install(root);
    const { exitCode, endedBy } = await runNode(chooseNode(root), [path.join(root, file), ...args]);
    process.exitCode = exitCode;
    if (endedBy !== null) {
      process.kill(process.pid, endedBy);
    }
  } else if (command === 'check') {
    await install(root);
    process.exitCode = await check(root, chooseNode(root), rest);
  } else {
    process.stderr.write(
      'Usage: node scripts/bootstrap.mjs run FILE [arguments] | check [test files]\n',
    );
    process.exitCode = 64;
  }
}
