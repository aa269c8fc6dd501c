import type { MailStore } from '../imap/store.ts';
import { AWKWARD, type AwkwardKind, type Kind, ORDINARY, type Recipe } from './kinds.ts';
import { createSeededRandom, type SeededRandom } from './random.ts';

/** One message of the sample. */
export interface SampleMessage {
  readonly kind: AwkwardKind | 'ordinary' | 'twin';
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  readonly internalDate: Date;
}

/** One folder of the sample; names in Unicode, `/` between levels. */
export interface SampleFolder {
  readonly name: string;
  readonly attributes: readonly string[];
  /** False: listed, but cannot be opened. */
  readonly opens: boolean;
  readonly messages: readonly SampleMessage[];
}

export interface SampleMailbox {
  readonly folders: readonly SampleFolder[];
}

interface FolderPlan {
  readonly name: string;
  readonly attributes?: readonly string[];
  readonly opens?: boolean;
  readonly ordinary: number;
  readonly twins?: number;
  readonly awkward?: readonly AwkwardKind[];
}

const PLAN: readonly FolderPlan[] = [
  {
    name: 'INBOX',
    attributes: ['\\Noinferiors'],
    ordinary: 90,
    twins: 2,
    awkward: [
      'inline-image',
      'inline-image',
      'smime-signed',
      'no-message-id',
      'no-message-id',
      'shared-message-id',
      'shared-message-id',
      'quoted-message-id',
      '8-bit-header',
      'read-receipt',
      'bare-lf',
      'bare-cr',
      'no-final-line-end',
      'header-alone',
      'odd-date',
      'long-line',
      'virus',
      'forwarded-message',
      'nul-at-the-end',
    ],
  },
  { name: 'Drafts', ordinary: 4 },
  {
    name: 'Sent Messages',
    attributes: ['\\Sent'],
    ordinary: 40,
    awkward: ['calendar-invitation', 'calendar-invitation', 'calendar-invitation', 'smime-signed'],
  },
  { name: 'Deleted Messages', attributes: ['\\Trash'], ordinary: 12 },
  { name: 'Junk', ordinary: 10, awkward: ['8-bit-header'] },
  {
    name: 'Archive',
    ordinary: 60,
    twins: 1,
    awkward: ['big', 'inline-image', 'shared-message-id'],
  },
  { name: 'Notes', opens: false, ordinary: 0 },
  { name: 'Projects', ordinary: 14 },
  // The same name to Exchange.
  { name: 'projects', ordinary: 5 },
  { name: 'Projects/2019', ordinary: 12 },
  { name: 'Projects/2019/Q1 & Q2', ordinary: 8 },
  // Reserved on Exchange.
  { name: 'Files', ordinary: 6 },
  { name: 'Größe & Söhne', ordinary: 8 },
  { name: '日本語', ordinary: 7 },
  { name: '日本語/受信トレイ', ordinary: 6 },
  { name: 'Party 🎉', ordinary: 5, awkward: ['inline-image'] },
  { name: 'The "quoted"', ordinary: 5 },
  { name: '50% *off*', ordinary: 4 },
  // A mail folder with the name of Exchange's calendar.
  { name: 'Calendar', ordinary: 4 },
  { name: 'Empty', ordinary: 0 },
];

const FIRST_DATE_MS = Date.UTC(2011, 4, 1);
const YEARS_MS = 15 * 365.25 * 86_400_000;
const KEYWORDS = ['$Forwarded', '$MailFlagBit0', '$NotJunk', '$MDNSent', 'Receipts'] as const;

function chooseFlags(random: SeededRandom, folder: string): string[] {
  const flags = random.below(10) < 7 ? ['\\Seen'] : [];
  const chances: readonly [number, string][] = [
    [random.below(6), '\\Answered'],
    [random.below(8), '\\Flagged'],
    [random.below(7), random.pick(KEYWORDS)],
  ];
  flags.push(...chances.filter(([chance]) => chance === 0).map(([, flag]) => flag));
  return folder === 'Drafts' ? ['\\Draft', ...flags] : flags;
}

interface Factory {
  readonly random: SeededRandom;
  nextNumber: number;
}

function makeMessage(
  factory: Factory,
  folder: string,
  chosen: { readonly kind: SampleMessage['kind']; readonly make: Kind },
): SampleMessage {
  const { random } = factory;
  const date = new Date(Math.floor((FIRST_DATE_MS + random.next() * YEARS_MS) / 1000) * 1000);
  factory.nextNumber += 1;
  const recipe: Recipe = { random, number: factory.nextNumber, date };
  const flags = chosen.kind === 'read-receipt' ? ['\\Seen'] : chooseFlags(random, folder);
  return { kind: chosen.kind, bytes: chosen.make(recipe), flags, internalDate: date };
}

function makeFolder(factory: Factory, plan: FolderPlan): SampleFolder {
  const { random } = factory;
  const messages = Array.from({ length: plan.ordinary }, () =>
    makeMessage(factory, plan.name, { kind: 'ordinary', make: random.pick(ORDINARY) }),
  );
  for (const kind of plan.awkward ?? []) {
    const message = makeMessage(factory, plan.name, { kind, make: AWKWARD[kind] });
    messages.splice(random.below(messages.length + 1), 0, message);
  }
  // Exact twins: the same octets, flags and date, as an import done twice leaves them.
  const ordinary = messages.filter(({ kind }) => kind === 'ordinary');
  for (const first of ordinary.slice(0, plan.twins ?? 0)) {
    messages.push({ ...first, kind: 'twin' });
  }
  return {
    name: plan.name,
    attributes: plan.attributes ?? [],
    opens: plan.opens ?? true,
    messages,
  };
}

/** A mailbox as people have them: over 300 messages in 20 folders; the same for the same seed. */
export function createSampleMailbox(seed: number): SampleMailbox {
  const factory: Factory = { random: createSeededRandom(seed), nextNumber: 0 };
  return { folders: PLAN.map((plan) => makeFolder(factory, plan)) };
}

/** Puts a sample into an account of a simulated server; what is there already stays. */
export function fillAccount(store: MailStore, user: string, mailbox: SampleMailbox): void {
  for (const folder of mailbox.folders) {
    if (store.folder(user, folder.name) === undefined) {
      store.createFolder(user, folder.name, folder);
    }
    for (const message of folder.messages) {
      store.addMessage(user, folder.name, message);
    }
  }
}
