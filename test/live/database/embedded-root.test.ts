import { spawn } from 'node:child_process';
import { chmod, chown, cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseLauncher, runProgram } from '../../../src/jobs/db/embedded/account.ts';
import { locateBinaries } from '../../../src/jobs/db/embedded/binaries.ts';
import { describeWith } from '../../support/witness.ts';
import {
  createEmbeddedWorld,
  type EmbeddedWorld,
  pidFileOf,
  query,
  serverPid,
  waitUntilGone,
} from './embedded-world.ts';

/** Bits of CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, as /proc shows them. */
const DAC_OVERRIDE = '0000000000000002';
const DAC_READ_SEARCH = '0000000000000004';
const NONE = '0000000000000000';

let world: EmbeddedWorld;
beforeEach(() => {
  world = createEmbeddedWorld();
});
afterEach(async () => {
  await world.clear();
});

/** Who the server is, and what it may do beyond that. */
async function serverIdentity(dataDir: string): Promise<{ uid: number; capabilities: string }> {
  const status = await readFile(`/proc/${await serverPid(dataDir)}/status`, 'utf8');
  return {
    uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]),
    capabilities: /^CapEff:\s+(\S+)/m.exec(status)?.[1] ?? '',
  };
}

/** Runs a command as the account `nobody`, which may still read a checkout that is root's alone. */
const AS_NOBODY = [
  'setpriv',
  '--reuid=65534',
  '--regid=65534',
  '--clear-groups',
  '--securebits=+no_setuid_fixup',
  '--inh-caps=-all,+dac_read_search',
  '--ambient-caps=+dac_read_search',
];

describeWith('root', 'started by somebody without rights', () => {
  test('a number that a program of the same user has by now does not keep the directory shut', async () => {
    const dataDir = await world.directory();
    await chown(dataDir, 65_534, 65_534);
    const first = world.owner(dataDir, AS_NOBODY);
    expect(await first.next()).toMatchObject({ event: 'ready' });
    expect((await serverIdentity(dataDir)).uid).toBe(65_534);
    first.child.kill('SIGKILL');
    const pid = Number(await serverPid(dataDir));
    process.kill(pid, 'SIGKILL');
    await waitUntilGone(pid);

    const [program = '', ...args] = AS_NOBODY;
    const other = spawn(program, [...args, 'sleep', '600'], { stdio: 'ignore' });
    const file = pidFileOf(dataDir);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/^\d+/, String(other.pid)));
    expect(await world.owner(dataDir, AS_NOBODY).next()).toMatchObject({
      event: 'ready',
      startedByUs: true,
    });
    other.kill();
  }, 40_000);
});

describeWith('root', 'started by root', () => {
  test('the server is somebody else, without any right of root where it needs none', async () => {
    const dataDir = await world.directory();
    await chmod(dataDir, 0o755);
    const ready = await world.owner(dataDir).next();
    expect(ready).toMatchObject({ event: 'ready' });
    const { uid, capabilities } = await serverIdentity(dataDir);
    expect(uid).toBeGreaterThan(0);
    expect(capabilities).toBe(NONE);
    expect((await stat(path.join(dataDir, 'postgres', 'data'))).uid).toBe(uid);
  });

  test('below a 0700 directory it may pass directories, and nothing more', async () => {
    const dataDir = path.join(await world.directory(), 'below');
    await mkdir(dataDir, { mode: 0o700 });
    const ready = await world.owner(dataDir).next();
    const { uid, capabilities } = await serverIdentity(dataDir);
    expect(uid).toBeGreaterThan(0);
    expect(capabilities).toBe(DAC_READ_SEARCH);
    expect(await query(ready.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    await stopServerOf(dataDir);
  });

  test('in a container whose root has only CAP_DAC_OVERRIDE, it uses that', async () => {
    const dataDir = path.join(await world.directory(), 'below');
    await mkdir(dataDir, { mode: 0o700 });
    const prefix = ['setpriv', '--bounding-set=-dac_read_search'];
    expect(await world.owner(dataDir, prefix).next()).toMatchObject({ event: 'ready' });
    expect((await serverIdentity(dataDir)).capabilities).toBe(DAC_OVERRIDE);
    await stopServerOf(dataDir);
  });

  test('where no way is left, the error says so and what to do', async () => {
    const dataDir = path.join(await world.directory(), 'below');
    await mkdir(dataDir, { mode: 0o700 });
    const prefix = ['setpriv', '--bounding-set=-dac_read_search,-dac_override'];
    const refused = await world.owner(dataDir, prefix).next();
    expect(refused).toMatchObject({ event: 'refused', code: 'database.no-account' });
    expect(refused.message).toContain('DATABASE_URL');
  });

  test('the programs themselves may lie below a 0700 directory', async () => {
    const directory = await world.directory();
    const dataDir = path.join(directory, 'data');
    const native = path.join(directory, 'native');
    await cp(path.dirname(path.dirname(locateBinaries().initdb)), native, {
      recursive: true,
      verbatimSymlinks: true,
    });
    await mkdir(dataDir, { mode: 0o700 });
    const binDir = path.join(native, 'bin');
    const launcher = await chooseLauncher({ binDir, dataDir }, null);
    expect(launcher.prefix).toContain('setpriv');
    await chown(dataDir, launcher.account?.uid ?? 0, launcher.account?.gid ?? 0);
    const made = await runProgram(launcher, path.join(binDir, 'initdb'), [
      `--pgdata=${dataDir}`,
      '--auth=reject',
      '--no-sync',
    ]);
    expect(made).toMatchObject({ exitCode: 0 });
  });
});

/** Ends the server, which a stopped owner would have done. */
async function stopServerOf(dataDir: string): Promise<void> {
  const pid = await serverPid(dataDir);
  if (pid !== null) {
    process.kill(pid, 'SIGQUIT');
  }
}
