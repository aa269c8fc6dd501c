import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import type { IncomingActivity, InvokeAnswer } from '../../../../src/bot/activity.ts';
import { createConnectorToken } from '../../../../src/bot/connector-token.ts';
import type { Gateway } from '../../../../src/bot/gateway.ts';
import { createGateway } from '../../../../src/bot/gateway.ts';
import { systemClock } from '../../../../src/clock.ts';
import type { ConversationReference } from '../../../../src/jobs/api.ts';
import { silentLogger } from '../../../../src/log.ts';
import type { TeamsClient } from '../../../sim/teams-client.ts';
import { startTeamsClient } from '../../../sim/teams-client.ts';

export const BOT_ID = '00000000-0000-4000-8000-000000000011';
export const TENANT_ID = '00000000-0000-4000-8000-000000000001';

export interface GatewayWorld {
  readonly teams: TeamsClient;
  readonly gateway: Gateway;
  readonly botId: string;
  readonly tenantId: string;
  readonly messagesUrl: string;
  readonly reference: ConversationReference;
  readonly received: IncomingActivity[];
  readonly refusals: string[];
  onActivity(activity: IncomingActivity): Promise<InvokeAnswer | null>;
  close(): Promise<void>;
}

/** Serves a router on a loopback port. */
export async function serve(
  router: express.Router,
): Promise<{ readonly messagesUrl: string; close(): Promise<void> }> {
  const server = createServer(express().use(router)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    messagesUrl: `http://127.0.0.1:${port}/api/messages`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A gateway with real tokens both ways, before a simulated Teams. */
export async function startGatewayWorld(): Promise<GatewayWorld> {
  const botPassword = 'bot-password';
  const teams = await startTeamsClient({ botId: BOT_ID, botPassword, tenantId: TENANT_ID });
  const received: IncomingActivity[] = [];
  const refusals: string[] = [];
  const connectorToken = createConnectorToken({
    loginUrl: teams.loginUrl,
    tenantId: TENANT_ID,
    botId: BOT_ID,
    botPassword,
    clock: systemClock,
  });
  const gateway = createGateway({
    settings: {
      authentication: { kind: 'secret', connectorToken },
      botId: BOT_ID,
      tenantId: TENANT_ID,
      loginUrl: teams.loginUrl,
      openIdMetadataUrl: teams.openIdMetadataUrl,
      allowedServiceUrlHosts: ['127.0.0.1'],
    },
    logger: silentLogger,
    onActivity: async (activity) => {
      received.push(activity);
      return await world.onActivity(activity);
    },
    onRefused: async (refusal) => {
      refusals.push(refusal);
    },
  });
  const served = await serve(gateway.router);
  const { messagesUrl } = served;
  teams.connectBot(messagesUrl);
  const world: GatewayWorld = {
    teams,
    gateway,
    botId: BOT_ID,
    tenantId: TENANT_ID,
    messagesUrl,
    received,
    refusals,
    reference: {
      conversationId: 'a:p',
      conversationType: 'personal',
      serviceUrl: teams.serviceUrl,
      tenantId: TENANT_ID,
      botId: `28:${BOT_ID}`,
      userId: '29:p',
    },
    onActivity: async () => null,
    async close() {
      await served.close();
      await teams.close();
    },
  };
  return world;
}
