import type { Router } from 'express';
import type { Clock } from '../clock.ts';
import type { NoticePort, SkybridgeApi } from '../jobs/api.ts';
import type { Logger } from '../log.ts';
import type { Sealer } from '../secrets/seal.ts';
import type { IncomingActivity } from './activity.ts';
import { createChannelWatch } from './channel-watch.ts';
import { createConnectorToken } from './connector-token.ts';
import type { Dispatch } from './dispatch.ts';
import { createDispatch } from './dispatch.ts';
import { createGateway } from './gateway.ts';
import type { Refusal } from './guards.ts';
import { TEAMS_SERVICE_HOSTS } from './guards.ts';
import { createHelpdeskChannel } from './helpdesk-channel.ts';
import { createHelpdeskPlaces } from './helpdesk-places.ts';
import { createKeyedLock } from './keyed-lock.ts';
import { createLiveCards } from './live-cards.ts';
import { createNonces } from './nonces.ts';
import { createNotifier } from './notifier.ts';

import { createOutbound, type OutboundDeps } from './outbound.ts';
import { createPaced } from './paced.ts';
import type { PersonDesk } from './person-desk.ts';
import { createPersonalChats } from './personal-chats.ts';
import { remindDue } from './reminders.ts';
import { createFileFetch, createFileUpload } from './teams-files.ts';

/** Who the bot is. `serve` fills this from the environment and always with authentication. */
export interface BotSettings {
  readonly botId: string;
  readonly tenantId: string;
  readonly authentication:
    | { readonly kind: 'secret'; readonly botPassword: string }
    | { readonly kind: 'managed-identity' }
    /** For the Playground on this machine alone. */
    | { readonly kind: 'off' };
  /** https://login.microsoftonline.com, or an override. */
  readonly loginUrl: string;
  /** Null: Microsoft's own. */
  readonly openIdMetadataUrl: string | null;
  /** Beyond the hosts of Teams; for tests and the Playground. */
  readonly moreServiceUrlHosts: readonly string[];
  /** What the hosts of the tenant's SharePoint and OneDrive end in. */
  readonly fileHostSuffix: string;
  /** Further hosts of files; for tests and the Playground. */
  readonly moreFileHosts: readonly string[];
  /** Where Teams is reached for people who have not written yet. */
  readonly defaultServiceUrl: string;
  /** The one host that app passwords are for: the host of SOURCE_IMAP_URL. */
  readonly sourceHost: string;
  /** The page for people whom Teams does not reach; null where there is none. */
  readonly pageUrl: string | null;
  /** At least this long between two updates of one card. */
  readonly updateEveryMs: number;
  /** At least this long between two messages to one thread of a channel. */
  readonly channelEveryMs: number;
}

export interface BotDeps {
  readonly api: SkybridgeApi;
  readonly settings: BotSettings;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onSent?: OutboundDeps['onSent'];
}

export interface Bot {
  /** Serves POST /api/messages. */
  readonly router: Router;
  /** Give this to whoever serves pages. */
  readonly desk: PersonDesk;
  /** Give this to the jobs. */
  readonly notices: NoticePort;
  /** Reminds whoever is due; harmless to repeat. */
  remindDue(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const AFTER_ANSWER_MS = 150;

/** Teams' whole default service, for callers without a reason for another. */
export const DEFAULT_SERVICE_URL = 'https://smba.trafficmanager.net/teams/';

/** The conversation, put together. */
export function createBot(deps: BotDeps): Bot {
  const { api, settings, clock, logger } = deps;
  const { authentication, botId, tenantId, loginUrl } = settings;
  const closing = new AbortController();

  async function auditRefusal(refusal: Refusal, activity: IncomingActivity): Promise<void> {
    const entry = { actor: null, action: 'activity', outcome: 'refused' } as const;
    await api.audit({ ...entry, subject: activity.type, before: null, after: refusal });
  }

  const gateway = createGateway({
    settings: {
      botId,
      tenantId,
      loginUrl,
      openIdMetadataUrl: settings.openIdMetadataUrl,
      allowedServiceUrlHosts: [...TEAMS_SERVICE_HOSTS, ...settings.moreServiceUrlHosts],
      authentication:
        authentication.kind === 'secret'
          ? {
              kind: 'secret',
              connectorToken: createConnectorToken({
                loginUrl,
                tenantId,
                botId,
                botPassword: authentication.botPassword,
                clock,
              }),
            }
          : authentication,
    },
    logger,
    onActivity: async (activity, request) => await dispatch.onActivity(activity, request),
    onRefused: auditRefusal,
  });
  const outbound = createOutbound({
    gateway,
    clock,
    updateEveryMs: settings.updateEveryMs,
    channelEveryMs: settings.channelEveryMs,
    afterAnswerMs: AFTER_ANSWER_MS,
    random: Math.random,
    ...(deps.onSent === undefined ? {} : { onSent: deps.onSent }),
  });
  const lock = createKeyedLock();
  const nonces = createNonces(api.conversations, tenantId, clock);
  const live = createLiveCards({ store: api.conversations, outbound, lock });
  const paced = createPaced({ clock, everyMs: settings.updateEveryMs });
  const { conversations } = api;
  const { defaultServiceUrl } = settings;
  const chats = createPersonalChats({ conversations, outbound, lock, defaultServiceUrl });
  const watch = createChannelWatch({ conversations, outbound, chats, clock, logger });
  const channel = createHelpdeskChannel({ api, outbound, live, paced, watch, clock });
  const notifier = createNotifier({
    api,
    outbound,
    live,
    channel,
    paced,
    nonces,
    lock,
    clock,
    chats,
  });
  const files = {
    suffix: settings.fileHostSuffix,
    moreHosts: settings.moreFileHosts,
    ownDomains: (signal: AbortSignal) => api.ownDomains(signal),
  };
  const dispatch: Dispatch = createDispatch({
    api,
    outbound,
    notifier,
    channel,
    places: createHelpdeskPlaces({ api, gateway, logger }),
    chats,
    botId,
    nonces,
    sealer: deps.sealer,
    clock,
    lock,
    sourceHost: settings.sourceHost,
    pageUrl: settings.pageUrl,
    fetchFile: createFileFetch(files),
    putFile: createFileUpload(files),
    logger,
    closing: closing.signal,
    tenantId,
  });

  return {
    router: gateway.router,
    desk: dispatch.desk,
    notices: notifier,
    remindDue: async (signal) =>
      await remindDue({ api, notifier, clock, logger }, AbortSignal.any([signal, closing.signal])),
    async close() {
      closing.abort();
      await outbound.close();
      await dispatch.settled();
    },
  };
}
