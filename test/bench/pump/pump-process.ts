/** The pump in a process of its own; its input is one argument, its result one line of JSON. */
import { argv, exit, stdout } from 'node:process';
import { type PumpInput, runPump } from './pump.ts';

const input: PumpInput = JSON.parse(argv[2] ?? '{}');
const result = await runPump(input);
stdout.write(`${JSON.stringify(result)}\n`);
exit(result.refused === 0 ? 0 : 1);
