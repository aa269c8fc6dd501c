import { createHash, randomBytes } from 'node:crypto';
import { and, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { WebSessionKind, WebSessionStore } from '../api.ts';
import { webSessions } from './schema.ts';

/** Browsers of people who sign in, in PostgreSQL; whatever process answers next knows them. */
export function createWebSessionStore(pool: pg.Pool): WebSessionStore {
  const db = drizzle(pool);
  const { hash, kind, expiresAt } = webSessions;
  const live = (of: WebSessionKind, secret: string): SQL | undefined =>
    and(eq(hash, hashOf(secret)), eq(kind, of), gt(expiresAt, sql`now()`));
  return {
    async open(of, value, until) {
      const secret = randomBytes(32).toString('base64url');
      await db.delete(webSessions).where(lte(expiresAt, sql`now()`));
      await db
        .insert(webSessions)
        .values({ hash: hashOf(secret), kind: of, value, expiresAt: until });
      return secret;
    },

    async find(of, secret) {
      const [row] = await db.select().from(webSessions).where(live(of, secret));
      return row?.value ?? null;
    },

    async take(of, secret) {
      // One statement: of two requests at once, one finds it.
      const [row] = await db.delete(webSessions).where(live(of, secret)).returning();
      return row?.value ?? null;
    },
  };
}

/** Whoever reads the database must not be able to be somebody else before a page. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
