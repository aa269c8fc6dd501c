import type { ProblemText } from '../words.ts';

/** What the tenant check found, by code. `doNext` is empty where nothing is to be done. */
export const FINDINGS: Readonly<Record<string, ProblemText>> = {};
