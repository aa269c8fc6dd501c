import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { AdminRule } from '../copy/skip-rules.ts';
import { UnknownMigrationError } from '../errors.ts';

/** The two mailboxes of a `copy`. */
export interface CopyPair {
  readonly sourceAddress: string;
  readonly sourceHost: string;
  readonly targetMailbox: string;
}

/** The part of a migration's row that a `copy` without Teams needs. */
export interface CopyRow {
  readonly id: string;
  readonly targetMailbox: string;
  /** 0 until the full copy is through. */
  readonly pass: number;
  readonly stampProven: boolean;
}

/** Rows of `copy`: plain SQL, so that the command starts without the schema's library. */
export interface CopyStore {
  /** The one row of a pair of mailboxes, made at its first run. */
  findOrCreate(pair: CopyPair): Promise<CopyRow>;
  find(id: string): Promise<CopyRow | null>;
  /** What this run leaves out; it takes the place of what an earlier one did. */
  saveRules(id: string, rules: readonly AdminRule[]): Promise<void>;
  /** One more pass is through. */
  countPass(id: string): Promise<void>;
}

const COLUMNS = 'id, target_mailbox as "targetMailbox", pass, stamp_proven as "stampProven"';

/** The store on a pool of connections. */
export function createCopyStore(pool: pg.Pool): CopyStore {
  return {
    async findOrCreate({ sourceAddress, sourceHost, targetMailbox }) {
      const planHash = `copy ${sourceAddress} ${sourceHost} ${targetMailbox}`;
      const { rows } = await pool.query<CopyRow>(
        `insert into migrations (id, run_id, plan_hash, source_address, source_host, target_mailbox, state)
         values ($1, $2, $3, $4, $5, $6, 'Syncing')
         on conflict (plan_hash) where plan_hash is not null
         do update set plan_hash = excluded.plan_hash returning ${COLUMNS}`,
        [randomUUID(), randomUUID(), planHash, sourceAddress, sourceHost, targetMailbox],
      );
      const [row] = rows;
      if (row === undefined) {
        throw new UnknownMigrationError('The row of this copy vanished.');
      }
      return row;
    },

    async find(id) {
      const { rows } = await pool.query<CopyRow>(
        `select ${COLUMNS} from migrations where id = $1`,
        [id],
      );
      return rows[0] ?? null;
    },

    async saveRules(id, rules) {
      await pool.query('update migrations set skip_rules = $2 where id = $1', [
        id,
        JSON.stringify(rules),
      ]);
    },

    async countPass(id) {
      await pool.query('update migrations set pass = pass + 1 where id = $1', [id]);
    },
  };
}
