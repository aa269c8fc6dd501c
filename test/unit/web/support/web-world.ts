import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import { systemClock } from '../../../../src/clock.ts';
import type { WebSessionKind, WebSessionStore, WebSessionValue } from '../../../../src/jobs/api.ts';
import { silentLogger } from '../../../../src/log.ts';
import type { SignInPort } from '../../../../src/web/sign-in.ts';
import { createWeb } from '../../../../src/web/web.ts';
import { type BotWorld, startBotWorld } from '../../bot/support/bot-world.ts';
import { TENANT_ID } from '../../bot/support/gateway-world.ts';
import { ALEX } from '../../bot/support/views.ts';
import type { Page, TestBrowser } from './browser.ts';

export const ENTRA = 'https://entra.example/authorize';

/** The pages over the real bot and a domain in memory, with an Entra ID that signs in whoever the test says. */
export interface WebWorld extends BotWorld {
  readonly url: string;
  /** Who signs in next; null: Entra ID refuses the code. */
  signsIn: { personId: string; name: string } | null;
  readonly asked: Parameters<SignInPort['authorizeUrl']>[0][];
  readonly redeemed: Parameters<SignInPort['redeem']>[0][];
  /** Lets the time of every session run out. */
  expireSessions(): void;
  /** From the first page over Entra ID and back; the page that it ends at. */
  signIn(browser: TestBrowser, path?: string): Promise<Page>;
}

function createMemorySessions(): WebSessionStore & { clear(): void } {
  const kept = new Map<string, WebSessionValue>();
  const keyOf = (kind: WebSessionKind, secret: string): string => `${kind} ${secret}`;
  return {
    clear: () => kept.clear(),
    async open(kind, value) {
      const secret = `${randomUUID()}${randomUUID()}`;
      kept.set(keyOf(kind, secret), value);
      return secret;
    },
    find: async (kind, secret) => kept.get(keyOf(kind, secret)) ?? null,
    async take(kind, secret) {
      const value = kept.get(keyOf(kind, secret)) ?? null;
      kept.delete(keyOf(kind, secret));
      return value;
    },
  };
}

export async function startWebWorld(): Promise<WebWorld> {
  const bot = await startBotWorld();
  const sessions = createMemorySessions();
  const app = express();
  const server = createServer(app);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://localhost:${port}`;
  const world: WebWorld = {
    ...bot,
    url,
    signsIn: { personId: ALEX.id, name: ALEX.userPrincipalName },
    asked: [],
    redeemed: [],
    expireSessions: () => sessions.clear(),
    async signIn(browser, path = '/move') {
      const away = await browser.get(`${url}${path}`);
      const { state } = world.asked.at(-1) ?? { state: '' };
      if (away.location?.startsWith(ENTRA) !== true) {
        throw new Error('The page did not ask for a sign-in.');
      }
      return await browser.follow(`${url}/sign-in/done?code=a-code&state=${state}`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await bot.close();
    },
  };
  const signIn: SignInPort = {
    async authorizeUrl(request) {
      world.asked.push(request);
      return `${ENTRA}?state=${request.state}`;
    },
    async redeem(input) {
      world.redeemed.push(input);
      if (world.signsIn === null) {
        throw new Error('refused');
      }
      return world.signsIn;
    },
  };
  app.use(
    createWeb({
      desk: {
        moves: (visit) => bot.bot().desk.moves(visit),
        press: (visit, press, signal) => bot.bot().desk.press(visit, press, signal),
      },
      signIn,
      sessions,
      clock: systemClock,
      logger: silentLogger,
      tenantId: TENANT_ID,
      publicUrl: url,
      audit: (entry) => bot.api.audit(entry),
    }),
  );
  return world;
}
