import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { decideLogin, LOGIN_WINDOW_MS } from '../login/login-limit.ts';
import { inTransaction } from './connect.ts';
import * as schema from './schema.ts';

/** Logins that were reserved; those that are not needed after all are given back. */
export type LoginReservation =
  | { readonly kind: 'reserved'; giveBack(unused: number): Promise<void> }
  | { readonly kind: 'wait'; readonly until: Date };

/** Counts logins by account, in PostgreSQL: a restart forgets none. */
export interface LoginStore {
  /** Counts `wanted` logins before any of them is made, or says when they may be made. */
  reserve(
    account: string,
    input: { readonly wanted: number; readonly now: Date },
  ): Promise<LoginReservation>;
  /** Counts a login that waits for nobody: its password was accepted before. */
  note(account: string, now: Date): Promise<void>;
}

/** The store on a pool. */
export function createLoginStore(pool: pg.Pool): LoginStore {
  const db = drizzle(pool, { schema });
  const { logins } = schema;

  return {
    reserve: (account, { wanted, now }) =>
      inTransaction(pool, async (client) => {
        const tx = drizzle(client, { schema });
        // Two moves from one account take turns.
        await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${account}, 0))`);
        const window = new Date(now.getTime() - LOGIN_WINDOW_MS);
        await tx.delete(logins).where(lte(logins.at, window));
        const before = await tx
          .select({ at: logins.at })
          .from(logins)
          .where(eq(logins.account, account));
        const decision = decideLogin(
          before.map(({ at }) => at),
          { wanted, now },
        );
        if (decision.kind === 'wait') {
          return decision;
        }
        const rows = await tx
          .insert(logins)
          .values(Array.from({ length: wanted }, () => ({ account, at: now })))
          .returning({ id: logins.id });
        return {
          kind: 'reserved',
          async giveBack(unused) {
            const ids = rows.slice(0, Math.max(0, unused)).map(({ id }) => id);
            await db
              .delete(logins)
              .where(and(eq(logins.account, account), inArray(logins.id, ids)));
          },
        };
      }),

    async note(account, now) {
      await db.insert(logins).values({ account, at: now });
    },
  };
}
