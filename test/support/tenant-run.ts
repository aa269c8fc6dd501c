/**
 * The steps of a move that deal with the tenant, one after the other against the simulated Microsoft 365
 * and a real PostgreSQL: what the worker does, without its queue, so that a test can stop between any two
 * calls.
 */

import { NotConnectedError } from '../../src/imap/errors.ts';
import { createByteBudget } from '../../src/jobs/copy/byte-budget.ts';
import { createBatchStore } from '../../src/jobs/db/batch-store.ts';
import type { Database } from '../../src/jobs/db/connect.ts';
import { createLedgerStore } from '../../src/jobs/db/ledger-store.ts';
import {
  createMigrationStore,
  type MigrationRow,
  type MigrationStore,
} from '../../src/jobs/db/migration-store.ts';
import type { MigrationEvent, StateName } from '../../src/jobs/migration/state.ts';
import { unobserved } from '../../src/jobs/observer.ts';
import type { MailSource, TenantPort } from '../../src/jobs/ports.ts';
import { cleanUp } from '../../src/jobs/steps/clean-up.ts';
import type { Step, StepDeps } from '../../src/jobs/steps/deps.ts';
import { makeRoom, noteRoomAfter } from '../../src/jobs/steps/make-room.ts';
import { provisionPerson, validatePerson } from '../../src/jobs/steps/prepare-person.ts';
import { testLogin } from '../../src/jobs/steps/test-login.ts';
import { eventOfError } from '../../src/jobs/worker.ts';
import { silentLogger } from '../../src/log.ts';
import { addUser, type SimMailbox, type SimUser } from '../sim/m365/directory.ts';
import { PRODUCTS } from '../sim/m365/skus.ts';
import { never, type TenantWorld } from '../unit/graph/tenant-world.ts';
import { EXCHANGE } from './copy-world.ts';
import { Crash, createFakeTarget, FakeMailbox } from './fakes/mail-servers.ts';

const ADMIN = { personId: 'admin-1', tenantId: 'tenant-1' };

/** What the account at the source is like, and what Apple says to its password. */
export interface FakeAccount {
  sizes: readonly number[];
  login: () => Promise<void>;
}

/** One person's move, taken through its steps by hand. */
export interface TenantRun {
  readonly user: SimUser;
  readonly mailbox: () => SimMailbox;
  readonly account: FakeAccount;
  readonly store: MigrationStore;
  readonly tenant: TenantPort;
  row(): Promise<MigrationRow>;
  /** Goes on with another migration of the same person. */
  switchTo(migrationId: string): void;
  apply(event: MigrationEvent): Promise<void>;
  /** One run of the job of the present state; what it throws is told to the state as the worker does. */
  step(): Promise<MigrationEvent | 'again'>;
  /** Steps, with the person's password in between, up to this state. */
  until(state: StateName): Promise<void>;
  /** What the verification does for the mailbox. */
  noteRoom(): Promise<void>;
  /** Audit rows of this person, in order: action, before, after, who. */
  audits(): Promise<readonly string[]>;
  /** The state of the mailbox that a move may touch. */
  look(): string;
}

export interface TenantRunInput {
  readonly world: TenantWorld;
  readonly database: Database;
  readonly alias: string;
  /** The clock that the steps read. */
  readonly now: () => Date;
  /** Somebody who is there already; a new person where left out. */
  readonly user?: SimUser;
  /** False: the person has no licence yet. */
  readonly licensed?: boolean;
  readonly tenant: TenantPort;
  /** Puts something between the steps and what they call: a crash, or a look. */
  readonly between?: <T extends object>(target: T) => T;
}

const STEPS: Readonly<Partial<Record<StateName, Step>>> = {
  Validating: validatePerson,
  Provisioning: provisionPerson,
  Testing: testLogin,
  Piloting: async (deps, row, signal) =>
    (await makeRoom(deps, row, signal)) ?? { type: 'pilot-finished' },
};

function sourceOf(account: FakeAccount): MailSource {
  const unused = (): never => {
    throw new Error('not part of this');
  };
  return {
    listFolders: async () => [{ path: 'INBOX', specialUse: 'inbox', selectable: true }],
    surveyFolders: async function* survey() {
      const messages = account.sizes.map((sizeBytes, index) => ({
        uid: index + 1,
        flags: [],
        receivedAt: null,
        sizeBytes,
      }));
      const state = { uidValidity: 1, uidNext: 9, exists: messages.length, modSeq: null };
      yield { path: 'INBOX', state, messages };
    },
    openFolder: unused,
    readMessages: unused,
    readLarge: unused,
    close: async () => undefined,
  };
}

