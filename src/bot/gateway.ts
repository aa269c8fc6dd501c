/**
 * The only door between Teams and Skybridge, and the only importer of botbuilder: plain JSON
 * activities and our own references pass it, no type of the SDK. In, for each POST /api/messages:
 *
 *   1. body limit and shape     400, 413
 *   2. token (botbuilder)       401 for every bad token, whatever is wrong with it
 *   3. channel, tenant, host    403
 *   4. one turn                 200; an adaptiveCard/action answers 200 with its status in the body
 */
import {
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  ConfigurationServiceClientCredentialFactory,
  TeamsInfo,
  type TurnContext,
} from 'botbuilder';
import type { NextFunction, Request, Response, Router } from 'express';
import express from 'express';
import type { ConversationReference, PostedCard } from '../jobs/api.ts';
import type { Logger } from '../log.ts';
import type { IncomingActivity, InvokeAnswer, OutgoingActivity } from './activity.ts';
import { parseActivity } from './activity.ts';
import { answerFailure } from './answer-failure.ts';
import { RefusedServiceUrlError } from './errors.ts';
import type { Refusal } from './guards.ts';
import { isAllowedServiceUrl, refusalOf } from './guards.ts';
import { sendErrorOf } from './send-errors.ts';

/** Who the bot is, and whom it listens to. */
export interface GatewaySettings {
  /**
   * `secret`: SingleTenant, `connectorToken` signs what is sent · `managed-identity`: UserAssignedMSI ·
   * `off`: no token is asked for or sent; for the Playground on this machine, never from settings.
   */
  readonly authentication:
    | { readonly kind: 'secret'; readonly connectorToken: () => Promise<string> }
    | { readonly kind: 'managed-identity' }
    | { readonly kind: 'off' };
  readonly botId: string;
  readonly tenantId: string;
  readonly loginUrl: string;
  /** Where the keys that sign Teams' tokens are found; null: Microsoft's own. */
  readonly openIdMetadataUrl: string | null;
  readonly allowedServiceUrlHosts: readonly string[];
}

/** The HTTP request behind a turn. */
export interface TurnRequest {
  /** Aborted when Teams no longer waits. */
  readonly signal: AbortSignal;
  /** Resolves once the answer has left. */
  readonly answered: Promise<void>;
}

export interface GatewayDeps {
  readonly settings: GatewaySettings;
  readonly logger: Logger;
  /** One turn; what it returns answers an invoke. */
  onActivity(activity: IncomingActivity, request: TurnRequest): Promise<InvokeAnswer | null>;
  /** A valid token, and refused all the same. */
  onRefused(refusal: Refusal, activity: IncomingActivity): Promise<void>;
}

/** A team that the bot is in, and where it is reached. */
export interface TeamReference {
  readonly teamId: string;
  readonly serviceUrl: string;
}

export interface TeamChannel {
  readonly id: string;
  readonly name: string;
  /** `unknown`: a kind that we do not know. */
  readonly kind: 'standard' | 'private' | 'shared' | 'unknown';
}

/** Who reads a team's standard channels and is not of this tenant. */
export interface Outsiders {
  readonly guests: number;
  readonly external: number;
}

export interface Gateway {
  /** `groupId`: of the team's group in Entra ID; null where Teams did not say. */
  describeTeam(
    team: TeamReference,
    signal: AbortSignal,
  ): Promise<{ readonly name: string; readonly groupId: string | null }>;
  listChannels(team: TeamReference, signal: AbortSignal): Promise<readonly TeamChannel[]>;
  countOutsiders(team: TeamReference, signal: AbortSignal): Promise<Outsiders>;
  /** Serves POST /api/messages. */
  readonly router: Router;
  send(to: ConversationReference, activity: OutgoingActivity, signal: AbortSignal): Promise<string>;
  update(posted: PostedCard, activity: OutgoingActivity, signal: AbortSignal): Promise<void>;
  /** The personal chat with a person, who need not have written before. */
  createPersonal(
    personId: string,
    serviceUrl: string,
    signal: AbortSignal,
  ): Promise<ConversationReference>;
  /** A new post in a channel; its thread is the conversation of the result. */
  createThread(
    channel: ConversationReference,
    activity: OutgoingActivity,
    signal: AbortSignal,
  ): Promise<PostedCard>;
}

