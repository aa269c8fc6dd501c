import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { runSetup } from '../../../../src/app/setup-command.ts';
import { createSetupFiles } from '../../../../src/app/setup-files.ts';
import type { Terminal } from '../../../../src/app/setup-session.ts';
import { type Clock, systemClock } from '../../../../src/clock.ts';
import { parseConfig } from '../../../../src/config.ts';
import { chooseCloud } from '../../../../src/graph/clouds.ts';
import type { Credential } from '../../../../src/graph/credential.ts';
import { createM365, type M365 } from '../../../../src/graph/m365.ts';
import { silentLogger } from '../../../../src/log.ts';
import { addAdministrator, type DIRECTORY_ROLES } from '../../../sim/m365/administrators.ts';
import {
  addMailSecurityGroup,
  addSku,
  addUser,
  createDirectory,
  type Directory,
  type SimUser,
} from '../../../sim/m365/directory.ts';
import { PRODUCTS } from '../../../sim/m365/skus.ts';
import { type RunningM365, startM365 } from '../../../sim/m365/start-m365.ts';
import { never, tls } from '../tenant-world.ts';

// A whole set-up is some hundred requests: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

export interface RunOptions {
  /** What is answered to a question; unset: yes. */
  readonly answer?: boolean;
  /** What follows a sign-in page; unset: a browser that does as it is told. */
  readonly browse?: (url: string) => Promise<void>;
  readonly onPrint?: (text: string) => void;
  readonly signal?: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface SetupRun {
  readonly exitCode: number;
  readonly output: string;
  readonly questions: readonly string[];
}

/** A tenant that nobody has prepared, and an administrator at a terminal. */
export interface SetupWorld {
  readonly directory: Directory;
  readonly server: RunningM365;
  readonly dataDir: string;
  readonly clock: Clock;
  /** In the group. */
  readonly anna: SimUser;
  /** Not in the group. */
  readonly bert: SimUser;
  readonly group: string;
  setup(words: readonly string[], options?: RunOptions): Promise<SetupRun>;
  /** The service's own client, by the settings that setup printed. */
  connect(output: string, credential?: Credential): Promise<M365>;
  /** Everything in the tenant that a set-up may change. */
  snapshot(): unknown;
  close(allow?: RegExp): Promise<void>;
}

/** Time that passes when somebody waits for it. */
export function createHurriedClock(): Clock {
  let aheadMs = 0;
  return {
    now: () => new Date(Date.now() + aheadMs),
    monotonicMs: () => systemClock.monotonicMs() + aheadMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      aheadMs += ms;
    },
  };
}

/** Signs in: follows the page's form to where it sends the code. */
export async function followSignIn(url: string): Promise<void> {
  const page = await (await fetch(url)).text();
  const unescape = (text: string): string =>
    text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
  const action = unescape(/action="([^"]+)"/.exec(page)?.[1] ?? '');
  const fields = [...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']): [string, string] => [name, unescape(value)],
  );
  await fetch(action, { method: 'POST', body: new URLSearchParams(fields) });
}

export interface SetupWorldOptions {
  readonly administrator?: readonly (keyof typeof DIRECTORY_ROLES)[];
  readonly fresh?: boolean;
}

export async function createSetupWorld(options: SetupWorldOptions = {}): Promise<SetupWorld> {
  const clock = createHurriedClock();
  const directory = createDirectory({ now: () => clock.now().getTime() });
  if (options.fresh === true) {
    directory.exchange.dehydratedUntilMs = Number.POSITIVE_INFINITY;
    directory.timing.customizationMs = 4 * 60_000;
  }
  addAdministrator(directory, 'admin', ...(options.administrator ?? ['globalAdministrator']));
  addSku(directory, PRODUCTS.businessBasic, 5);
  const product = PRODUCTS.businessBasic;
  const anna = addUser(directory, { alias: 'anna', displayName: 'Anna', product });
  const bert = addUser(directory, { alias: 'bert', displayName: 'Bert', product });
  const { mail: group = '' } = addMailSecurityGroup(directory, 'moves', [anna.id]);
  const server = await startM365({ directory, tls });
  const dataDir = await mkdtemp(path.join(tmpdir(), 'skybridge-setup-'));
  const hosts = {
    loginUrl: server.loginUrl,
    graphUrl: server.graphUrl,
    exchangeAdminUrl: server.exchangeAdminUrl,
  };

  const setup: SetupWorld['setup'] = async (words, run = {}) => {
    const printed: string[] = [];
    const questions: string[] = [];
    const browse = run.browse ?? followSignIn;
    const terminal: Terminal = {
      print: (text) => {
        printed.push(text);
        run.onPrint?.(text);
        const url = /^Sign in for .+:\n(\S+)\n$/.exec(text)?.[1];
        if (url !== undefined) {
          void browse(url);
        }
      },
      confirm: async (question) => {
        questions.push(question);
        return run.answer ?? true;
      },
    };
    const config = parseConfig({
      DATA_DIR: dataDir,
      TENANT_ID: directory.tenantId,
      LOGIN_URL: server.loginUrl,
      GRAPH_URL: server.graphUrl,
      EXCHANGE_ADMIN_URL: server.exchangeAdminUrl,
      ...run.environment,
    });
    const exitCode = await runSetup(
      {
        config,
        terminal,
        files: createSetupFiles(dataDir),
        clock,
        logger: silentLogger,
      },
      words,
      run.signal ?? never,
    );
    return { exitCode, output: printed.join(''), questions };
  };

  return {
    directory,
    server,
    dataDir,
    clock,
    anna,
    bert,
    group,
    setup,
    connect: async (output, credential) => {
      const setting = (name: string): string =>
        new RegExp(`^${name}=(.+)$`, 'm').exec(output)?.[1] ?? '';
      return createM365({
        cloud: chooseCloud('global', hosts),
        tenantId: setting('TENANT_ID'),
        clientId: setting('CLIENT_ID'),
        credential: credential ?? {
          kind: 'certificate',
          pem: await readFile(setting('CLIENT_CERTIFICATE_PATH'), 'utf8'),
        },
        clock: systemClock,
        log: silentLogger,
        budgetMs: 2_000,
      });
    },
    snapshot: () => {
      const { users, groups, applications, registrations, appRoleAssignments } = directory;
      const { roles, roleGroups, scopes, assignments } = directory.exchange;
      return structuredClone({
        users,
        groups,
        applications,
        registrations,
        appRoleAssignments,
        exchangeServicePrincipals: directory.exchangeServicePrincipals,
        roles,
        roleGroups,
        scopes,
        assignments,
      });
    },
    close: async (allow) => {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
      const violations = server.violations.filter((violation) => allow?.test(violation) !== true);
      if (violations.length > 0) {
        throw new Error(`Microsoft 365 would not have taken this: ${violations.join(' | ')}`);
      }
    },
  };
}
