import type pg from 'pg';
import type { Actor } from '../api.ts';
import type { FolderRename, MapEdit, MapRow } from '../copy/edit-folder-map.ts';
import { UnknownMigrationError } from '../errors.ts';
import type { StateName } from '../migration/state.ts';
import { inTransaction } from './connect.ts';

export interface MapEditInput {
  readonly migrationId: string;
  /** Null for a `copy` without Teams. */
  readonly actor: Actor | null;
  /** Pure: sees the map as it is while nobody else can change it. */
  readonly decide: (rows: readonly MapRow[], state: StateName) => MapEdit;
}

/** The saved folder map, to be changed before a folder's first message is copied. */
export interface FolderMapStore {
  /** Reads, decides and writes in one transaction, with an audit row for each folder that goes elsewhere. */
  edit(input: MapEditInput): Promise<MapEdit>;
}

/** The store on a pool of connections. */
export function createFolderMapStore(pool: pg.Pool): FolderMapStore {
  return {
    edit: ({ migrationId, actor, decide }) =>
      inTransaction(pool, async (client) => {
        const { rows: migrations } = await client.query<{ state: StateName }>(
          'select state from migrations where id = $1 for update',
          [migrationId],
        );
        const [migration] = migrations;
        if (migration === undefined) {
          throw new UnknownMigrationError('No migration has this id.');
        }
        const rows = await readMap(client, migrationId);
        const edit = decide(rows, migration.state);
        if (edit.kind === 'edited' && edit.changes.length > 0) {
          await writeChanges(client, migrationId, edit.changes);
          await writeAudit(client, { migrationId, actor }, rows, edit.changes);
        }
        return edit;
      }),
  };
}

async function readMap(client: pg.PoolClient, migrationId: string): Promise<readonly MapRow[]> {
  const { rows } = await client.query<MapRow>(
    `select source_path as "sourcePath", target_path as "targetPath",
            exists (select from messages m
                     where m.folder_id = f.id and m.state in ('in-flight', 'done', 'adopted')) as copied
       from folders f where migration_id = $1 order by id`,
    [migrationId],
  );
  return rows;
}

/** What was noted of the target folder of before is void; whoever still writes by the old map loses the turn. */
async function writeChanges(
  client: pg.PoolClient,
  migrationId: string,
  changes: readonly FolderRename[],
): Promise<void> {
  await client.query('update migrations set epoch = epoch + 1 where id = $1', [migrationId]);
  await client.query(
    `update folders f
        set target_path = c.target_path, reason = 'chosen', problem = null, target_class = null,
            target_uid_validity = null, target_uid_next = null, target_exists = null
       from unnest($2::text[], $3::text[]) as c (source_path, target_path)
      where f.migration_id = $1 and f.source_path = c.source_path`,
    [
      migrationId,
      changes.map(({ sourcePath }) => sourcePath),
      changes.map(({ targetPath }) => targetPath),
    ],
  );
}

async function writeAudit(
  client: pg.PoolClient,
  { migrationId, actor }: Pick<MapEditInput, 'migrationId' | 'actor'>,
  rows: readonly MapRow[],
  changes: readonly FolderRename[],
): Promise<void> {
  const before = new Map(rows.map(({ sourcePath, targetPath }) => [sourcePath, targetPath]));
  const line = (sourcePath: string, targetPath: string | undefined): string =>
    `${sourcePath} → ${targetPath ?? ''}`;
  await client.query(
    `insert into audit (actor_person, actor_tenant, action, subject, outcome, before, after)
     select $1, $2, 'folder.renamed', $3, 'done', * from unnest($4::text[], $5::text[])`,
    [
      actor?.personId ?? null,
      actor?.tenantId ?? null,
      migrationId,
      changes.map(({ sourcePath }) => line(sourcePath, before.get(sourcePath))),
      changes.map(({ sourcePath, targetPath }) => line(sourcePath, targetPath)),
    ],
  );
}
