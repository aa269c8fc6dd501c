import { setTimeout as delay } from 'node:timers/promises';
import type { Response } from 'express';

/**
 * What goes wrong. `drop` closes the socket before anything happened; `drop-after` lets the operation
 * take effect and closes the socket instead of answering.
 */
export type FaultAction =
  | { readonly kind: 'delay'; readonly ms: number }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'throttle'; readonly retryAfter?: string; readonly status?: ThrottleStatus }
  | { readonly kind: 'drop' }
  | { readonly kind: 'drop-after' };

export interface Fault {
  /** Operation name as in the request log, or `*` for every exchange (a part of a batch is none). */
  readonly operation: string;
  readonly action: FaultAction;
  /** Let this many calls pass first. */
  readonly skip?: number;
  /** How many calls it hits; default 1. */
  readonly times?: number;
}

interface ArmedFault {
  readonly fault: Fault;
  toSkip: number;
  left: number;
}

/** What the dispatcher does with the call after the faults had their say. */
export type FaultVerdict =
  | { readonly kind: 'continue' }
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'drop-after' };

export interface Faults {
  push(fault: Fault): void;
  clear(): void;
  /** Number of armed faults that have not fired as often as they should. */
  pending(): number;
  strike(operation: string, response: Response): Promise<FaultVerdict>;
  /** The same for a part of a batch, which has no response of its own: whoever asks acts on it. */
  take(operation: string): FaultAction | null;
}

type ThrottleStatus = 429 | 503 | 504;

export const THROTTLE_ERRORS: Readonly<Record<ThrottleStatus, { code: string; message: string }>> =
  {
    429: {
      code: 'ApplicationThrottled',
      message: 'Application is over its MailboxConcurrency limit.',
    },
    503: { code: 'ServiceUnavailable', message: 'The service is temporarily unavailable.' },
    504: { code: 'GatewayTimeout', message: 'The service did not answer in time.' },
  };

function throttle(action: FaultAction & { kind: 'throttle' }, response: Response): FaultVerdict {
  const status = action.status ?? 429;
  if (action.retryAfter !== undefined) {
    response.set('Retry-After', action.retryAfter);
  }
  response.status(status).json({ error: THROTTLE_ERRORS[status] });
  return { kind: 'answered', status };
}

async function act(action: FaultAction, response: Response): Promise<FaultVerdict> {
  if (action.kind === 'delay') {
    await delay(action.ms, undefined, { ref: false });
    return { kind: 'continue' };
  }
  if (action.kind === 'answer') {
    const { status, headers = {}, body } = action;
    response.status(status).set(headers).json(body);
    return { kind: 'answered', status };
  }
  if (action.kind === 'throttle') {
    return throttle(action, response);
  }
  if (action.kind === 'drop') {
    response.socket?.destroy();
    return { kind: 'answered', status: 0 };
  }
  return { kind: 'drop-after' };
}

export function createFaults(): Faults {
  let armed: ArmedFault[] = [];

  const next = (...operations: readonly string[]): FaultAction | null => {
    for (const entry of armed) {
      const matches = operations.includes(entry.fault.operation);
      if (matches && entry.left > 0) {
        if (entry.toSkip === 0) {
          entry.left -= 1;
          return entry.fault.action;
        }
        entry.toSkip -= 1;
      }
    }
    return null;
  };

  return {
    push: (fault) => {
      armed.push({ fault, toSkip: fault.skip ?? 0, left: fault.times ?? 1 });
    },
    clear: () => {
      armed = [];
    },
    pending: () => armed.filter((entry) => entry.left > 0).length,
    take: (operation) => next(operation),
    strike: async (operation, response) => {
      const action = next(operation, '*');
      return action === null ? { kind: 'continue' } : act(action, response);
    },
  };
}
