/**
 * Teams as a bot sees it: people who install, write and press buttons, the Bot Connector that takes
 * what the bot sends, and Microsoft's keys, so that the bot's real token validation is on. Cards are
 * kept as people see them, updated in place. Imports nothing of the project's own code.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { cardNodes, cardToText } from './teams/card-text.ts';
import type { ConnectorFault, ConnectorRequest, SimTeam } from './teams/connector.ts';
import { createConnectorApp, personalId } from './teams/connector.ts';
import type { Signing, TokenChanges } from './teams/signing.ts';
import { createSigning } from './teams/signing.ts';
import type { Entry, Transcript } from './teams/transcript.ts';
import { createTranscript } from './teams/transcript.ts';

export type { Entry } from './teams/transcript.ts';

type Json = Record<string, unknown>;

export interface TeamsClientOptions {
  readonly botId: string;
  readonly botPassword: string;
  readonly tenantId: string;
  /** The team's channel that the helpdesk reads. */
  readonly channelId?: string;
}

/** The answer to a press, as it came over HTTP. */
export interface InvokeReply {
  readonly httpStatus: number;
  readonly statusCode: number;
  readonly type: string;
  readonly value: unknown;
}

/** One person's own chat with the bot. */
export interface PersonClient {
  readonly conversationId: string;
  /** The app arrives in this person's Teams. */
  install(): Promise<number>;
  say(text: string): Promise<number>;
  /** Drops files into the chat, as Teams hands them over: an address that is good for minutes. */
  drop(
    ...files: readonly { readonly name: string; readonly downloadUrl: string }[]
  ): Promise<number>;
  /** Answers the newest file that was offered, as Teams does once it has made room in OneDrive. */
  consent(action: 'accept' | 'decline', uploadUrl?: string): Promise<number>;
  /** Presses the newest button of this title, after filling in the card's fields as Teams would. */
  press(title: string, inputs?: Readonly<Record<string, string>>): Promise<InvokeReply>;
  /** Sends an invoke that no card offered: stale or forged data. */
  forge(verb: string, data: Json, replyToId?: string): Promise<InvokeReply>;
  /** A press in a client older than Action.Execute: a message with a value, whatever the value is. */
  submit(value: Json, replyToId?: string): Promise<number>;
  /** Everything in this chat, oldest first, as text. */
  texts(): readonly string[];
  entries(): readonly Entry[];
  /** Waits until a message or card of the bot holds this text, and returns it. */
  see(text: string | RegExp, limitMs?: number): Promise<Entry>;
}

/** What may happen to a channel. */
export type ChannelTurn =
  | 'teamArchived'
  | 'teamUnarchived'
  | 'channelDeleted'
  | 'channelRestored'
  /** The app is blocked in the tenant, which Teams tells no bot. */
  | 'blocked';

/** What the connector answers from then on; null: as before. */
const ANSWERS: Readonly<
  Record<ChannelTurn, { readonly status: number; readonly code: string } | null>
> = {
  // Believed: no page names the code that an archived team gives.
  teamArchived: { status: 403, code: 'Forbidden' },
  teamUnarchived: null,
  channelDeleted: { status: 404, code: 'ConversationNotFound' },
  channelRestored: null,
  blocked: { status: 403, code: 'BotDisabledByAdmin' },
};

export interface TeamsClient {
  /** Give these to the bot. */
  readonly serviceUrl: string;
  readonly openIdMetadataUrl: string;
  readonly loginUrl: string;
  readonly transcript: Transcript;
  /** What the bot did that Teams does not allow; a test ends with none. */
  readonly violations: readonly string[];
  readonly requests: readonly ConnectorRequest[];
  readonly blocked: Set<string>;
  readonly faults: ConnectorFault[];
  /** Teams that the app is in; the first has the channel of the helpdesk. */
  readonly teams: SimTeam[];
  readonly signing: Signing;
  /** Where the bot listens; set it once the bot is up. */
  connectBot(messagesUrl: string): void;
  /** `locale` is the language of this person's Teams; "en-US" unless told, null: none is sent. */
  person(personId: string, locale?: string | null): PersonClient;
  channel: {
    readonly id: string;
    install(byPersonId: string): Promise<number>;
    /** Somebody takes the app out of the team. */
    uninstall(byPersonId: string): Promise<number>;
    /** The team or the channel comes to an end, or back; `told`: Teams says so to the bot. */
    turn(event: ChannelTurn, options?: { readonly told: boolean }): Promise<void>;
    say(byPersonId: string, text: string): Promise<number>;
    /** Presses the newest button of this title; `beside`: in the line of a card that says this. */
    press(byPersonId: string, title: string, beside?: string): Promise<InvokeReply>;
    /** Sends an invoke that no card offered, here or in another channel. */
    forge(byPersonId: string, verb: string, data: Json, channelId?: string): Promise<InvokeReply>;
    see(text: string | RegExp, limitMs?: number): Promise<Entry>;
    texts(): readonly string[];
  };
  /** Posts any activity with a token of this client's making, for tests of the guards. */
  post(
    activity: Json,
    changes?: TokenChanges & { readonly authorization?: string },
  ): Promise<Response>;
  close(): Promise<void>;
}

