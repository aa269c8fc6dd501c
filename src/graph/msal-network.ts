import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { M365Error } from './errors.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';

/** msal-node's way out, with our retry policy; `failure` keeps the error that msal-node would flatten. */
export interface MsalNetwork extends INetworkModule {
  failure: unknown;
}

/** One for each msal application: `failure` belongs to its latest request. */
export function createMsalNetwork(http: HttpClient): MsalNetwork {
  const send = async <T>(
    method: HttpRequest['method'],
    url: string,
    options: NetworkRequestOptions | undefined,
  ): Promise<NetworkResponse<T>> => {
    network.failure = null;
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
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: parseJson(answer.text),
      };
    } catch (error) {
      network.failure = error;
      throw error;
    }
  };

  const network: MsalNetwork = {
    failure: null,
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
