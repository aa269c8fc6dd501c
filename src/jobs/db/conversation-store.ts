import { createHash, randomBytes } from 'node:crypto';
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { ConversationStore } from '../api.ts';
import { conversations, nonces, postedCards } from './schema.ts';

/** What the conversation remembers, in PostgreSQL. */
export function createConversationStore(pool: pg.Pool): ConversationStore {
  const db = drizzle(pool);
  return {
    async saveConversation(key, reference, language) {
      await db
        .insert(conversations)
        .values({ key, reference, language })
        .onConflictDoUpdate({
          target: conversations.key,
          set: language === null ? { reference } : { reference, language },
        });
    },

    async findConversation(key) {
      const [row] = await db.select().from(conversations).where(eq(conversations.key, key));
      return row?.reference ?? null;
    },

    async conversationsUnder(prefix) {
      const rows = await db
        .select()
        .from(conversations)
        .where(sql`starts_with(${conversations.key}, ${prefix})`)
        .orderBy(conversations.key);
      return rows.map(({ reference }) => reference);
    },

    async forgetConversation(key) {
      await db.delete(conversations).where(eq(conversations.key, key));
    },

    async findLanguage(key) {
      const [row] = await db
        .select({ language: conversations.language })
        .from(conversations)
        .where(eq(conversations.key, key));
      return row?.language ?? null;
    },

    async savePosted(key, posted) {
      await db
        .insert(postedCards)
        .values({ key, posted })
        .onConflictDoUpdate({ target: postedCards.key, set: { posted } });
    },

    async savePostedAs(keys, posted) {
      if (keys.length > 0) {
        await db
          .insert(postedCards)
          .values(keys.map((key) => ({ key, posted })))
          .onConflictDoUpdate({ target: postedCards.key, set: { posted } });
      }
    },

    async postedKeys(prefix) {
      const rows = await db
        .select({ key: postedCards.key })
        .from(postedCards)
        .where(sql`starts_with(${postedCards.key}, ${prefix})`);
      return rows.map(({ key }) => key);
    },

    async forgetPosted(prefix) {
      await db.delete(postedCards).where(sql`starts_with(${postedCards.key}, ${prefix})`);
    },

    async findPosted(key) {
      const [row] = await db.select().from(postedCards).where(eq(postedCards.key, key));
      return row?.posted ?? null;
    },

    async issueNonce({ personId, tenantId, subject, expiresAt }) {
      const nonce = randomBytes(24).toString('base64url');
      await db
        .insert(nonces)
        .values({ hash: hashOf(nonce), personId, tenantId, subject, expiresAt });
      return nonce;
    },

    async takeNonce(nonce, { personId, tenantId, subject }) {
      // One statement: of two presses at once, one finds the row untaken.
      const taken = await db
        .update(nonces)
        .set({ takenAt: new Date() })
        .where(
          and(
            eq(nonces.hash, hashOf(nonce)),
            eq(nonces.personId, personId),
            eq(nonces.tenantId, tenantId),
            eq(nonces.subject, subject),
            isNull(nonces.takenAt),
            gt(nonces.expiresAt, new Date()),
          ),
        )
        .returning({ hash: nonces.hash });
      return taken.length === 1;
    },
  };
}

/** A stolen database must not yield a nonce that still works. */
function hashOf(nonce: string): string {
  return createHash('sha256').update(nonce).digest('hex');
}
