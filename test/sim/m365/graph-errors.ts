import { randomUUID } from 'node:crypto';
import { Refusal } from './service.ts';

/** An error answer in Graph's shape. */
export function graphRefusal(
  status: number,
  code: string,
  message: string,
  violation: string | null = null,
): Refusal {
  const requestId = randomUUID();
  return new Refusal(
    {
      status,
      body: {
        error: {
          code,
          message,
          innerError: {
            date: new Date().toISOString().slice(0, 19),
            'request-id': requestId,
            'client-request-id': requestId,
          },
        },
      },
    },
    violation,
  );
}

/** The answer for a user or group that is not there. */
export function resourceNotFound(id: string): Refusal {
  return graphRefusal(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** A request that breaks Graph's grammar: the client's own fault, so a violation. */
export function badRequest(message: string): Refusal {
  return graphRefusal(400, 'BadRequest', message, message);
}

/** Older and newer wording of the same fact: this user has no cloud mailbox. */
export type NoMailboxWording =
  | 'MailboxNotEnabledForRESTAPI'
  | 'MailboxNotSupportedForRESTAPI'
  | 'ResourceNotFound';

const NO_MAILBOX_TEXT: Readonly<Record<NoMailboxWording, string>> = {
  MailboxNotEnabledForRESTAPI:
    'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
  MailboxNotSupportedForRESTAPI: 'REST API is not yet supported for this mailbox.',
  ResourceNotFound: 'Resource could not be discovered.',
};

export function noMailbox(wording: NoMailboxWording): Refusal {
  return graphRefusal(404, wording, NO_MAILBOX_TEXT[wording]);
}
