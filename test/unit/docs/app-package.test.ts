/** The Teams app's manifest, as far as Teams' rules can be checked without Teams. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { COMMANDS } from '../../../src/bot/commands.ts';

const command = z.strictObject({
  title: z.string().max(32),
  description: z.string().max(128),
});

/** The part of Microsoft's schema that is used; anything else is refused. */
const schema = z.strictObject({
  $schema: z.string().includes('/v1.19/'),
  manifestVersion: z.literal('1.19'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  id: z.literal('${{TEAMS_APP_ID}}'),
  developer: z.strictObject({
    name: z.string().max(32),
    websiteUrl: z.string(),
    privacyUrl: z.string(),
    termsOfUseUrl: z.string(),
  }),
  name: z.strictObject({ short: z.string().max(30), full: z.string().max(100) }),
  description: z.strictObject({ short: z.string().max(80), full: z.string().max(4000) }),
  icons: z.strictObject({ color: z.literal('color.png'), outline: z.literal('outline.png') }),
  accentColor: z.string().regex(/^#[0-9A-F]{6}$/),
  bots: z
    .array(
      z.strictObject({
        botId: z.literal('${{BOT_ID}}'),
        scopes: z.array(z.enum(['personal', 'team'])),
        supportsFiles: z.literal(true),
        isNotificationOnly: z.literal(false),
        commandLists: z
          .array(
            z.strictObject({
              scopes: z.array(z.enum(['personal', 'team'])),
              commands: z.array(command).max(12),
            }),
          )
          .max(3),
      }),
    )
    .length(1),
  validDomains: z.array(z.string()),
});

const readManifest = (): unknown => JSON.parse(readFileSync('appPackage/manifest.json', 'utf8'));

test('the manifest keeps to the limits of its schema', () => {
  const result = schema.safeParse(readManifest());
  expect(result.error?.issues ?? []).toEqual([]);
});

test('every command that Teams offers is one that the bot knows', () => {
  const chat = readFileSync('src/bot/handlers/chat.ts', 'utf8');
  const words = schema
    .parse(readManifest())
    .bots.flatMap((bot) =>
      bot.commandLists.flatMap((list) => list.commands.map(({ title }) => title)),
    );
  const inChannel = [...chat.matchAll(/word === '(\w+)'/g)].map((match) => match[1] ?? '');
  const known = new Set<string>([...COMMANDS, ...inChannel]);
  expect(words.filter((word) => !known.has(word))).toEqual([]);
});

test.for([
  { file: 'color.png', sizePx: 192 },
  { file: 'outline.png', sizePx: 32 },
])('$file is a PNG of $sizePx pixels', ({ file, sizePx }) => {
  const bytes = readFileSync(`appPackage/${file}`);
  expect(bytes.toString('latin1', 1, 4)).toBe('PNG');
  // IHDR: width and height behind the signature, a length and a name (PNG, section 11.2.1).
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([sizePx, sizePx]);
});
