/** An endpoint that tells Dovecot which access tokens are good. */
import { createServer } from 'node:http';

export interface IntrospectionServer {
  readonly url: string;
  /** Makes a token good for one user. */
  readonly allow: (token: string, user: string) => void;
  readonly revoke: (token: string) => void;
  readonly close: () => Promise<void>;
}

/** Says whose a token is that nobody allowed by hand; null: nobody's. */
export type TokenOwner = (token: string) => Promise<string | null>;

/** Starts it on a loopback port of the system's choice. */
export async function startIntrospection(
  ownerOf: TokenOwner = async () => null,
): Promise<IntrospectionServer> {
  const users = new Map<string, string>();
  const server = createServer((request, response) => {
    const token = (request.headers.authorization ?? '').replace(/^Bearer /i, '');
    const answer = (username: string | null): void => {
      response.writeHead(username === null ? 401 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ active: username !== null, username: username ?? undefined }));
    };
    const allowed = users.get(token);
    if (allowed === undefined) {
      ownerOf(token).then(answer, () => answer(null));
    } else {
      answer(allowed);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/introspect`,
    allow: (token, user) => void users.set(token, user),
    revoke: (token) => void users.delete(token),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
