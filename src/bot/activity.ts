import { z } from 'zod';

/** A file that somebody sent in a personal chat; the address is good for minutes, and is a secret. */
const fileSchema = z.object({
  contentType: z.literal('application/vnd.microsoft.teams.file.download.info'),
  content: z.object({ downloadUrl: z.string().min(1).max(4000) }),
});

/** The part of an incoming Teams activity that Skybridge reads; plain JSON, unknown members dropped. */
const incomingSchema = z.object({
  type: z.string(),
  id: z.string().optional(),
  channelId: z.string(),
  serviceUrl: z.url(),
  name: z.string().optional(),
  action: z.string().optional(),
  text: z.string().optional(),
  value: z.unknown().optional(),
  // Teams sends the text once more as HTML, and pictures and cards: files alone are read.
  attachments: z.array(z.unknown()).max(50).optional().catch(undefined),
  replyToId: z.string().optional(),
  // Teams says what its user reads; whatever is no such name is as good as none.
  locale: z.string().max(64).optional().catch(undefined),
  from: z.object({ id: z.string(), aadObjectId: z.string().optional() }),
  recipient: z.object({ id: z.string() }),
  conversation: z.object({
    id: z.string(),
    tenantId: z.string().optional(),
    conversationType: z.enum(['personal', 'channel', 'groupChat']).optional(),
  }),
  channelData: z
    .object({
      tenant: z.object({ id: z.string() }).optional(),
      eventType: z.string().optional(),
      team: z.object({ id: z.string() }).optional(),
      channel: z.object({ id: z.string() }).optional(),
    })
    .optional(),
});

export type IncomingActivity = z.infer<typeof incomingSchema>;

/** Reads an activity; null for what is none. */
export function parseActivity(body: unknown): IncomingActivity | null {
  return incomingSchema.safeParse(body).data ?? null;
}

/** Where the files of a message can be fetched. */
export function fileUrlsOf({ attachments = [] }: IncomingActivity): readonly string[] {
  return attachments.flatMap((attachment) => {
    const file = fileSchema.safeParse(attachment).data;
    return file === undefined ? [] : [file.content.downloadUrl];
  });
}

/** An Adaptive Card as it travels; src/bot/cards builds it. */
export interface CardContent {
  readonly type: 'AdaptiveCard';
  readonly [member: string]: unknown;
}

/** What the bot sends: words, or one card. */
export interface OutgoingActivity {
  readonly type: 'message';
  readonly text?: string;
  readonly summary?: string;
  readonly attachments?: readonly {
    readonly contentType: 'application/vnd.microsoft.card.adaptive';
    readonly content: CardContent;
  }[];
}

/** The answer to an `adaptiveCard/action`; travels in the body of an HTTP 200 whatever its statusCode. */
export interface InvokeAnswer {
  readonly statusCode: number;
  readonly type: string;
  readonly value: unknown;
}

/** A message of words alone. */
export function textActivity(text: string): OutgoingActivity {
  return { type: 'message', text };
}

/** A message of one card; `summary` is what a notification shows. */
export function cardActivity(content: CardContent, summary: string): OutgoingActivity {
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', summary, attachments: [{ contentType, content }] };
}

/** Replaces the pressed card by another. */
export function answerCard(content: CardContent): InvokeAnswer {
  return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: content };
}

/** Leaves the pressed card and shows a sentence. */
export function answerText(text: string): InvokeAnswer {
  return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: text };
}

/** Refuses the press with a sentence. */
export function answerError(statusCode: 400 | 403 | 500, message: string): InvokeAnswer {
  const code = { 400: 'BadRequest', 403: 'Forbidden', 500: 'ServerError' }[statusCode];
  return { statusCode, type: 'application/vnd.microsoft.error', value: { code, message } };
}