/** A message as text: its words, then its card. */
export function entryToText(entry: Entry): string {
  const card = entry.card === null ? [] : [cardToText(entry.card)];
  return [...(entry.text === null ? [] : [entry.text]), ...card].join('\n');
}

function matches(entry: Entry, text: string | RegExp): boolean {
  const shown = entryToText(entry);
  return typeof text === 'string' ? shown.includes(text) : text.test(shown);
}

/** The fields of a card with what a person typed, refused as a client would refuse them. */
function fillIn(card: Json, inputs: Readonly<Record<string, string>>): Json {
  const fields = cardNodes(card).filter((node) => String(node['type']).startsWith('Input.'));
  const unknown = Object.keys(inputs).filter((id) => !fields.some((field) => field['id'] === id));
  if (unknown.length > 0) {
    throw new Error(`The card has no field ${unknown.join(', ')}.`);
  }
  const values: Json = {};
  for (const field of fields) {
    const id = String(field['id']);
    const value = inputs[id] ?? (typeof field['value'] === 'string' ? field['value'] : '');
    const pattern = typeof field['regex'] === 'string' ? new RegExp(field['regex']) : null;
    if ((field['isRequired'] === true && value === '') || pattern?.test(value) === false) {
      throw new Error(`Teams does not send the card: ${String(field['errorMessage'])}`);
    }
    values[id] = value;
  }
  return values;
}

/** The button of this title; `beside`: in the line that says this. */
function findAction(card: Json | null, title: string, beside?: string): Json | undefined {
  const lines = cardNodes(card).filter((node) => node['type'] === 'ColumnSet');
  const within =
    beside === undefined ? card : lines.find((line) => JSON.stringify(line).includes(beside));
  return cardNodes(within).find(
    (node) => node['type'] === 'Action.Execute' && node['title'] === title,
  );
}

