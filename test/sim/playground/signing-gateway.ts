/**
 * Stands where Azure Bot Service stands: takes what the Playground sends, signs it as Microsoft would,
 * and forwards it to the bot, whose token validation stays on.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import type { Signing } from '../teams/signing.ts';

export interface SigningGateway {
  readonly url: string;
  close(): Promise<void>;
}

export async function startSigningGateway(input: {
  readonly signing: Signing;
  readonly botId: string;
  /** Asked for each activity, since the bot may have been started anew. */
  readonly messagesUrl: () => string;
}): Promise<SigningGateway> {
  const app = express().use(express.json({ limit: '1mb' }));
  const forward = async (activity: Record<string, unknown>): Promise<Response> => {
    const token = await input.signing.token(input.botId, String(activity['serviceUrl']));
    return await fetch(input.messagesUrl(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(activity),
    });
  };
  app.post('/api/messages', (request, response, next) => {
    const answer = async (): Promise<void> => {
      try {
        const answered = await forward({ ...Object(request.body) });
        response
          .status(answered.status)
          .type('json')
          .send(await answered.text());
      } catch (error) {
        next(error);
      }
    };
    void answer();
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/api/messages`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