export async function createTenantRun(input: TenantRunInput): Promise<TenantRun> {
  const { world, database, alias, now } = input;
  const between = input.between ?? ((target) => target);
  const user =
    input.user ??
    addUser(world.directory, {
      alias,
      displayName: alias,
      usageLocation: null,
      ...(input.licensed === false ? {} : { product: PRODUCTS.businessBasic }),
    });
  const plainStore = createMigrationStore(database, async () => undefined);
  const store = between(plainStore);
  const tenant = between(input.tenant);
  const account: FakeAccount = { sizes: [1000], login: async () => undefined };
  const source = sourceOf(account);
  const target = createFakeTarget(new FakeMailbox(), () => undefined);
  const unused = (): never => {
    throw new Error('not part of this');
  };
  const deps: StepDeps = {
    store,
    tenant,
    ledger: createLedgerStore(database.pool),
    tallies: unused,
    budget: createByteBudget(1),
    reports: { save: unused },
    clock: { now, monotonicMs: () => now().getTime(), sleep: unused },
    logger: silentLogger,
    observer: unobserved,
    pace: { sliceMs: 60_000, pollMs: 60_000, waitMs: 60_000 },
    schedule: { closedUntil: () => null },
    shouldYield: () => false,
    sessions: {
      traits: EXCHANGE,
      tryLogin: () => account.login(),
      use: (_migration, work) => work({ source, target: target }),
      withTarget: (_mailbox, work) => work(target),
      async readTarget(mailbox, work) {
        const token = await world.m365.tokens.getToken('exchange', never);
        if ((await world.server.verifyImapToken(mailbox, token)) !== 'ok') {
          throw new NotConnectedError();
        }
        return work(source);
      },
      close: async () => undefined,
      abandon: () => undefined,
      closeAll: async () => undefined,
    },
  };
  const person = { ...user, usageLocation: null, kind: 'member' } as const;
  const batches = createBatchStore(database, async () => undefined);
  await batches.savePlan(alias, { kind: 'people', personIds: [user.id] });
  const batch = await batches.createBatch({
    planHash: alias,
    actor: ADMIN,
    sourceHost: 'imap.mail.me.com',
    rules: [],
    migrations: [
      {
        line: 1,
        person,
        submitter: person,
        targetMailbox: user.userPrincipalName,
        sourceAccount: `${alias}@icloud.com`,
        licenceSkuId: input.licensed === false ? PRODUCTS.businessBasic.skuId : null,
      },
    ],
  });
  const [started] = 'batchId' in batch ? await plainStore.ofBatch(batch.batchId) : [];
  let migrationId = started?.id ?? '';

  const row = async (): Promise<MigrationRow> => {
    const found = await plainStore.find(migrationId);
    if (found === null) {
      throw new Error('no such migration');
    }
    return found;
  };
  const apply = async (event: MigrationEvent): Promise<void> => {
    if ((await plainStore.apply({ migrationId, event, actor: null, onlyAtStep: null })) === null) {
      throw new Error(`${event.type} does not fit ${(await row()).state}`);
    }
  };
  const stepOf = (state: StateName): Step => STEPS[state] ?? cleanUp;
  const step = async (): Promise<MigrationEvent | 'again'> => {
    const present = await row();
    let event: MigrationEvent | 'again';
    try {
      event = await stepOf(present.state)(deps, present, never);
    } catch (error) {
      if (error instanceof Crash) {
        throw error;
      }
      const outcome = eventOfError(error, present.state, new Date(now().getTime() + 60_000));
      if (outcome === null) {
        throw error;
      }
      event = outcome;
    }
    if (event !== 'again') {
      await apply(event);
    }
    return event;
  };
  return {
    user,
    mailbox: () => {
      if (user.mailbox === null) {
        throw new Error('there is no mailbox');
      }
      return user.mailbox;
    },
    account,
    store: plainStore,
    tenant: input.tenant,
    row,
    switchTo(id) {
      migrationId = id;
    },
    apply,
    step,
    async until(state) {
      for (let present = await row(); present.state !== state; present = await row()) {
        if (present.state === 'WaitingForUser') {
          await apply({ type: 'credential-submitted' });
        } else {
          const event = await step();
          if (event === 'again' || event.type === 'waiting' || event.type === 'blocked') {
            throw new Error(`${present.state} ends in ${JSON.stringify(event)}`);
          }
        }
      }
    },
    noteRoom: async () => noteRoomAfter(deps, await row(), never),
    async audits() {
      const { rows } = await database.pool.query<Record<string, string | null>>(
        `select action, before, after, actor_person as who from audit where subject = $1 order by id`,
        [user.id],
      );
      return rows.map(
        ({ action, before, after, who }) => `${action}: ${before} → ${after} by ${who}`,
      );
    },
    look() {
      const { mailbox } = user;
      return JSON.stringify([
        mailbox?.imapEnabled,
        mailbox?.permissions,
        mailbox?.retentionHoldEnabled,
        mailbox?.maxReceiveMb,
        mailbox?.maxSendMb,
      ]);
    },
  };
}