/** Starts Teams on a loopback port. */
export async function startTeamsClient(options: TeamsClientOptions): Promise<TeamsClient> {
  const signing = await createSigning();
  const transcript = createTranscript();
  const violations: string[] = [];
  const requests: ConnectorRequest[] = [];
  const blocked = new Set<string>();
  const faults: ConnectorFault[] = [];
  const channelId = options.channelId ?? '19:helpdesk@thread.tacv2';
  const teams: SimTeam[] = [
    {
      id: channelId,
      name: 'Helpdesk',
      aadGroupId: 'group-1',
      channels: [{ id: channelId }],
      members: [
        {
          id: '29:member',
          userPrincipalName: 'member@contoso.example',
          userRole: 'user',
          tenantId: options.tenantId,
        },
      ],
    },
  ];
  const closed = new Map<string, { readonly status: number; readonly code: string }>();
  let baseUrl = '';
  let botUrl = '';
  const app = createConnectorApp({
    ...options,
    signing,
    transcript,
    violations,
    requests,
    blocked,
    faults,
    closed,
    teams,
    baseUrl: () => baseUrl,
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The simulated Teams has no port.');
  }
  baseUrl = `http://127.0.0.1:${address.port}`;

  const post: TeamsClient['post'] = async (activity, changes = {}) => {
    const token = await signing.token(options.botId, baseUrl, changes);
    const authorization = changes.authorization ?? `Bearer ${token}`;
    return await fetch(botUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify(activity),
    });
  };

  let activities = 0;
  const activity = (personId: string, conversation: Json, rest: Json): Json => {
    activities += 1;
    return {
      id: `in-${activities}`,
      channelId: 'msteams',
      serviceUrl: baseUrl,
      timestamp: new Date().toISOString(),
      from: { id: `29:${personId}`, aadObjectId: personId, name: 'A person' },
      recipient: { id: `28:${options.botId}`, name: 'Skybridge' },
      conversation: { tenantId: options.tenantId, ...conversation },
      channelData: { tenant: { id: options.tenantId }, ...Object(rest['channelData']) },
      ...Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'channelData')),
    };
  };

  const seeIn = async (
    isHere: (entry: Entry) => boolean,
    text: string | RegExp,
    limitMs: number | undefined,
  ): Promise<Entry> =>
    await transcript.until(
      () =>
        transcript.entries.findLast(
          (entry) => entry.from === 'bot' && isHere(entry) && matches(entry, text),
        ),
      `"${String(text)}"`,
      limitMs,
    );

  const invokeIn = async (
    from: Json,
    press: { readonly action: Json; readonly entry: Entry | null; readonly replyToId: string },
  ): Promise<InvokeReply> => {
    const { action, entry, replyToId } = press;
    const invoke = { type: 'invoke', name: 'adaptiveCard/action', replyToId };
    const response = await post({ ...from, ...invoke, value: { action, trigger: 'manual' } });
    const answer: unknown = response.status === 200 ? await response.json() : {};
    const body = { statusCode: 0, type: '', value: null, ...Object(answer) };
    if (body.type === 'application/vnd.microsoft.card.adaptive' && entry !== null) {
      transcript.replace(entry, { ...Object(body.value) });
    }
    const { statusCode, type, value } = body;
    return { httpStatus: response.status, statusCode, type, value };
  };

  const person: TeamsClient['person'] = (personId, locale = 'en-US') => {
    const conversationId = personalId(personId);
    const said = locale === null ? {} : { locale };
    const here = { id: conversationId, conversationType: 'personal' };
    const entries = (): readonly Entry[] =>
      transcript.entries.filter((entry) => entry.conversationId === conversationId);

    const invoke = async (
      action: Json,
      entry: Entry | null,
      replyToId: string,
    ): Promise<InvokeReply> => {
      const reply = await invokeIn(activity(personId, here, said), { action, entry, replyToId });
      if (reply.type === 'application/vnd.microsoft.activity.message') {
        transcript.add(conversationId, 'bot', { text: String(reply.value) });
      } else if (reply.type === 'application/vnd.microsoft.error') {
        transcript.add(conversationId, 'bot', { text: String(Object(reply.value).message) });
      }
      return reply;
    };

    return {
      conversationId,
      entries,
      texts: () => entries().map(entryToText),
      see: (text, limitMs) =>
        seeIn((entry) => entry.conversationId === conversationId, text, limitMs),
      async install() {
        const response = await post(
          activity(personId, here, { ...said, type: 'installationUpdate', action: 'add' }),
        );
        return response.status;
      },
      async say(text) {
        transcript.add(conversationId, 'person', { text });
        const response = await post(activity(personId, here, { ...said, type: 'message', text }));
        return response.status;
      },
      async drop(...files) {
        transcript.add(conversationId, 'person', { text: files.map(({ name }) => name).join() });
        const attachments = [
          { contentType: 'text/html', content: '<p>&nbsp;</p>' },
          ...files.map(({ name, downloadUrl }) => ({
            contentType: 'application/vnd.microsoft.teams.file.download.info',
            contentUrl: `https://contoso-my.sharepoint.com/personal/admin/Documents/${name}`,
            name,
            content: { downloadUrl, uniqueId: 'file-1', fileType: name.split('.').at(-1) },
          })),
        ];
        const message = { ...said, type: 'message', attachments };
        return (await post(activity(personId, here, message))).status;
      },
      async consent(action, uploadUrl = 'https://contoso-my.sharepoint.com/upload') {
        const isOffer = ({ file }: Entry): boolean => Object(file?.['content']).acceptContext;
        const offer = entries().findLast(isOffer);
        if (offer === undefined) {
          throw new Error('No file was offered.');
        }
        const name = String(offer.file?.['name']);
        const contentUrl = `https://contoso-my.sharepoint.com/personal/Documents/${name}`;
        const uploadInfo = { uploadUrl, contentUrl, name, uniqueId: 'file-1', fileType: 'csv' };
        const context: unknown = Object(offer.file?.['content'])[`${action}Context`];
        const value = { type: 'fileUpload', action, context };
        const consented = {
          ...said,
          type: 'invoke',
          name: 'fileConsent/invoke',
          replyToId: offer.id,
          value: action === 'accept' ? { ...value, uploadInfo } : value,
        };
        return (await post(activity(personId, here, consented))).status;
      },
      async press(title, inputs = {}) {
        for (const entry of entries().toReversed()) {
          const action = findAction(entry.card, title);
          if (action !== undefined && entry.card !== null) {
            const values = action['associatedInputs'] === 'none' ? {} : fillIn(entry.card, inputs);
            const data = { ...Object(action['data']), ...values };
            const pressed = { type: action['type'], verb: action['verb'], data };
            return await invoke(pressed, entry, entry.id);
          }
        }
        throw new Error(`No card shows the button "${title}".`);
      },
      async submit(value, replyToId) {
        const message = activity(personId, here, { ...said, type: 'message', value, replyToId });
        return (await post(message)).status;
      },
      forge: async (verb, data, replyToId = 'activity-0') =>
        await invoke({ type: 'Action.Execute', verb, data }, null, replyToId),
    };
  };

  const isInChannel = (entry: Entry): boolean => entry.conversationId.startsWith(channelId);
  const inChannel = {
    id: channelId,
    conversationType: 'channel',
  };
  const channelData = { team: { id: channelId }, channel: { id: channelId } };

  return {
    serviceUrl: baseUrl,
    openIdMetadataUrl: `${baseUrl}/openid`,
    loginUrl: baseUrl,
    transcript,
    violations,
    requests,
    blocked,
    faults,
    teams,
    signing,
    connectBot(messagesUrl) {
      botUrl = messagesUrl;
    },
    person,
    channel: {
      id: channelId,
      texts: () => transcript.entries.filter(isInChannel).map(entryToText),
      see: (text, limitMs) => seeIn(isInChannel, text, limitMs),
      async uninstall(byPersonId) {
        closed.set(channelId, { status: 403, code: 'BotNotInConversationRoster' });
        const removed = { type: 'installationUpdate', action: 'remove', channelData };
        return (await post(activity(byPersonId, inChannel, removed))).status;
      },
      async turn(event, { told } = { told: true }) {
        const answer = ANSWERS[event];
        if (answer === null) {
          closed.delete(channelId);
        } else {
          closed.set(channelId, answer);
        }
        if (told) {
          const update = {
            type: 'conversationUpdate',
            channelData: { ...channelData, eventType: event },
          };
          await post({ ...activity('', inChannel, update), from: { id: '29:team' } });
        }
      },
      async install(byPersonId) {
        closed.delete(channelId);
        const installed = { type: 'installationUpdate', action: 'add', channelData };
        return (await post(activity(byPersonId, inChannel, installed))).status;
      },
      async press(byPersonId, title, beside) {
        for (const entry of transcript.entries.filter(isInChannel).toReversed()) {
          const action = findAction(entry.card, title, beside);
          if (action !== undefined) {
            const thread = { ...inChannel, id: entry.conversationId };
            const { type, verb, data } = { type: '', verb: '', data: {}, ...action };
            const press = { action: { type, verb, data }, entry, replyToId: entry.id };
            return await invokeIn(activity(byPersonId, thread, { channelData }), press);
          }
        }
        throw new Error(`No card in the channel shows the button "${title}".`);
      },
      async forge(byPersonId, verb, data, otherId = channelId) {
        const thread = { ...inChannel, id: `${otherId};messageid=activity-0` };
        const action = { type: 'Action.Execute', verb, data };
        const press = { action, entry: null, replyToId: 'activity-0' };
        return await invokeIn(activity(byPersonId, thread, { channelData }), press);
      },
      async say(byPersonId, text) {
        const rootId = `person-${transcript.entries.length + 1}`;
        const thread = { ...inChannel, id: `${channelId};messageid=${rootId}` };
        transcript.add(thread.id, 'person', { text });
        const message = { type: 'message', text: `<at>Skybridge</at> ${text}`, channelData };
        return (await post(activity(byPersonId, thread, message))).status;
      },
    },
    post,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
