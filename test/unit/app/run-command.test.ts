import { stderr, stdout } from 'node:process';
import { expect, test, vi } from 'vitest';
import { runCommand } from '../../../src/app/run-command.ts';

/** What a command says, and its exit code; the environment is empty. */
async function run(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  const out = vi.spyOn(stdout, 'write').mockReturnValue(true);
  const error = vi.spyOn(stderr, 'write').mockReturnValue(true);
  const code = await runCommand(words, {});
  const textOf = (spy: typeof out): string => spy.mock.calls.map(([text]) => String(text)).join('');
  return { code, out: textOf(out), error: textOf(error) };
}

test.for([['help'], ['--help'], ['setup', '--help'], ['copy', '--source', 'x', '-h']])(
  '%s explains, and does nothing else',
  async (words) => {
    const { code, out, error } = await run(...words);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toContain('node src/main.ts setup --group ADDRESS');
  },
);

test('what is no command is named, with what is one', async () => {
  const { code, out, error } = await run('migrate');
  expect({ code, out }).toEqual({ code: 64, out: '' });
  expect(error).toMatch(/^there is no command "migrate"\n\nSkybridge moves/);
});

test('a script that prepares a tenant is printed without asking anybody anything', async () => {
  const tenant = '00000000-0000-4000-8000-000000000001';
  const words = ['setup', '--print-powershell', '--group', 'moves@contoso.example'];
  const { code, out, error } = await run(...words, '--tenant', tenant);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(out).toContain(`Connect-MgGraph -TenantId '${tenant}'`);
  expect(out).toContain("Get-DistributionGroup -Identity 'moves@contoso.example'");
  expect((await run('setup', '--dry-run')).error).toContain('--tenant or TENANT_ID must');
  expect((await run('setup', '--print-powershell', '--tenant', tenant)).error).toContain(
    '--group must name',
  );
});

test('settings that are missing are all named at once', async () => {
  const { code, error } = await run('doctor');
  expect(code).toBe(64);
  expect(error).toContain('TENANT_ID');
  expect(error).toContain('CLIENT_ID');
});
