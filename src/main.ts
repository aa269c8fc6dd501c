import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { argv, env, exit } from 'node:process';
import { setFlagsFromString } from 'node:v8';

// Half a second of every start. Beside the packages, where nobody else may write; without it where even
// we may not. What is loaded from here on is kept there.
enableCompileCache(path.join(import.meta.dirname, '../node_modules/.cache/skybridge'));

// A service runs for weeks, mostly waiting: the garbage of a start, and of each burst, is not worth a hundred
// megabytes for good. Mail itself is held outside of this heap.
setFlagsFromString('--semi-space-growth-factor=1');

const { runCommand } = await import('./app/run-command.ts');

exit(await runCommand(argv.slice(2), env));
