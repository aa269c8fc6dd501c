/**
 * Every button there is: its name, what the card carries with it, and what the person fills in.
 * `button` takes only what the schema knows; the handler parses what came back with the same schema,
 * since a card can be stale or forged.
 */
import { z } from 'zod';
import { CHOICES } from '../../jobs/api.ts';
import { LANGUAGES } from '../../words/language.ts';
import { COMMANDS } from '../commands.ts';
import { MOST_FIELDS, MOST_LETTERS } from './folder-form.ts';

/** Letters of the field that names folders, a line each. */
export const MOST_TYPED = 5000;

const id = z.string().min(1).max(100);
const nothing = z.object({});
const ofMigration = z.object({ migrationId: id });
/** Of a team or a channel, as Teams gives it. */
const placeId = z.string().min(1).max(200);
const teamName = z.string().trim().max(100).optional();
/** `since`: when the move came into the state that the card shows, in milliseconds; another state is left alone. */
const ofNeed = z.object({ migrationId: id, since: z.number().int().min(0) });
/** An address of the tenant; control characters would end up in a login. */
export const mailboxSchema = z
  .string()
  .trim()
  .max(320)
  .regex(/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u);
const typed = z.string().max(100).optional();
const page = z.number().int().min(0).max(1000).default(0);
/** Names what the card showed; cards of before it was asked for carry none, and are shown anew. */
const seen = z.string().max(100).default('');
const ofFix = z.object({ fix: z.enum(['register-principal']) });

/** One of the form's fields; `paths` says whose, in the order of the fields. */
const typedName = z.string().trim().max(MOST_LETTERS).optional();
const folderForm = {
  data: z.object({
    migrationId: id,
    paths: z.array(z.string().min(1).max(MOST_LETTERS)).max(MOST_FIELDS).default([]),
  }),
  inputs: z.object({
    name0: typedName,
    name1: typedName,
    name2: typedName,
    name3: typedName,
    name4: typedName,
    name5: typedName,
    name6: typedName,
    name7: typedName,
    otherFolder: typedName,
    otherName: typedName,
  }),
};

/** `data` travels in the card, `inputs` are its fields. */
interface ActionSchema {
  readonly data: z.ZodObject;
  readonly inputs: z.ZodObject;
}

