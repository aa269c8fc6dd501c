import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { argv, env, exit } from 'node:process';

// Half a second of every start. Beside the packages, where nobody else may write; without it where even
// we may not. What is loaded from here on is kept there.
enableCompileCache(path.join(import.meta.dirname, '../node_modules/.cache/skybridge'));

const { runCommand } = await import('./app/run-command.ts');

exit(await runCommand(argv.slice(2), env));