const BODY_LIMIT = '256kb';
const BOT_FRAMEWORK = 'https://api.botframework.com';
const OPENID_METADATA = 'https://login.botframework.com/v1/.well-known/openidconfiguration';

type Authenticated = Awaited<
  ReturnType<ConfigurationBotFrameworkAuthentication['authenticateRequest']>
>;
type SdkActivity = Parameters<ConfigurationBotFrameworkAuthentication['authenticateRequest']>[0];
type Connector = Awaited<
  ReturnType<
    ReturnType<ConfigurationBotFrameworkAuthentication['createConnectorFactory']>['create']
  >
>;
type CredentialsFactory = NonNullable<
  ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>[1]
>;

/** The SDK's adapter, with the turn apart from the token, and the connector apart from a turn. */
class TurnAdapter extends CloudAdapter {
  async runTurn(
    result: Authenticated,
    activity: SdkActivity,
    turn: () => Promise<InvokeAnswer | null>,
  ): Promise<{ status: number; body: unknown }> {
    const response = await this.processActivity(result, activity, async (context) => {
      const body = await turn();
      if (activity.type === 'invoke') {
        // An HTTP status other than 200 would show the user nothing: the answer's own goes in the body.
        await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body } });
      }
    });
    return { status: response?.status ?? 200, body: response?.body ?? null };
  }

  /** Asks about a team as a turn in it would. */
  async inTeam<T>(
    botId: string,
    { teamId, serviceUrl }: TeamReference,
    ask: (context: TurnContext) => Promise<T>,
  ): Promise<T> {
    const answers: T[] = [];
    await this.continueConversationAsync(
      this.createClaimsIdentity(botId),
      {
        channelId: 'msteams',
        serviceUrl,
        bot: { id: botId, name: '' },
        conversation: { id: teamId, name: '', isGroup: true, conversationType: 'channel' },
      },
      async (context) => {
        answers.push(await ask(context));
      },
    );
    const [answer] = answers;
    if (answer === undefined) {
      throw new TypeError('A question about a team was not asked.');
    }
    return answer;
  }

  async connector(botId: string, serviceUrl: string): Promise<Connector> {
    const factory = this.botFrameworkAuthentication.createConnectorFactory(
      this.createClaimsIdentity(botId),
    );
    const connector = await factory.create(serviceUrl);
    removeRetries(connector);
    return connector;
  }
}

const KINDS: readonly TeamChannel['kind'][] = ['standard', 'private', 'shared'];
const MEMBERS_PER_PAGE = 500;
/** A team has at most 25,000 members. */
const MOST_PAGES = 60;

/** Retry-After and back-off are decided in one place, src/bot/outbound.ts; the SDK hides its own. */
function removeRetries(connector: Connector): void {
  const { pipeline }: { pipeline: { removePolicy(policy: { name: string }): void } } = Reflect.get(
    connector,
    'client',
  );
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
}

function credentialsOf(settings: GatewaySettings): CredentialsFactory {
  const { authentication, botId, tenantId } = settings;
  if (authentication.kind === 'managed-identity') {
    return new ConfigurationServiceClientCredentialFactory({
      MicrosoftAppType: 'UserAssignedMsi',
      MicrosoftAppId: botId,
      MicrosoftAppTenantId: tenantId,
    });
  }
  return {
    isValidAppId: async (id) => id === botId,
    isAuthenticationDisabled: async () => authentication.kind === 'off',
    createCredentials: async () => ({
      async signRequest(request) {
        if (authentication.kind === 'secret') {
          const token = await authentication.connectorToken();
          request.headers.set('authorization', `Bearer ${token}`);
        }
        return request;
      },
    }),
  };
}

