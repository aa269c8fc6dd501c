/** `doctor` as a process, against the whole simulated world. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../../sim/world.ts';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let dir: string;
let world: World;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'skybridge-doctor-'));
  world = await startWorld({ dir });
});
afterAll(async () => {
  await world.close();
  await rm(dir, { recursive: true });
});

function doctor(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['src/main.ts', 'doctor', ...words],
      { env: { ...world.environment, ...environment } },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}

test('a tenant that is ready: nothing failed, and nothing was changed', async () => {
  const { code, stdout, stderr } = await doctor(['--mailbox', 'meganb@contoso.example']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('Exchange knows me.');
  expect(stdout).toContain('so IMAP.AccessAsApp works');
  expect(stdout).toMatch(/The source \(127\.0\.0\.1:\d+\) answers; its certificate is good until/);
  expect(stdout).toMatch(/\n0 failed, \d+ warning, \d+ unknown, \d+ ok\n$/);
  expect(world.m365.changes).toEqual([]);
  expect(world.violations()).toEqual([]);
});

test('something to mend: exit code 2, one JSON line a finding with its command and page', async () => {
  world.directory.exchangeServicePrincipals.length = 0;
  const { code, stdout } = await doctor(['--json']);
  const findings = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(code).toBe(2);
  expect(findings).toContainEqual(
    expect.objectContaining({
      code: 'check.registration.unknown',
      verdict: 'failed',
      fix: 'register-principal',
      command: expect.stringContaining('New-ServicePrincipal -AppId'),
      link: expect.stringContaining('https://learn.microsoft.com/'),
    }),
  );
  expect(stdout).not.toContain(world.environment['CLIENT_SECRET']);
  expect(stdout).not.toMatch(/eyJ/);
});

test('settings and words that cannot be used: exit code 64, and which', async () => {
  const noTenant = await doctor([], { TENANT_ID: '' });
  expect(noTenant.code).toBe(64);
  expect(noTenant.stderr).toContain('TENANT_ID');
  const noAddress = await doctor(['--mailbox', 'anna']);
  expect(noAddress.code).toBe(64);
  expect(noAddress.stderr).toContain('--mailbox needs an address');
  const lost = await doctor([], { CLIENT_CERTIFICATE_PATH: path.join(dir, 'no-such.pem') });
  expect(lost.code).toBe(1);
  expect(lost.stderr).toContain('graph.credential-unusable');
});
