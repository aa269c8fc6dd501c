import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { M365Error } from './errors.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';

/** msal-node's way out, with our retry policy; it keeps what msal-node would flatten or drop. */
export interface MsalNetwork extends INetworkModule {
  /** Why the latest request brought no answer. */
  failure: M365Error | null;
  /** Body of the latest answer, where it was an error. */
  refusal: string;
}

/** One for each msal application. */
export function createMsalNetwork(http: HttpClient): MsalNetwork {
  const send = async <T>(
    method: HttpRequest['method'],
    url: string,
    options: NetworkRequestOptions | undefined,
  ): Promise<NetworkResponse<T>> => {
    network.failure = null;
    network.refusal = '';
    try {
      // Not the caller's signal: several callers wait for one token. The budget ends it.
      const answer = await http.send(
        {
          url,
          method,
          headers: options?.headers ?? {},
          ...(options?.body === undefined ? {} : { body: options.body }),
        },
        new AbortController().signal,
      );
      network.refusal = answer.status >= 400 ? answer.text : '';
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: parseJson(answer.text),
      };
    } catch (error) {
      network.failure = error instanceof M365Error ? error : null;
      throw error;
    }
  };

  const network: MsalNetwork = {
    failure: null,
    refusal: '',
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
  return network;
}

function parseJson(text: string): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // A captive portal or a proxy answers in HTML.
    throw new M365Error('graph.unexpected-answer', { cause });
  }
}