/** One overridden setting makes the SDK expect every one of them, so all are given always. */
function authenticationOf(settings: GatewaySettings): ConfigurationBotFrameworkAuthentication {
  const metadataUrl = settings.openIdMetadataUrl ?? OPENID_METADATA;
  return new ConfigurationBotFrameworkAuthentication(
    {
      ToChannelFromBotLoginUrl: `${settings.loginUrl.replace(/\/$/, '')}/${settings.tenantId}`,
      ToChannelFromBotOAuthScope: BOT_FRAMEWORK,
      ToBotFromChannelTokenIssuer: BOT_FRAMEWORK,
      OAuthUrl: BOT_FRAMEWORK,
      ToBotFromChannelOpenIdMetadataUrl: metadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: metadataUrl,
      CallerId: 'urn:botframework:azure',
      ValidateAuthority: 'true',
    },
    credentialsOf(settings),
  );
}

/** Joins Teams to `onActivity`, and gives the way back. */
export function createGateway(deps: GatewayDeps): Gateway {
  const { settings, logger } = deps;
  const authentication = authenticationOf(settings);
  const adapter = new TurnAdapter(authentication);
  adapter.onTurnError = async (_context, error) => {
    throw error;
  };

  async function authenticate(
    activity: SdkActivity,
    request: Request,
  ): Promise<Authenticated | null> {
    try {
      return await authentication.authenticateRequest(
        activity,
        request.headers.authorization ?? '',
      );
    } catch (error) {
      logger.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'token refused');
      return null;
    }
  }

  async function runRequest(request: Request, response: Response): Promise<void> {
    const activity = parseActivity(request.body);
    if (activity === null) {
      response.status(400).json({ error: 'not an activity' });
      return;
    }
    const sdkActivity: SdkActivity = request.body;
    const authenticated = await authenticate(sdkActivity, request);
    if (authenticated === null) {
      response.status(401).end();
      return;
    }
    const refusal = refusalOf(activity, settings);
    if (refusal !== null) {
      logger.warn({ refusal }, 'activity refused');
      await deps.onRefused(refusal, activity);
      response.status(403).end();
      return;
    }
    const aborter = new AbortController();
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    response.once('close', () => {
      aborter.abort();
      resolve();
    });
    const result = await adapter.runTurn(authenticated, sdkActivity, () =>
      deps.onActivity(activity, { signal: aborter.signal, answered }),
    );
    response.status(result.status).send(result.body ?? undefined);
  }

  async function receive(request: Request, response: Response, next: NextFunction): Promise<void> {
    try {
      await runRequest(request, response);
    } catch (error) {
      next(error);
    }
  }

  const router = express.Router();
  router.post('/api/messages', express.json({ limit: BODY_LIMIT }), (request, response, next) => {
    void receive(request, response, next);
  });
  router.use('/api/messages', answerFailure(logger));

  async function connect(serviceUrl: string): Promise<Connector> {
    if (!isAllowedServiceUrl(serviceUrl, settings.allowedServiceUrlHosts)) {
      throw new RefusedServiceUrlError('The service URL is not a host of Teams.');
    }
    return await adapter.connector(settings.botId, serviceUrl);
  }

  const bot = { id: settings.botId === '' ? 'bot' : `28:${settings.botId}`, name: 'Skybridge' };

  async function askTeam<T>(
    team: TeamReference,
    ask: (context: TurnContext) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    signal.throwIfAborted();
    if (!isAllowedServiceUrl(team.serviceUrl, settings.allowedServiceUrlHosts)) {
      throw new RefusedServiceUrlError('The service URL is not a host of Teams.');
    }
    return await adapter.inTeam(settings.botId, team, ask).catch(rethrow);
  }

  return {
    router,
    async describeTeam(team, signal) {
      const ask = (context: TurnContext): ReturnType<typeof TeamsInfo.getTeamDetails> =>
        TeamsInfo.getTeamDetails(context, team.teamId);
      const { name, aadGroupId } = await askTeam(team, ask, signal);
      return { name: name ?? team.teamId, groupId: aadGroupId ?? null };
    },
    async listChannels(team, signal) {
      const ask = (context: TurnContext): ReturnType<typeof TeamsInfo.getTeamChannels> =>
        TeamsInfo.getTeamChannels(context, team.teamId);
      return (await askTeam(team, ask, signal)).map(({ id = '', name, type = 'standard' }) => ({
        id,
        // The first channel of a team bears no name of its own.
        name: name ?? 'General',
        kind: KINDS.find((kind) => kind === type) ?? 'unknown',
      }));
    },
    async countOutsiders(team, signal) {
      let token: string | undefined;
      let guests = 0;
      let external = 0;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const from = token;
        const ask = (context: TurnContext): ReturnType<typeof TeamsInfo.getPagedTeamMembers> =>
          TeamsInfo.getPagedTeamMembers(context, team.teamId, MEMBERS_PER_PAGE, from);
        const found = await askTeam(team, ask, signal);
        for (const member of found.members) {
          const isExternal = member.tenantId !== undefined && member.tenantId !== settings.tenantId;
          external += isExternal ? 1 : 0;
          guests += !isExternal && isGuest(member) ? 1 : 0;
        }
        token = found.continuationToken;
        if (!token) {
          break;
        }
      }
      return { guests, external };
    },
    async send(to, activity, signal) {
      const connector = await connect(to.serviceUrl);
      const from = { id: to.botId, name: bot.name };
      const answer = await connector.conversations
        .sendToConversation(to.conversationId, outgoing(activity, from), { abortSignal: signal })
        .catch(rethrow);
      return answer.id;
    },
    async update(posted, activity, signal) {
      const { conversation, activityId } = posted;
      const connector = await connect(conversation.serviceUrl);
      const body = {
        ...outgoing(activity, { id: conversation.botId, name: bot.name }),
        id: activityId,
      };
      await connector.conversations
        .updateActivity(conversation.conversationId, activityId, body, { abortSignal: signal })
        .catch(rethrow);
    },
    async createPersonal(personId, serviceUrl, signal) {
      const connector = await connect(serviceUrl);
      const parameters = {
        isGroup: false,
        bot,
        members: [{ id: personId, name: '' }],
        tenantId: settings.tenantId,
        channelData: { tenant: { id: settings.tenantId } },
      };
      const created = await connector.conversations
        .createConversation(conversationParameters(parameters), { abortSignal: signal })
        .catch(rethrow);
      return {
        conversationId: created.id,
        conversationType: 'personal',
        serviceUrl,
        tenantId: settings.tenantId,
        botId: bot.id,
        userId: null,
      };
    },
    async createThread(channel, activity, signal) {
      const connector = await connect(channel.serviceUrl);
      const channelId = channel.conversationId.split(';')[0] ?? channel.conversationId;
      const parameters = {
        isGroup: true,
        bot,
        tenantId: settings.tenantId,
        channelData: { channel: { id: channelId }, tenant: { id: settings.tenantId } },
        activity: outgoing(activity, bot),
      };
      const created = await connector.conversations
        .createConversation(conversationParameters(parameters), { abortSignal: signal })
        .catch(rethrow);
      const conversation = { ...channel, conversationId: created.id };
      return { conversation, activityId: created.activityId };
    },
  };
}

/** Entra ID marks the sign-in names of guests. */
function isGuest(member: { userRole?: string; userPrincipalName?: string }): boolean {
  return (
    member.userRole?.toLowerCase() === 'guest' ||
    member.userPrincipalName?.toUpperCase().includes('#EXT#') === true
  );
}

type NewConversation = Parameters<Connector['conversations']['createConversation']>[0];

/** The SDK's type demands a whole activity of its own kind, which the protocol does not. */
function conversationParameters(parameters: object): NewConversation {
  return JSON.parse(JSON.stringify(parameters));
}

function outgoing(activity: OutgoingActivity, from: { id: string; name: string }): object {
  return { ...activity, channelId: 'msteams', from };
}

function rethrow(error: unknown): never {
  throw sendErrorOf(error);
}