export const ACTIONS = {
  'help.show': { data: nothing, inputs: nothing },
  'command.run': { data: z.object({ word: z.enum(COMMANDS) }), inputs: nothing },
  'people.list': { data: z.object({ batchId: id, page }), inputs: nothing },
  'move.show': { data: ofMigration, inputs: nothing },
  'batch.show': { data: z.object({ batchId: id }), inputs: nothing },
  'report.batch': { data: z.object({ batchId: id, page }), inputs: nothing },
  'settings.show': { data: nothing, inputs: nothing },
  'settings.edit': {
    data: z.object({ which: z.enum(['reminderDays', 'window', 'skipRules']) }),
    inputs: nothing,
  },
  'settings.reminders': { data: nothing, inputs: z.object({ days: typed }) },
  'settings.window': {
    data: nothing,
    inputs: z.object({ days: typed, from: typed, to: typed, timeZone: typed }),
  },
  'settings.no-window': { data: nothing, inputs: nothing },
  'settings.skip-rules': {
    data: nothing,
    inputs: z.object({ folders: typed, junkDays: typed, before: typed }),
  },
  'settings.undo': {
    data: z.object({ changeId: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    inputs: nothing,
  },
  'tenant.check': { data: z.object({ mailbox: mailboxSchema.optional() }), inputs: nothing },
  'tenant.try-login': { data: nothing, inputs: z.object({ mailbox: mailboxSchema }) },
  'tenant.ask-fix': { data: ofFix, inputs: nothing },
  'tenant.fix': { data: ofFix.extend({ seen }), inputs: nothing },
  'people.ask': { data: nothing, inputs: nothing },
  'people.find': { data: nothing, inputs: z.object({ who: z.string().trim().min(1).max(10_000) }) },
  'people.choose': { data: z.object({ personId: id }), inputs: nothing },
  'people.create': { data: z.object({ planHash: id }), inputs: nothing },
  'move.start': { data: z.object({ planHash: id }), inputs: nothing },
  'move.not-now': { data: nothing, inputs: nothing },
  'migration.remind': { data: ofMigration, inputs: nothing },
  'migration.show': { data: ofMigration, inputs: nothing },
  'migration.letter': {
    data: z.object({ migrationId: id, language: z.enum(LANGUAGES).optional() }),
    inputs: nothing,
  },
  // Whoever approves the pilot approves the folder map, with what stands in its fields.
  'migration.approve-pilot': {
    data: folderForm.data.extend({ seen }),
    inputs: folderForm.inputs,
  },
  'pilot.ask': { data: ofMigration, inputs: nothing },
  'pilot.choose': {
    data: ofMigration,
    inputs: z.object({ folder: z.string().max(MOST_LETTERS).optional() }),
  },
  'folders.rename': folderForm,
  'migration.finish': { data: ofMigration, inputs: nothing },
  'migration.pause': { data: ofMigration, inputs: nothing },
  'migration.resume': { data: ofMigration, inputs: nothing },
  'migration.retry': { data: ofMigration, inputs: nothing },
  'migration.agree': {
    data: z.object({ migrationId: id, choice: z.enum(CHOICES), bytes: z.number().int().min(0) }),
    inputs: nothing,
  },
  'migration.ask-cancel': { data: ofMigration, inputs: nothing },
  'migration.cancel': { data: ofMigration, inputs: nothing },
  'channel.show': { data: nothing, inputs: nothing },
  'channel.pick': {
    data: nothing,
    inputs: z.object({ place: z.string().max(500).optional(), team: teamName }),
  },
  'channel.use': {
    data: z.object({ teamId: placeId, channelId: placeId, agreed: z.number().int().min(-1) }),
    inputs: nothing,
  },
  'channel.find': {
    data: nothing,
    inputs: z.object({ place: z.string().max(500).optional(), team: teamName }),
  },
  'channel.ask-install': { data: z.object({ groupId: id }), inputs: nothing },
  'channel.install': { data: z.object({ groupId: id }), inputs: nothing },
  'helpdesk.ask-again': { data: ofNeed, inputs: nothing },
  'helpdesk.retry': { data: ofNeed, inputs: nothing },
  'helpdesk.ask-skip': { data: ofNeed, inputs: nothing },
  'helpdesk.skip': { data: ofNeed, inputs: nothing },
  'helpdesk.keep': { data: ofMigration, inputs: nothing },
  'credential.submit': {
    data: z.object({ migrationId: id, nonce: id }),
    inputs: z.object({ address: z.string().trim().max(320), appPassword: z.string().max(200) }),
  },
  'person.show': { data: ofMigration, inputs: nothing },
  'person.ask-leave-out': { data: ofMigration, inputs: nothing },
  'person.leave-out': {
    data: ofMigration,
    inputs: z.object({
      folders: z.string().max(MOST_TYPED).optional(),
      before: z.string().max(100).optional(),
    }),
  },
  'person.ask-decline': { data: ofMigration, inputs: nothing },
  'person.decline': { data: ofMigration, inputs: nothing },
} as const satisfies Record<string, ActionSchema>;

export type ActionName = keyof typeof ACTIONS;
type DataOf<N extends ActionName> = z.input<(typeof ACTIONS)[N]['data']>;
type ParsedOf<N extends ActionName> = z.output<(typeof ACTIONS)[N]['data']> &
  z.output<(typeof ACTIONS)[N]['inputs']>;

/** What a client older than Action.Execute (1.4) presses: its data arrive as a message's value. */
interface OldButton {
  readonly type: 'Action.Submit';
  readonly title: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A button as it stands in a card. */
export interface Button {
  readonly type: 'Action.Execute';
  readonly title: string;
  readonly verb: ActionName;
  readonly data: Readonly<Record<string, unknown>>;
  readonly style?: 'positive' | 'destructive';
  readonly associatedInputs?: 'none';
  readonly fallback?: OldButton;
}

/**
 * Never by Action.Submit, which makes messages of what is typed and answered: a password that is entered
 * (credential.submit), first passwords that are shown (people.create). An older client has no such button.
 */
const ONLY_INVOKED: readonly ActionName[] = ['credential.submit', 'people.create'];

/** Whether a press of this name may come as a message. */
export function mayBeSubmitted(name: ActionName): boolean {
  return !ONLY_INVOKED.includes(name);
}

/** A button of the catalogue; a misspelt action or a missing field does not compile. */
export function button<N extends ActionName>(
  name: N,
  title: string,
  data: DataOf<N>,
  style?: 'positive' | 'destructive',
): Button {
  const takesInputs = Object.keys(ACTIONS[name].inputs.shape).length > 0;
  return {
    type: 'Action.Execute',
    title,
    verb: name,
    data: { ...data },
    ...(style === undefined ? {} : { style }),
    ...(takesInputs ? {} : { associatedInputs: 'none' as const }),
    ...(mayBeSubmitted(name)
      ? { fallback: { type: 'Action.Submit', title, data: { verb: name, ...data } } as const }
      : {}),
  };
}

/** One pressed button, its data checked; distributes over the names, so that `name` tells the data. */
export type PressedAction = {
  [N in ActionName]: { readonly name: N; readonly data: ParsedOf<N> };
}[ActionName];

/** What a press means for one action, whatever else came along. */
export type Pressed<N extends ActionName> = Extract<PressedAction, { name: N }>;

const invokeSchema = z.object({
  action: z.object({ verb: z.string(), data: z.record(z.string(), z.unknown()).optional() }),
});

function isActionName(verb: string): verb is ActionName {
  return Object.hasOwn(ACTIONS, verb);
}

/** Reads an `adaptiveCard/action` invoke; null for an unknown action or data that does not fit. */
export function parsePress(value: unknown): PressedAction | null {
  const invoke = invokeSchema.safeParse(value);
  const verb = invoke.data?.action.verb;
  if (verb === undefined || !isActionName(verb)) {
    return null;
  }
  const { data, inputs } = ACTIONS[verb];
  const parsed = z
    .object({ ...data.shape, ...inputs.shape })
    .safeParse(invoke.data?.action.data ?? {});
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema that parsed the data is the one of this name
  return parsed.success ? ({ name: verb, data: parsed.data } as PressedAction) : null;
}

/** What an Action.Submit of an older client says, in the shape of an invoke; null for any other message. */
export function submittedPress(value: unknown): unknown {
  const { data } = z.looseObject({ verb: z.string() }).safeParse(value);
  if (data === undefined) {
    return null;
  }
  const { verb, ...rest } = data;
  return { action: { verb, data: rest } };
}
