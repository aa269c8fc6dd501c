import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSetupWorld, followSignIn, type SetupWorld } from './setup-world.ts';

let world: SetupWorld;

beforeAll(async () => {
  world = await createSetupWorld();
});

afterEach(() => world.server.faults.clear());

afterAll(() =>
  world.close(/verifier|redirect URI|used authorization code|authorize without|unknown public/),
);

const DRY = (): readonly string[] => ['--group', world.group, '--dry-run'];

test('each service is signed in to with the client of Microsoft’s that may ask for it, for the least', async () => {
  const asked: URL[] = [];
  const { exitCode } = await world.setup(DRY(), {
    browse: async (url) => {
      asked.push(new URL(url));
      await followSignIn(url);
    },
  });
  expect(exitCode).toBe(0);
  const seen = asked.map(({ searchParams }) => ({
    client: searchParams.get('client_id'),
    scopes: (searchParams.get('scope') ?? '').split(' ').filter((s) => s.startsWith('https:')),
    method: searchParams.get('code_challenge_method'),
    mode: searchParams.get('response_mode'),
  }));
  const pkce = { method: 'S256', mode: 'form_post' };
  expect(seen).toEqual([
    {
      client: '14d82eec-204b-4c2f-b7e8-296a70dab67e',
      scopes: [
        'https://graph.microsoft.com/Application.ReadWrite.All',
        'https://graph.microsoft.com/AppRoleAssignment.ReadWrite.All',
      ],
      ...pkce,
    },
    {
      client: 'fb78d390-0c51-40cd-8e17-fdbfab77341b',
      scopes: ['https://outlook.office365.com/.default'],
      ...pkce,
    },
  ]);
});

test('an answer with another state is not taken, and the sign-in goes on', async () => {
  const { exitCode } = await world.setup(DRY(), {
    browse: async (url) => {
      const redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
      const forged = await fetch(redirect, {
        method: 'POST',
        body: new URLSearchParams({ code: 'of somebody else', state: 'forged' }),
      });
      expect(forged.status).toBe(400);
      await followSignIn(url);
    },
  });
  expect(exitCode).toBe(0);
});

test('whoever declines is told so', async () => {
  const declined = world.setup(DRY(), {
    browse: async (url) => {
      const { searchParams } = new URL(url);
      const body = new URLSearchParams({
        error: 'access_denied',
        error_description: 'AADSTS65004: User declined to consent to access the app.',
        state: searchParams.get('state') ?? '',
      });
      await fetch(searchParams.get('redirect_uri') ?? '', { method: 'POST', body });
    },
  });
  await expect(declined).rejects.toMatchObject({
    code: 'graph.sign-in-refused',
    disposition: 'ask',
  });
});

test('whoever stops it, at the sign-in or in the middle, is told that it goes on', async () => {
  for (const moment of [/^Sign in for Exchange/, /^ {2}done {2}app registration/]) {
    const stopping = new AbortController();
    const { exitCode, output } = await world.setup(['--group', world.group], {
      signal: stopping.signal,
      onPrint: (text) => {
        if (moment.test(text)) {
          stopping.abort(new Error('stopped by SIGINT'));
        }
      },
    });
    expect(exitCode).toBe(1);
    expect(output).toMatch(/Stopped\. Run it again: it goes on where it was\.\n$/);
  }
  expect(world.directory.registrations).toHaveLength(1);
  expect(world.directory.applications).toEqual([]);
});

test('a code can be entered on another machine', async () => {
  world.server.quirks.deviceIntervalSeconds = 0.02;
  const { exitCode, output } = await world.setup([...DRY(), '--device-code'], {
    onPrint: (text) => {
      const code = /enter the code (\w+)\./.exec(text)?.[1];
      if (code !== undefined) {
        world.server.finishDevice(code, 'approved');
      }
    },
  });
  expect(exitCode).toBe(0);
  expect(output).toContain('Sign in for Exchange Online: To sign in, open');
  const declined = world.setup([...DRY(), '--device-code'], {
    onPrint: (text) => {
      const code = /enter the code (\w+)\./.exec(text)?.[1];
      if (code !== undefined) {
        world.server.finishDevice(code, 'declined');
      }
    },
  });
  await expect(declined).rejects.toMatchObject({ code: 'graph.sign-in-refused' });
});

test('a client of the tenant’s own signs in once for both', async () => {
  const own = '00000000-0000-4000-8000-0000000000c1';
  const asked: string[] = [];
  const browse = async (url: string): Promise<void> => {
    asked.push(url);
    await followSignIn(url);
  };
  world.directory.publicClientIds.push(own);
  const { exitCode } = await world.setup([...DRY(), '--client-id', own], { browse });
  expect(exitCode).toBe(0);
  expect(asked).toHaveLength(1);
  expect(world.server.journal.count('POST /{tenant}/oauth2/v2.0/token')).toBeGreaterThan(1);
});

test('no token, code or password of the administrator is on this machine afterwards', async () => {
  const { output } = await world.setup(['--group', world.group]);
  const texts = [output];
  for (const name of await readdir(world.dataDir)) {
    texts.push(await readFile(path.join(world.dataDir, name), 'utf8'));
  }
  expect(texts.length).toBeGreaterThan(3);
  const { tokens } = world.server.journal;
  expect(tokens.length).toBeGreaterThan(3);
  expect(tokens.filter((token) => texts.some((text) => text.includes(token)))).toEqual([]);
});

test('a token that ends in mid-run is replaced without a new sign-in', async () => {
  const asked: string[] = [];
  world.server.faults.push({
    operation: 'GET /applications',
    action: {
      kind: 'answer',
      status: 401,
      body: {
        error: { code: 'InvalidAuthenticationToken', message: 'Lifetime validation failed.' },
      },
    },
  });
  world.server.faults.push({
    operation: 'GET /applications/{id}',
    action: {
      kind: 'answer',
      status: 401,
      body: {
        error: { code: 'InvalidAuthenticationToken', message: 'Lifetime validation failed.' },
      },
    },
  });
  const { exitCode } = await world.setup([], {
    browse: async (url) => {
      asked.push(url);
      await followSignIn(url);
    },
  });
  expect(exitCode).toBe(0);
  expect(asked).toHaveLength(2);
});
