import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createExchangeAdmin, type ExchangeAdmin } from '../graph/exchange-admin.ts';
import { createGraphClient, type GraphClient } from '../graph/graph-client.ts';
import { createHttpClient } from '../graph/http-client.ts';
import { type Administrator, createAdministratorTokens } from '../graph/setup/admin-sign-in.ts';
import type { Logger } from '../log.ts';
import type { SetupArguments } from './setup-arguments.ts';
import { cloudOf } from './tenant-clients.ts';

/** Whoever runs setup, at a terminal. */
export interface Terminal {
  print(text: string): void;
  /** True only for a clear yes. */
  confirm(question: string, signal: AbortSignal): Promise<boolean>;
}

/** The tenant, with the rights of whoever signed in. */
export interface AdministratorClients {
  readonly graph: GraphClient;
  readonly exchange: ExchangeAdmin;
}

/** The tenant, with whoever signed in. */
export interface Session extends AdministratorClients {
  readonly administrator: Administrator;
}

export interface SignInDeps {
  readonly config: Config;
  readonly terminal: Pick<Terminal, 'print'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Every request of setup is made as the administrator: with their rights, and in their name in the logs of the tenant. */
export async function signInAdministrator(
  { config, terminal, clock, logger: log }: SignInDeps,
  parsed: Pick<SetupArguments, 'clientId' | 'deviceCode'> & { readonly tenantId: string },
  signal: AbortSignal,
): Promise<Session> {
  const cloud = cloudOf(config);
  const { tenantId, clientId, deviceCode } = parsed;
  const service = { graph: 'Microsoft Graph', exchange: 'Exchange Online' } as const;
  const tokens = createAdministratorTokens({
    cloud,
    tenantId,
    clientId,
    deviceCode,
    prompt: {
      browser: (resource, url) =>
        terminal.print(
          `Sign in for ${service[resource]} with a browser on this machine:\n${url}\n`,
        ),
      deviceCode: (resource, message) =>
        terminal.print(`Sign in for ${service[resource]}: ${message}\n`),
    },
    clock,
    log,
  });
  const administrator = await tokens.administrator(signal);
  return {
    administrator,
    graph: createGraphClient({
      graphUrl: cloud.graphUrl,
      tokens,
      http: createHttpClient({ peer: 'graph', clock, log }),
    }),
    exchange: createExchangeAdmin({
      exchangeAdminUrl: cloud.exchangeAdminUrl,
      tenantId,
      tokens,
      http: createHttpClient({ peer: 'exchange-admin', clock, log }),
      anchor: `UPN:${administrator.userPrincipalName}`,
    }),
  };
}
