import type { Database } from '@attune/postgres';
import type { OldRows } from '../history-ports';

/** Pages of one statement, of 8 kB each: some thousand rows, locked for some tens of milliseconds. */
const PAGES_AT_ONCE = 512;

/** Deletes old rows walking through a table page by page: an index on the time would make every insert dearer. */
export function postgresOldRows(database: Database): OldRows {
  return {
    deleteBefore: async ({ table, column }, before, { signal } = {}) => {
      const options = signal === undefined ? {} : { signal };
      const isOld = `${column} < to_timestamp($1::float8 / 1000)`;
      const beforeMs = before.getTime();
      const any = await database.query(`SELECT 1 FROM ${table} WHERE ${isOld} LIMIT 1`, [beforeMs], options);
      if (any.rowCount === 0) return 0;
      const { rows } = await database.query<{ pages: number }>(
        `SELECT (pg_relation_size('${table}') / current_setting('block_size')::bigint)::float8 AS pages`,
      );
      let count = 0;
      for (let page = 0; page < rows[0]!.pages; page += PAGES_AT_ONCE) {
        const range = `ctid >= '(${page},0)' AND ctid < '(${page + PAGES_AT_ONCE},0)'`;
        count += (await database.query(`DELETE FROM ${table} WHERE ${range} AND ${isOld}`, [beforeMs], options))
          .rowCount;
      }
      return count;
    },
  };
}
