/** docs/errors.md as the words and the sources make it. */
import { explain, wordsFor } from '../../../src/words/words.ts';
import type { CodeKind } from './source-codes.ts';

const MEANING: Readonly<Record<CodeKind, string>> = {
  retry: 'retry',
  wait: 'wait',
  ask: 'ask',
  stop: 'stop',
  finding: 'finding',
  unforeseen: '–',
};

const cell = (text: string): string =>
  text.replaceAll(/[|<>]/g, String.raw`\$&`).replaceAll('\n', ' ');

/** With a capital, but for names such as iCloud. */
const sentence = (text: string): string =>
  /^[a-z][A-Z]/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);

function codeRow(code: string, kind: CodeKind): string {
  const { what, doNext } = explain({ code, facts: {} });
  return `| \`${code}\` | ${cell(sentence(what))} | ${cell(doNext)} | ${MEANING[kind]} |`;
}

/** The whole page. */
export function renderErrorsPage(codes: ReadonlyMap<string, CodeKind>): string {
  const reasons = Object.entries(wordsFor('en').reasons).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `# Codes

Whatever Skybridge cannot do has a code: cards and \`copy\` say it in words, the log and the report name the code.
A test holds this page to the sources and to \`src/words\`, both ways; \`npx vitest run test/unit/docs -u\` writes it anew.

The last column is what Skybridge itself does about it. **retry**: tries again at once. **wait**: tries again later, nobody
has to act. **ask**: stops this move until a person has acted. **stop**: it will not succeed as asked. **finding**: a line of
the tenant check; those without a second sentence say that all is well.

| code | what was seen | what to do | then |
|---|---|---|---|
${[...codes].map(([code, kind]) => codeRow(code, kind)).join('\n')}

## Reasons in the report

Why a message was not copied or a folder not opened (\`copy.*\`, \`imap.*\`), and what was changed in a message so that
Exchange takes it (without a dot).

| code | in words |
|---|---|
${reasons.map(([code, text]) => `| \`${code}\` | ${cell(sentence(text))}. |`).join('\n')}
`;
}
