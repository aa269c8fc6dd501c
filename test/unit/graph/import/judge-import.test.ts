import { expect, test } from 'vitest';
import { importBody } from '../../../../src/graph/import-body.ts';
import { judgeImport } from '../../../../src/graph/mailbox-items.ts';

test.for([
  [200, null, { kind: 'stored' }],
  [201, null, { kind: 'stored' }],
  [401, null, { kind: 'renew' }],
  [429, null, { kind: 'wait' }],
  [503, '5', { kind: 'wait' }],
  [503, null, { kind: 'unknown' }],
  [500, null, { kind: 'unknown' }],
  [502, null, { kind: 'unknown' }],
  [504, '5', { kind: 'unknown' }],
  [400, null, { kind: 'refused', code: 'graph.item-refused' }],
  [403, null, { kind: 'refused', code: 'graph.right-missing' }],
  [404, null, { kind: 'refused', code: 'graph.folder-missing' }],
  [413, null, { kind: 'refused', code: 'graph.item-too-large' }],
  [507, null, { kind: 'refused', code: 'graph.mailbox-full' }],
  [418, null, { kind: 'refused', code: 'graph.request-refused' }],
] as const)(
  'an import answered with %d, Retry-After %s, is judged',
  ([status, retryAfter, verdict]) => {
    expect(judgeImport({ status, retryAfter })).toEqual(verdict);
  },
);

test.for([0, 1, 2, 3, 196_607, 196_608, 196_609, 500_000])(
  'a body of %d octets in many pieces is the JSON that it should be, and as long as was said',
  (bytes) => {
    const octets = Buffer.alloc(bytes, 'octets of any kind');
    const pieces = [];
    for (let at = 0; at < bytes; at += 777) {
      pieces.push(octets.subarray(at, at + 777));
    }
    const { sizeBytes, body } = importBody('a "folder"', { sizeBytes: bytes, pieces });
    const whole = Buffer.concat([...body]);
    expect(whole).toHaveLength(sizeBytes);
    expect(JSON.parse(whole.toString())).toEqual({
      FolderId: 'a "folder"',
      Mode: 'create',
      Data: octets.toString('base64'),
    });
  },
);
