import { expect, test } from 'vitest';
import type { GraphClient } from '../../../src/graph/graph-client.ts';
import { createMailFolders } from '../../../src/graph/mail-folders.ts';

test('folders that never end are an answer that is not known, and no loop', async () => {
  let asked = 0;
  const unused = (): never => {
    throw new Error('not part of this');
  };
  const graph: GraphClient = {
    get: async (_query, schema) => schema.parse({ id: 'inbox' }),
    list: async (_query, schema) => {
      asked += 1;
      return [schema.parse({ id: `${asked}`, displayName: 'again', childFolderCount: 1 })];
    },
    pages: unused,
    write: unused,
    act: unused,
    upsert: unused,
    remove: unused,
  };
  await expect(
    createMailFolders({ graph }).list('anna', AbortSignal.timeout(10_000)),
  ).rejects.toMatchObject({ code: 'graph.unexpected-answer' });
  expect(asked).toBeLessThan(400);
});
