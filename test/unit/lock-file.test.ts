import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';

const packageSchema = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});
const { packages } = z
  .object({ packages: z.record(z.string(), packageSchema) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));

/** Every place where Node.js looks for what `parent` imports, nearest first. */
function places(parent: string): string[] {
  const above = parent.lastIndexOf('/node_modules/');
  return parent === ''
    ? ['node_modules/']
    : [`${parent}/node_modules/`, ...places(parent.slice(0, Math.max(0, above)))];
}

test('the lock file names every dependency for every platform (else: node scripts/complete-lock.mjs)', () => {
  const missing = Object.entries(packages).flatMap(([parent, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !places(parent).some((place) => `${place}${name}` in packages))
      .map((name) => `${name} of ${parent}`),
  );
  expect(missing).toEqual([]);
});

test('the lock file ties nobody to a registry', () => {
  const tied = Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'));
  expect(tied).toEqual([]);
});

test.for(['linux-x64', 'linux-arm64', 'darwin-x64', 'win-x64'])(
  'Node.js 24 for %s is in the lock file',
  (platform) => {
    expect(packages[`node_modules/node-${platform}`]?.version).toMatch(/^24\./);
  },
);
