import { z } from 'zod';
import { M365Error, type M365ErrorCode } from './errors.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.ts';
import { readServerText } from './server-text.ts';
import type { TokenSource } from './tokens.ts';

/** What a cmdlet's parameters may hold; a switch is `true`. */
export type CmdletParameters = Readonly<
  Record<string, string | number | boolean | readonly string[]>
>;

export interface CmdletCall {
  readonly cmdlet: string;
  readonly parameters: CmdletParameters;
  /** Properties that the rows are to have; unset: all, some kilobytes a mailbox. */
  readonly select?: readonly string[];
}

export interface CmdletResult {
  /** Rows of all pages, not yet parsed. */
  readonly rows: readonly unknown[];
  /** "No settings of … have been modified" and the like. */
  readonly warnings: readonly string[];
}

/** Exchange's admin endpoint, the one that Exchange's own PowerShell module talks to. */
export interface ExchangeAdmin {
  /** Runs one cmdlet over all its pages; throws M365Error `exchange-admin.*`. */
  run(call: CmdletCall, signal: AbortSignal): Promise<CmdletResult>;
  /** The same with all properties. */
  invoke(cmdlet: string, parameters: CmdletParameters, signal: AbortSignal): Promise<CmdletResult>;
  /** Names of the cmdlets that our Exchange role allows: a probe that changes nothing. */
  allowedCmdlets(signal: AbortSignal): Promise<readonly string[]>;
}

export interface ExchangeAdminDeps {
  readonly exchangeAdminUrl: string;
  readonly tenantId: string;
  readonly tokens: TokenSource;
  readonly http: HttpClient;
  /** Whose calls these are, for their routing; unset, those of an application. */
  readonly anchor?: string;
}

/** The arbitration mailbox that calls without a user are routed by. */
const SYSTEM_MAILBOX = 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}';

/** A mailbox has few rows of anything; a loop of next links must still end. */
const MAX_PAGES = 1000;

/** The module version whose cmdlet list is asked for. */
const MODULE_VERSION = '3.9.2';

const pageSchema = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': z.url().optional(),
  '@adminapi.warnings': z.array(z.string()).optional(),
});

const moduleSchema = z.object({
  value: z.array(z.object({ exportedCmdlets: z.string() })).min(1),
});

const errorSchema = z.object({
  error: z.object({
    code: z.string().catch(''),
    message: z.string().catch(''),
    details: z.array(z.object({ message: z.string().catch('') })).catch([]),
    innererror: z
      .object({ internalException: z.object({ message: z.string() }) })
      .optional()
      .catch(undefined),
  }),
});

export function createExchangeAdmin(deps: ExchangeAdminDeps): ExchangeAdmin {
  const { exchangeAdminUrl, tenantId, tokens, http } = deps;
  const { anchor = `APP:${SYSTEM_MAILBOX}@${tenantId}` } = deps;

  const sendOnce = (
    request: HttpRequest,
    token: string,
    signal: AbortSignal,
  ): Promise<HttpAnswer> => {
    const headers = {
      ...request.headers,
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      'x-anchormailbox': anchor,
    };
    return http.send({ ...request, headers }, signal);
  };

  const send = async (request: HttpRequest, signal: AbortSignal): Promise<unknown> => {
    const token = await tokens.getToken('exchange', signal);
    let answer = await sendOnce(request, token, signal);
    if (answer.status === 401) {
      tokens.forget('exchange', token);
      answer = await sendOnce(request, await tokens.getToken('exchange', signal), signal);
    }
    if (answer.status >= 300) {
      throw exchangeError(answer.status, answer.text);
    }
    return parseJson(answer);
  };

  const run: ExchangeAdmin['run'] = async ({ cmdlet, parameters, select }, signal) => {
    const body = JSON.stringify({
      CmdletInput: { CmdletName: cmdlet, Parameters: parameters },
    });
    const rows: unknown[] = [];
    const warnings: string[] = [];
    const query = select === undefined ? '' : `?$select=${select.join(',')}`;
    let next: string | undefined =
      `${exchangeAdminUrl}/adminapi/beta/${tenantId}/InvokeCommand${query}`;
    for (let count = 0; next !== undefined; count += 1) {
      if (count === MAX_PAGES) {
        throw new M365Error('exchange-admin.unexpected-answer');
      }
      // Further pages come by sending the same body to the next link.
      const request: HttpRequest = {
        url: next,
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          prefer: 'odata.maxpagesize=1000',
        },
        body,
      };
      const page = parseAnswer(pageSchema, await send(request, signal));
      rows.push(...page.value);
      warnings.push(...(page['@adminapi.warnings'] ?? []));
      const link = page['@odata.nextLink'];
      next = link === undefined ? undefined : `${exchangeAdminUrl}${pathOfLink(link)}`;
    }
    return { rows, warnings };
  };

  return {
    run,
    invoke: (cmdlet, parameters, signal) => run({ cmdlet, parameters }, signal),
    allowedCmdlets: async (signal) => {
      const answer = await send(
        {
          url: `${exchangeAdminUrl}/adminapi/v1.0/${tenantId}/EXOModuleFile?Version=${MODULE_VERSION}`,
          method: 'GET',
          headers: { commandname: '*' },
        },
        signal,
      );
      return parseAnswer(moduleSchema, answer)
        .value.flatMap((row) => row.exportedCmdlets.split(','))
        .map((name) => name.trim())
        .filter((name) => name !== '');
    },
  };
}

/** A next link is followed at our own host: a proxy stays in the way, and no other host gets our token. */
function pathOfLink(link: string): string {
  const { pathname, search } = new URL(link);
  const [, path] = /(\/adminapi\/.+)$/.exec(pathname) ?? [];
  if (path === undefined) {
    throw new M365Error('exchange-admin.unexpected-answer');
  }
  return `${path}${search}`;
}

function parseJson(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch (cause) {
    throw new M365Error('exchange-admin.unexpected-answer', { status: answer.status, cause });
  }
}

/** Parses rows or pages of the endpoint; throws `exchange-admin.unexpected-answer`. */
export function parseAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) {
    throw new M365Error('exchange-admin.unexpected-answer', { cause: parsed.error });
  }
  return parsed.data;
}

/** The text is in one of three places, in this order. */
function errorText(text: string): { readonly serverCode: string; readonly message: string } {
  try {
    const { error } = errorSchema.parse(JSON.parse(text));
    const details = error.details.map((detail) => detail.message).find((message) => message !== '');
    const message = details ?? error.innererror?.internalException.message ?? error.message;
    return { serverCode: error.code, message };
  } catch {
    return { serverCode: '', message: '' };
  }
}

/** The typed error for an error answer of the admin endpoint. */
function exchangeError(status: number, text: string): M365Error {
  const { serverCode, message } = errorText(text);
  const code = readServerText('exchange', serverCode, message) ?? byStatus(status);
  return new M365Error(code, {
    status,
    serverCode: exceptionName(message) ?? (serverCode || null),
    serverText: message || null,
  });
}

/** `Ex6F9304|Microsoft.Exchange…Exception|text`: the middle part. */
function exceptionName(message: string): string | null {
  return /^[^|]*\|([\w.]+)\|/.exec(message)?.[1] ?? null;
}

function byStatus(status: number): M365ErrorCode {
  if (status === 401) {
    return 'exchange-admin.token-rejected';
  }
  if (status === 403) {
    return 'exchange-admin.right-missing';
  }
  return status < 500 ? 'exchange-admin.request-refused' : 'exchange-admin.failed';
}
