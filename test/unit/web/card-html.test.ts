/** The person's cards as HTML: every element of theirs is drawn, and no text becomes a mark. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { button } from '../../../src/bot/cards/actions.ts';
import { card, heading, paragraph, plain } from '../../../src/bot/cards/elements.ts';
import { cardToHtml } from '../../../src/web/card-html.ts';
import { markdownToHtml } from '../../../src/web/html.ts';
import { cardNodes } from '../../sim/teams/card-text.ts';

const FORMS = { action: 'https://skybridge.example/move', csrf: 'token' };

const EMPTY = card({ summary: 's', body: [] });

test('every element of every card of a person is drawn', () => {
  const files = globSync('test/golden/cards/person-*.json');
  expect(files.length).toBeGreaterThan(50);
  for (const file of files) {
    const elements = cardNodes(JSON.parse(readFileSync(file, 'utf8'))).filter(
      ({ type }) => typeof type === 'string' && !/^(?:AdaptiveCard|Action\.|Column$)/.test(type),
    );
    const lost = elements.filter((element) => {
      const body = [Object(element)];
      return cardToHtml({ ...EMPTY, body }, FORMS).trim() === '';
    });
    expect([file, lost]).toEqual([file, []]);
  }
});

test.for([
  ['a **bold** word', 'a <strong>bold</strong> word'],
  [
    'open [account.apple.com](https://account.apple.com), now',
    'open <a href="https://account.apple.com" target="_blank" rel="noopener noreferrer">account.apple.com</a>, now',
  ],
  ['[x](javascript:alert(1))', '[x](javascript:alert(1))'],
  [`<img src=x onerror="a">&'`, '&lt;img src=x onerror=&quot;a&quot;&gt;&amp;&#39;'],
  ['**<b>**', '<strong>&lt;b&gt;</strong>'],
  [
    plain('[click](https://evil.example) **now** <b>'),
    '[click](https://evil.example) **now** &lt;b&gt;',
  ],
] as const)('%s', ([text, html]) => {
  expect(markdownToHtml(text)).toBe(html);
});

test('a password is never written into the page, and its field belongs to the button that takes it', () => {
  const html = cardToHtml(
    card({
      summary: 's',
      body: [
        heading('h'),
        {
          type: 'Input.Text',
          id: 'appPassword',
          label: 'Password',
          style: 'Password',
          placeholder: 'xxxx',
          value: 'abcdefghijklmnop',
        },
        paragraph('p'),
      ],
      actions: [
        button('person.show', 'Show', { migrationId: 'm"1' }),
        button('credential.submit', 'Send', { migrationId: 'm', nonce: 'n' }),
      ],
    }),
    FORMS,
  );
  expect(html).not.toContain('abcdefghijklmnop');
  expect(html).toMatch(/<input type="password"[^>]* form="form-1"/);
  expect(html).toContain(
    '<form id="form-1" method="post" action="https://skybridge.example/move">',
  );
  expect(html).toContain('value="m&quot;1"');
});
