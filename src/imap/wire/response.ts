/** What one response means. RFC 9051 section 7. */
import { ProtocolViolationError } from '../errors.ts';
import type { Frame } from './frame-reader.ts';
import { type ImapValue, parseValues } from './values.ts';

/** OK, NO, BAD, BYE or PREAUTH; `tag` is null for an untagged one. */
export interface StatusResponse {
  readonly kind: 'status';
  readonly tag: string | null;
  readonly status: 'OK' | 'NO' | 'BAD' | 'BYE' | 'PREAUTH';
  /** Response code in capitals (`APPENDUID`), and what follows it. */
  readonly code: string | null;
  readonly codeText: string;
  readonly text: string;
}

/** Untagged data: `* 5 FETCH (…)` has number 5 and name FETCH. */
export interface DataResponse {
  readonly kind: 'data';
  readonly name: string;
  readonly number: number | null;
  readonly values: readonly ImapValue[];
}

export type ImapResponse = StatusResponse | DataResponse | { readonly kind: 'continue' };

const UNTAGGED_STATUS = /^\* (OK|NO|BAD|BYE|PREAUTH)(?: (.*))?$/is;
const TAGGED_STATUS = /^([A-Za-z0-9]{1,32}) (OK|NO|BAD)(?: (.*))?$/is;
const DATA = /^\* (?:(\d{1,10}) )?([A-Za-z][A-Za-z0-9.-]{0,31})(?: |$)/;
const RESPONSE_CODE = /^\[([A-Za-z][A-Za-z0-9._-]*)(?: ([^\]]*))?\] ?(.*)$/s;

const STATUSES = ['OK', 'NO', 'BAD', 'BYE', 'PREAUTH'] as const;

function statusOf(tag: string | null, word: string, rest: string): StatusResponse {
  const match = RESPONSE_CODE.exec(rest);
  const status = STATUSES.find((known) => known === word.toUpperCase());
  if (!status) {
    throw new ProtocolViolationError('unknown-status');
  }
  return {
    kind: 'status',
    tag,
    status,
    code: match?.[1]?.toUpperCase() ?? null,
    codeText: match?.[2] ?? '',
    text: rest,
  };
}

function parseUntagged(frame: Frame, line: string): ImapResponse | null {
  const status = UNTAGGED_STATUS.exec(line);
  if (status) {
    return statusOf(null, status[1] ?? '', status[2] ?? '');
  }
  const data = DATA.exec(line);
  if (!data) {
    return null;
  }
  const number = data[1] === undefined ? null : Number(data[1]);
  const name = (data[2] ?? '').toUpperCase();
  return { kind: 'data', name, number, values: parseValues(frame, data[0].length) };
}

/** Parses one response; anything that is none throws ProtocolViolationError. */
export function parseResponse(frame: Frame): ImapResponse {
  const line = frame.segments[0] ?? '';
  if (line === '+' || line.startsWith('+ ')) {
    return { kind: 'continue' };
  }
  const tagged = line.startsWith('*') ? null : TAGGED_STATUS.exec(line);
  const response = tagged
    ? statusOf(tagged[1] ?? '', tagged[2] ?? '', tagged[3] ?? '')
    : parseUntagged(frame, line);
  if (!response) {
    // The line may be mail that came back as an answer: it never goes into the error.
    throw new ProtocolViolationError('unknown-response');
  }
  return response;
}
