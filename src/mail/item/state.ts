/** Read, flagged, answered, important: what a mailbox item says of itself beside its content. */
import { makeInt, makeTime } from '../fast-transfer/make-property.ts';
import type { PropertyList } from '../fast-transfer/properties.ts';
import type { ReadMessage } from './read-message.ts';

/** PidTagMessageFlags: mfUnsent makes a draft; mfSubmitted (4) is never written. */
const READ = 1;
const UNSENT = 8;

const FLAGGED = 2;
const RED = 6;
const HAS_FLAG = 8;

/** Icon and last verb: MS-OXOMSG section 2.2.1. */
const REPLIED = { icon: 0x105, verb: 102 };
const FORWARDED = { icon: 0x106, verb: 104 };

/** Message flags alone: 1 read, 8 draft. */
function messageFlags(flags: readonly string[]): number {
  const has = hasFlag(flags);
  return (has('\\seen') ? READ : 0) + (has('\\draft') ? UNSENT : 0);
}

function hasFlag(flags: readonly string[]): (name: string) => boolean {
  const lower = new Set(flags.map((flag) => flag.toLowerCase()));
  return (name) => lower.has(name);
}

/** `receivedAt` stands for the time of a reply, which IMAP does not tell. */
export function flagProperties(flags: readonly string[], receivedAt: Date): PropertyList {
  const has = hasFlag(flags);
  const answered = has('\\answered') ? REPLIED : null;
  const done = answered ?? (has('$forwarded') ? FORWARDED : null);
  return [
    makeInt(0x0e07, messageFlags(flags)),
    ...(has('\\flagged')
      ? [makeInt(0x1090, FLAGGED), makeInt(0x1095, RED), makeInt(0x0e2b, HAS_FLAG)]
      : []),
    ...(done === null
      ? []
      : [makeInt(0x1080, done.icon), makeInt(0x1081, done.verb), makeTime(0x1082, receivedAt)]),
  ];
}

const SENSITIVITY = new Map([
  ['personal', 1],
  ['private', 2],
  ['company-confidential', 3],
]);

/** Importance, priority and sensitivity, from the headers that mailers use for them. */
export function weightProperties({ field }: Pick<ReadMessage, 'field'>): PropertyList {
  const importance = importanceOf(field);
  const sensitivity = SENSITIVITY.get((field('sensitivity') ?? '').trim().toLowerCase()) ?? 0;
  return [
    makeInt(0x0017, importance),
    makeInt(0x0026, importance - 1),
    makeInt(0x0036, sensitivity),
  ];
}

/** 0 low, 1 normal, 2 high. */
function importanceOf(field: ReadMessage['field']): 0 | 1 | 2 {
  const said = [field('importance'), field('x-msmail-priority'), field('x-priority')].join(' ');
  if (/\bhigh\b|\burgent\b|(?:^|\s)[12]\b/i.test(said)) {
    return 2;
  }
  return /\blow\b|(?:^|\s)[45]\b/i.test(said) ? 0 : 1;
}
