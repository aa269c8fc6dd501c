/** The process dies before any one call of a move's tenant steps or of its clean-up: nothing is left behind. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGraphTenant } from '../../../src/jobs/adapters/graph-tenant.ts';
import { type Database, openDatabase } from '../../../src/jobs/db/connect.ts';
import { silentLogger } from '../../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { Crash } from '../../support/fakes/mail-servers.ts';
import { createTenantRun, type TenantRun } from '../../support/tenant-run.ts';
import { createTenantWorld, type TenantWorld } from '../../unit/graph/tenant-world.ts';

let testDatabase: TestDatabase;
let database: Database;
let world: TenantWorld;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.connectionString, silentLogger);
  world = await createTenantWorld();
});
afterAll(async () => {
  await world.close();
  await database.close();
  await testDatabase.drop();
});

interface Deaths {
  /** Counts the calls of an object's methods, and dies before the one whose turn it is. */
  readonly between: <T extends object>(target: T) => T;
  readonly reached: () => boolean;
}

function dieAt(n: number): Deaths {
  let calls = 0;
  return {
    between: (target) =>
      new Proxy(target, {
        get(object, name) {
          const member: unknown = Reflect.get(object, name);
          return typeof member !== 'function'
            ? member
            : (...given: unknown[]): unknown => {
                calls += 1;
                if (calls === n) {
                  throw new Crash(`before ${String(name)}`);
                }
                return Reflect.apply(member, object, given);
              };
        },
      }),
    reached: () => calls >= n,
  };
}

async function isDead(work: Promise<unknown>): Promise<boolean> {
  const [outcome] = await Promise.allSettled([work]);
  if (outcome.status === 'rejected' && !(outcome.reason instanceof Crash)) {
    throw outcome.reason;
  }
  return outcome.status === 'rejected';
}

/** Somebody whose mailbox was there before the move, with IMAP off; what is only read has been read. */
async function startAt(alias: string, { between }: Deaths): Promise<TenantRun> {
  const tenant = createGraphTenant(world.m365);
  const now = (): Date => new Date();
  const anna = await createTenantRun({ world, database, alias, now, tenant, between });
  anna.mailbox().imapEnabled = false;
  await anna.apply({ type: 'validated' });
  return anna;
}

/** Up to the review of the pilot: by then all is changed that a move changes without a question. */
const prepare = (anna: TenantRun): Promise<void> => anna.until('PilotReview');

/** Every change that took effect and stands in no audit row, or the other way round. */
async function unbalanced(anna: TenantRun, seen: number): Promise<readonly string[]> {
  const made = world.server.changes
    .slice(seen)
    .filter(({ target }) => target === anna.user.userPrincipalName).length;
  const audited = (await anna.audits()).length;
  return made === audited ? [] : [`${made} changes, ${audited} audit rows`];
}

test('wherever the process dies, a cancel puts back everything, and each change is audited once', async () => {
  let n = 1;
  for (let more = true; more; n += 1) {
    const deaths = dieAt(n);
    const seen = world.server.changes.length;
    const anna = await startAt(`crash-${n}`, deaths);
    const before = anna.look();
    await isDead(prepare(anna));
    await anna.apply({ type: 'cancel-requested' });
    if (await isDead(anna.step())) {
      await anna.step();
    }
    more = deaths.reached();
    expect(await anna.row(), `death at call ${n}`).toMatchObject({ cleanedUp: true });
    expect(anna.look(), `death at call ${n}`).toBe(before);
    expect(await unbalanced(anna, seen), `death at call ${n}`).toEqual([]);
    const { id } = await anna.row();
    expect(await anna.store.openChanges(id), `death at call ${n}`).toEqual([]);
  }
  expect(n).toBeGreaterThan(25);
});

test('wherever the process dies, it goes on after a restart, and ends with all put back', async () => {
  let deathsSeen = 0;
  for (let n = 2; ; n += 4) {
    const anna = await startAt(`restart-${n}`, dieAt(n));
    const before = anna.look();
    if (!(await isDead(prepare(anna)))) {
      break;
    }
    deathsSeen += 1;
    await prepare(anna);
    expect(anna.mailbox()).toMatchObject({ imapEnabled: true, retentionHoldEnabled: true });
    await anna.apply({ type: 'cancel-requested' });
    await anna.step();
    expect(anna.look(), `death at call ${n}`).toBe(before);
  }
  expect(deathsSeen).toBeGreaterThan(3);
});
