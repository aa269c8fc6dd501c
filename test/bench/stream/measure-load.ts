/** How many imports are under way while a mailbox is written through Graph to a server that takes 100 ms a request. */
import { systemClock } from '../../../src/clock.ts';
import { createGraphTarget } from '../../../src/jobs/adapters/graph-target.ts';
import { SAMPLE_VERSION } from '../../../src/mail/fast-transfer/properties.ts';
import { createMailStore } from '../../sim/imap/store.ts';
import { mailFoldersOf } from '../../sim/join-mail.ts';
import { addUser } from '../../sim/m365/directory.ts';
import type { LoadSample } from '../../sim/m365/import-service.ts';
import { PRODUCTS } from '../../sim/m365/skus.ts';
import { createTenantWorld } from '../../unit/graph/tenant-world.ts';

const MESSAGES = 400;
const AT_ONCE = 4;

export interface Load {
  readonly messages: number;
  readonly seconds: number;
  /** Of the time from the first import to the last that began. */
  readonly shareAtLimit: number;
}

export async function measureLoad(latencyMs: number): Promise<Load> {
  const world = await createTenantWorld();
  world.application.graphRoles.push('MailboxItem.ImportExport.All', 'Mail.ReadWrite');
  const user = addUser(world.directory, {
    displayName: 'Alex',
    alias: 'alex',
    product: PRODUCTS.businessBasic,
  });
  const store = createMailStore({
    caseInsensitiveNames: true,
    defaultFolders: [{ name: 'INBOX' }],
  });
  store.addAccount(user.mail ?? '');
  world.directory.mailFolders = mailFoldersOf(store);
  world.server.quirks.importLatencyMs = latencyMs;
  const target = createGraphTarget({
    m365: world.m365,
    userId: user.id,
    version: SAMPLE_VERSION,
    clock: systemClock,
  });
  const { signal } = new AbortController();
  const body = 'A line of text that is like many others.\r\n'.repeat(240);
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: MESSAGES }, (_, n) =>
      target.append(
        {
          folderPath: 'INBOX',
          bytes: Buffer.from(`Message-ID: <${n}@example.com>\r\nSubject: ${n}\r\n\r\n${body}`),
          flags: [],
          receivedAt: new Date(0),
        },
        signal,
      ),
    ),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  await world.close();
  const arrived = store.folder(user.mail ?? '', 'INBOX')?.messages.length ?? 0;
  return { messages: arrived, seconds, shareAtLimit: shareAtLimit(world.server.importLoad) };
}

/** Until the last request began: then there is nothing left to fill the places with. Pure. */
function shareAtLimit(samples: readonly LoadSample[]): number {
  const lastBegan = samples.findLastIndex(
    ({ inFlight }, n) => inFlight > (samples[n - 1]?.inFlight ?? 0),
  );
  const counted = samples.slice(0, lastBegan + 1);
  const first = counted[0]?.atMs ?? 0;
  const last = counted.at(-1)?.atMs ?? 0;
  let full = 0;
  for (const [n, { atMs, inFlight }] of counted.entries()) {
    const until = counted[n + 1]?.atMs ?? atMs;
    full += inFlight === AT_ONCE ? until - atMs : 0;
  }
  return full / (last - first);
}
