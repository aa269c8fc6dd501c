import type pg from 'pg';

/** Tables, columns, indexes, constraints and triggers as PostgreSQL describes them, one a line. */
const DUMP = `
  select 'column ' || table_name || '.' || column_name || ' ' || data_type ||
         case is_nullable when 'NO' then ' not null' else '' end ||
         coalesce(' default ' || column_default, '') as line
    from information_schema.columns where table_schema = 'public'
  union all
  select 'index ' || indexdef from pg_indexes where schemaname = 'public'
  union all
  select 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace and contype not in ('n', 't')
  union all
  select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  order by line`;

/** The schema of a database, as text to compare. */
export async function dumpSchema(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ line: string }>(DUMP);
  return `${rows.map(({ line }) => line).join('\n')}\n`;
}
