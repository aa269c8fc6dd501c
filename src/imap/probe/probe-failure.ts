import type { ProbeResult, SilenceReason } from './types.ts';

/** A probe ended early; it carries its result. Never leaves this folder. */
export class ProbeFailure extends Error {
  override readonly name = 'ProbeFailure';
  readonly result: ProbeResult;
  constructor(result: ProbeResult) {
    super(result.kind);
    this.result = result;
  }
}

const REASONS: Readonly<Record<string, SilenceReason>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
};

/** What OpenSSL says when the other side does not speak TLS at all. */
const NOT_TLS = /^(?:ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)|EPROTO)/;

/** The result that an error of the system or of TLS stands for. */
export function resultOfError(error: unknown): ProbeResult {
  if (error instanceof ProbeFailure) {
    return error.result;
  }
  const code = codeOf(error);
  const reason = REASONS[code];
  if (reason !== undefined) {
    return { kind: 'no-answer', reason, raw: code };
  }
  return NOT_TLS.test(code) ? { kind: 'not-tls', raw: code } : { kind: 'strange', raw: code };
}

function codeOf(error: unknown): string {
  const code: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : '';
  return typeof code === 'string' && code !== '' ? code : 'unknown';
}
