import { Refusal } from './service.ts';

/** The admin endpoint puts an error's text in one of three places; the sender cannot choose. */
export type ErrorPlace = 'details' | 'internal-exception' | 'message';

/** A cmdlet failed; `createExchangeRefusal` words it for the wire. */
export class CmdletFailure extends Error {
  override readonly name = 'CmdletFailure';
  readonly exception: string;
  readonly violation: boolean;
  constructor(exception: string, text: string, violation = false) {
    super(text);
    this.exception = exception;
    this.violation = violation;
  }
}

export function objectNotFound(identity: string): CmdletFailure {
  return new CmdletFailure(
    'Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException',
    `The operation couldn't be performed because object '${identity}' couldn't be found on 'DB7PR05A01DC001.EURPR05A001.PROD.OUTLOOK.COM'.`,
  );
}

/** A parameter or cmdlet that the role group does not allow looks as if it did not exist. */
export function unknownParameter(cmdlet: string, parameter: string): CmdletFailure {
  return new CmdletFailure(
    'System.Management.Automation.ParameterBindingException',
    `A parameter cannot be found that matches parameter name '${parameter}'. (${cmdlet})`,
    true,
  );
}

export function badValue(cmdlet: string, parameter: string): CmdletFailure {
  return new CmdletFailure(
    'System.Management.Automation.ParameterBindingException',
    `Cannot process argument transformation on parameter '${parameter}'. (${cmdlet})`,
    true,
  );
}

function statusOf(exception: string, place: ErrorPlace): number {
  if (place === 'internal-exception') {
    return 500;
  }
  return exception.includes('ManagementObjectNotFoundException') ? 404 : 400;
}

/** The answer of a failed cmdlet, its text in the place given. */
export function exchangeRefusal(failure: CmdletFailure, place: ErrorPlace): Refusal {
  const { exception, message } = failure;
  const detailed = `Ex6F9304|${exception}|${message}`;
  const body = {
    details: {
      error: {
        code: 'BadRequest',
        message: 'Error executing request.',
        details: [{ code: 'Context', target: '', message: detailed }],
      },
    },
    'internal-exception': {
      error: {
        code: 'InternalServerError',
        message: 'Error executing request.',
        innererror: {
          message: 'Error executing cmdlet',
          type: 'Microsoft.Exchange.Admin.OData.Core.ODataServiceException',
          internalException: { message: detailed, type: exception },
        },
      },
    },
    message: { error: { code: 'BadRequest', message: detailed } },
  }[place];
  return new Refusal(
    { status: statusOf(exception, place), body },
    failure.violation ? message : null,
  );
}

/** A refusal before any cmdlet ran: authentication, routing, media type. */
export function endpointRefusal(
  status: number,
  code: string,
  message: string,
  violation = `${status} ${message}`,
): Refusal {
  return new Refusal({ status, body: { error: { code, message } } }, violation);
}
