import { expect, test } from 'vitest';
import { z } from 'zod';
import { createGraphClient, type GraphClient } from '../../../src/graph/graph-client.ts';
import type { HttpRequest } from '../../../src/graph/http-client.ts';
import { never } from './tenant-world.ts';

/** A client whose every request is answered with the body given. */
function clientFor(bodyOf: (request: HttpRequest) => unknown): {
  readonly graph: GraphClient;
  readonly sent: readonly HttpRequest[];
} {
  const sent: HttpRequest[] = [];
  const graph = createGraphClient({
    graphUrl: 'https://graph.microsoft.com',
    tokens: { getToken: () => Promise.resolve('a token'), forget: () => undefined },
    http: {
      send: (request) => {
        sent.push(request);
        const text = JSON.stringify(bodyOf(request));
        return Promise.resolve({ status: 200, headers: new Headers(), text });
      },
    },
  });
  return { graph, sent };
}

const next = (path: string): string => `https://graph.microsoft.com/v1.0${path}`;

test('next links that never end are no answer, and end', async () => {
  const { graph, sent } = clientFor(() => ({ value: [1], '@odata.nextLink': next('/users?x=1') }));
  await expect(graph.list({ path: '/users' }, z.number(), never)).rejects.toMatchObject({
    code: 'graph.unexpected-answer',
  });
  expect(sent).toHaveLength(1000);
});

test('pages are asked for as they are needed', async () => {
  const { graph, sent } = clientFor(({ url }) => ({
    value: [url],
    '@odata.nextLink': next(`/users?page=${sent.length}`),
  }));
  let seen = 0;
  for await (const page of graph.pages({ path: '/users' }, z.string(), never)) {
    seen += page.length;
    if (seen === 3) {
      break;
    }
  }
  expect(sent).toHaveLength(3);
  expect(await graph.list({ path: '/users', limit: 2 }, z.string(), never)).toHaveLength(2);
  expect(sent).toHaveLength(5);
});

test('ids are asked for that outlive a move', async () => {
  const { graph, sent } = clientFor(() => ({}));
  await graph.get({ path: '/organization' }, z.object({}), never);
  await graph.write('POST', '/users/1/checkMemberGroups', {}, never);
  expect(sent.map(({ headers }) => headers['prefer'])).toEqual([
    'IdType="ImmutableId"',
    'IdType="ImmutableId"',
  ]);
});
