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
  readonly attachments?: readonly Attachment[];
}

type Attachment =
  | {
      readonly contentType: 'application/vnd.microsoft.card.adaptive';
      readonly content: CardContent;
    }
  /** Asks whether a file may be put into the person's own OneDrive. */
  | {
      readonly contentType: 'application/vnd.microsoft.teams.card.file.consent';
      readonly name: string;
      readonly content: FileOffer;
    }
  /** Shows a file that lies there now. */
  | {
      readonly contentType: 'application/vnd.microsoft.teams.card.file.info';
      readonly contentUrl: string;
      readonly name: string;
      readonly content: { readonly uniqueId: string; readonly fileType: string };
    };

/** What Teams shows of a file before it is sent; the context comes back with the answer. */
interface FileOffer {
  readonly description: string;
  readonly sizeInBytes: number;
  readonly acceptContext: Readonly<Record<string, unknown>>;
  readonly declineContext: Readonly<Record<string, unknown>>;
}

export interface OfferedFile {
  readonly name: string;
  readonly description: string;
  readonly sizeBytes: number;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Offers a file; Teams asks the person, and says where to put it. */
export function fileOfferActivity({
  name,
  description,
  sizeBytes,
  context,
}: OfferedFile): OutgoingActivity {
  const contentType = 'application/vnd.microsoft.teams.card.file.consent';
  const content = {
    description,
    sizeInBytes: sizeBytes,
    acceptContext: context,
    declineContext: context,
  };
  return { type: 'message', summary: description, attachments: [{ contentType, name, content }] };
}

const uploadSchema = z.object({
  uploadUrl: z.string().min(1).max(4000),
  contentUrl: z.string().min(1).max(4000),
  name: z.string().min(1).max(400),
  uniqueId: z.string().min(1).max(200),
  fileType: z.string().max(20),
});

/** Where an accepted file goes. */
export type FileUpload = z.infer<typeof uploadSchema>;

const consentSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('accept'), context: z.unknown(), uploadInfo: uploadSchema }),
  z.object({ action: z.literal('decline'), context: z.unknown() }),
]);

/** The answer to an offered file; null for what is none. */
export function parseFileConsent(value: unknown): z.infer<typeof consentSchema> | null {
  return consentSchema.safeParse(value).data ?? null;
}

/** Shows a file that was put into the person's OneDrive. */
export function fileInfoActivity({
  contentUrl,
  name,
  uniqueId,
  fileType,
}: Omit<FileUpload, 'uploadUrl'>): OutgoingActivity {
  const contentType = 'application/vnd.microsoft.teams.card.file.info';
  const content = { uniqueId, fileType };
  return { type: 'message', attachments: [{ contentType, contentUrl, name, content }] };
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
