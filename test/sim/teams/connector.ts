import type { Express, Request, Response } from 'express';
import express from 'express';
import type { Signing } from './signing.ts';
import type { Transcript } from './transcript.ts';

/** A team that the app is in, as the connector tells of it. */
export interface SimTeam {
  readonly id: string;
  readonly name: string;
  readonly aadGroupId: string;
  /** The first channel of a team has no name here. */
  readonly channels: { readonly id: string; readonly name?: string; readonly type?: string }[];
  readonly members: {
    readonly id: string;
    readonly userPrincipalName: string;
    readonly userRole: string;
    readonly tenantId: string;
  }[];
}

/** The next answers of the connector, instead of what it would say. */
export interface ConnectorFault {
  /** 0: this one is answered as ever. */
  readonly status: number;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Method and path of one request, its size as it came, and the time of the steady clock. */
export interface ConnectorRequest {
  readonly line: string;
  readonly bytes: number;
  readonly atMs: number;
}

export interface ConnectorOptions {
  readonly botId: string;
  readonly botPassword: string;
  readonly tenantId: string;
  readonly signing: Signing;
  readonly transcript: Transcript;
  readonly baseUrl: () => string;
  /** People whom the app cannot reach: a new conversation with them is refused. */
  readonly blocked: ReadonlySet<string>;
  readonly faults: ConnectorFault[];
  readonly teams: SimTeam[];
  /** Channels that nobody can write to, with what Teams says then. */
  readonly closed: ReadonlyMap<string, { readonly status: number; readonly code: string }>;
  readonly violations: string[];
  readonly requests: ConnectorRequest[];
}

const CARD_LIMIT_UTF16 = 100_000;
/** What the bot is given to speak with. */
export const BEARER = 'bot-token-of-the-simulated-login';

/** What Teams says to a message that would go to a closed channel or its threads. */
function closedFor(
  closed: ConnectorOptions['closed'],
  { path, body }: Request,
): { readonly status: number; readonly code: string } | null {
  const place: unknown = Object(Object(Object(body).channelData).channel).id ?? '';
  const reached = decodeURIComponent(path);
  const found = [...closed].find(([id]) => reached.includes(id) || place === id);
  return found?.[1] ?? null;
}

/** The id of the personal chat with a person. */
export function personalId(personId: string): string {
  return `a:${personId}`;
}

/** Microsoft's side: token endpoint, OpenID metadata, keys, and the Bot Connector (v3). */
export function createConnectorApp(options: ConnectorOptions): Express {
  const { transcript, violations } = options;
  let threads = 0;
  const app = express();
  app.use(express.json({ limit: '1mb' }), express.urlencoded({ extended: false }));
  const refuse = (response: Response, status: number, code: string): void => {
    response.status(status).json({ error: { code, message: code } });
  };

  app.post('/:tenant/oauth2/v2.0/token', (request, response) => {
    const form: Record<string, unknown> = request.body;
    const isBot =
      request.params.tenant === options.tenantId &&
      form['client_id'] === options.botId &&
      form['client_secret'] === options.botPassword &&
      form['scope'] === 'https://api.botframework.com/.default';
    if (!isBot) {
      violations.push('token endpoint: unknown client, secret, scope or tenant');
      refuse(response, 401, 'invalid_client');
      return;
    }
    response.json({ token_type: 'Bearer', expires_in: 3599, access_token: BEARER });
  });
  app.get('/openid', (_request, response) => {
    response.json({
      issuer: 'https://api.botframework.com',
      jwks_uri: `${options.baseUrl()}/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });
  app.get('/keys', (_request, response) => {
    response.json(options.signing.jwks);
  });

  app.use('/v3', (request, response, next) => {
    options.requests.push({
      line: `${request.method} /v3${request.path}`,
      bytes: Number(request.headers['content-length'] ?? 0),
      atMs: performance.now(),
    });
    if (request.headers.authorization !== `Bearer ${BEARER}`) {
      violations.push(`${request.method} ${request.path}: no valid token`);
      refuse(response, 401, 'Unauthorized');
      return;
    }
    const fault = options.faults.shift();
    if (fault !== undefined && fault.status !== 0) {
      response.set({ ...fault.headers });
      refuse(response, fault.status, fault.code ?? 'SimulatedFault');
      return;
    }
    const refused = closedFor(options.closed, request);
    if (refused !== null) {
      refuse(response, refused.status, refused.code);
      return;
    }
    if (JSON.stringify(request.body ?? null).length > CARD_LIMIT_UTF16) {
      refuse(response, 413, 'MessageSizeTooBig');
      return;
    }
    next();
  });

  const ofTeam = (
    answer: (team: SimTeam, request: Request) => unknown,
  ): ((request: Request, response: Response) => void) => {
    return (request, response) => {
      const team = options.teams.find(({ id }) => id === request.params['team']);
      if (team === undefined) {
        refuse(response, 403, 'BotNotInConversationRoster');
      } else {
        response.json(answer(team, request));
      }
    };
  };
  app.get(
    '/v3/teams/:team',
    ofTeam(({ id, name, aadGroupId }) => ({ id, name, aadGroupId })),
  );
  app.get(
    '/v3/teams/:team/conversations',
    ofTeam(({ channels }) => ({ conversations: channels })),
  );
  app.get(
    '/v3/conversations/:team/pagedmembers',
    ofTeam(({ members }, request) => {
      const size = Number(request.query['pageSize'] ?? 200);
      const start = Number(request.query['continuationToken'] ?? 0);
      const next = start + size < members.length ? { continuationToken: String(start + size) } : {};
      return { members: members.slice(start, start + size), ...next };
    }),
  );
  app.post('/v3/conversations', (request: Request, response: Response) => {
    const body: {
      isGroup?: boolean;
      members?: { id: string }[];
      tenantId?: string;
      activity?: Record<string, unknown>;
      channelData?: { channel?: { id: string } };
    } = request.body;
    if (body.isGroup === true && body.channelData?.channel && body.activity) {
      threads += 1;
      const id = `${body.channelData.channel.id};messageid=root-${threads}`;
      const entry = transcript.add(id, 'bot', body.activity);
      response.status(201).json({ id, activityId: entry.id });
      return;
    }
    const member = body.members?.[0]?.id;
    if (member === undefined || body.tenantId !== options.tenantId) {
      violations.push('createConversation: neither a channel thread nor a person of this tenant');
      refuse(response, 400, 'BadSyntax');
      return;
    }
    if (options.blocked.has(member)) {
      refuse(response, 403, 'MessageWritesBlocked');
      return;
    }
    response.status(201).json({ id: personalId(member) });
  });
  /** A chat that is there stays closed, too, once its person blocks the bot. */
  const isClosed = (conversation: string): boolean =>
    [...options.blocked].some((member) => personalId(member) === conversation);
  app.post('/v3/conversations/:conversation/activities', (request, response) => {
    if (isClosed(request.params.conversation)) {
      refuse(response, 403, 'MessageWritesBlocked');
      return;
    }
    const entry = transcript.add(request.params.conversation, 'bot', request.body);
    response.status(201).json({ id: entry.id });
  });
  app.put('/v3/conversations/:conversation/activities/:activity', (request, response) => {
    const { conversation, activity } = request.params;
    if (transcript.update(conversation, activity, request.body)) {
      response.json({ id: activity });
    } else {
      refuse(response, 404, 'ActivityNotFoundInConversation');
    }
  });
  app.use((request, response) => {
    violations.push(`${request.method} ${request.path}: unknown`);
    refuse(response, 404, 'NotFound');
  });
  return app;
}
