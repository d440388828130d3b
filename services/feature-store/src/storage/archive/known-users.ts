import { setImmediate as breath } from 'node:timers/promises';
import type { Queryable } from '@attune/postgres';
import type { HistoryTable } from '../../history-ports';
import { USER_FIELDS } from './pseudonyms';
import { textFieldOf } from './wire-text';

const PAGE_SIZE = 2_000;

// Everybody whom the store knows by an id. Nobody who was forgotten is among them.
const USERS = 'SELECT user_id AS id FROM users WHERE user_id > $1 ORDER BY user_id LIMIT $2';
const STATES = (view: string) =>
  `SELECT entity_id AS id FROM feature_states WHERE view = '${view}' AND entity_id > $1 ORDER BY entity_id LIMIT $2`;
const AUTHORS = 'SELECT item_id AS id, record FROM items WHERE item_id > $1 ORDER BY item_id LIMIT $2';

interface KnownRow {
  readonly id: string;
  readonly record?: Buffer;
}

/**
 * The ids of users by their keyed hashes, of those that the store knows: a hash tells no id, so the ids are hashed and compared, page
 * by page. Authors of items need no account, so for changes of items they are asked too.
 */
export async function knownUsers(
  database: Queryable,
  table: HistoryTable,
  userKeys: ReadonlySet<string>,
  userKeyOf: (userId: string) => string,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  const learn = (id: string) => {
    const key = id === '' ? '' : userKeyOf(id);
    if (userKeys.has(key)) ids.set(key, id);
  };
  const sources = [STATES('user'), USERS, STATES('user_graph'), ...(table === 'entity_changes' ? [AUTHORS] : [])];
  for (const source of sources) {
    for await (const rows of pages(database, source)) {
      for (const { id, record } of rows) learn(record === undefined ? id : textFieldOf(record, AUTHOR));
      if (ids.size === userKeys.size) return ids;
    }
  }
  return ids;
}

const AUTHOR = USER_FIELDS['Item.author_id'];

async function* pages(database: Queryable, sql: string): AsyncGenerator<readonly KnownRow[]> {
  for (let after = ''; ; ) {
    const { rows } = await database.query<KnownRow & Record<string, unknown>>(sql, [after, PAGE_SIZE]);
    yield rows;
    if (rows.length < PAGE_SIZE) return;
    after = rows.at(-1)!.id;
    await breath();
  }
}
