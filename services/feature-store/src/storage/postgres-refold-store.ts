import type { Database, Queryable } from '@attune/postgres';
import type { FeatureView } from '../domain/feature-view';
import type { KeptEvent, RefoldStore, RefoldTransaction } from '../ports';
import { saveStates } from './feature-state-sql';
import { textArray } from './sql-arrays';

const ROWS_PER_FETCH = 20_000;

const epoch = (column: string) => `date_part('epoch', ${column}) * 1000`;
const PROFILES = (kind: string) =>
  `SELECT ${kind}_id, 'profile', NULL, ${epoch('born_at')}, ${epoch('accepted_at')}, NULL FROM ${kind}s`;
const FOLLOWS = (side: string) =>
  `SELECT ${side}_id, '${side}', NULL, NULL, ${epoch('accepted_at')}, removed FROM follows`;

const EVENTS = {
  user: `SELECT user_id AS entity_id, 'interaction' AS kind, type, value, ${epoch('occurred_at')} AS at, NULL::bool AS removed
    FROM interactions UNION ALL ${PROFILES('user')} UNION ALL ${FOLLOWS('follower')} UNION ALL ${FOLLOWS('followee')}`,
  item: `SELECT item_id AS entity_id, 'interaction' AS kind, type, value, ${epoch('occurred_at')} AS at, NULL::bool AS removed
    FROM interactions UNION ALL ${PROFILES('item')}`,
} as const;

interface EventRow {
  readonly entity_id: string;
  readonly kind: 'interaction' | 'profile' | 'follower' | 'followee';
  readonly type: string;
  readonly value: number | null;
  readonly at: number;
  readonly removed: boolean;
}

/** Folds everything again from the tables, in one transaction and with bounded memory. */
export function postgresRefoldStore(database: Database): RefoldStore {
  return (run) => database.transaction((tx) => run(refoldOf(tx)));
}

function refoldOf(tx: Queryable): RefoldTransaction {
  return {
    schemaOf: async (view) => {
      const sql = 'SELECT schema_hash FROM feature_schemas WHERE view = $1';
      const { rows } = await tx.query<{ schema_hash: string }>(sql, [view.entity]);
      return rows[0]?.schema_hash;
    },
    setSchema: async (view) => {
      await tx.query(
        `INSERT INTO feature_schemas (view, schema_hash) VALUES ($1, $2)
         ON CONFLICT (view) DO UPDATE SET schema_hash = excluded.schema_hash`,
        [view.entity, view.schemaHash],
      );
    },
    // A consumer that has written history but no states yet waits here, and folds onto the new states after.
    lockAll: async () => {
      await tx.query('LOCK TABLE feature_states IN SHARE ROW EXCLUSIVE MODE');
    },
    events: (view) => events(tx, view),
    versions: async (view, entityIds) => {
      const sql = 'SELECT entity_id, version FROM feature_states WHERE view = $1 AND entity_id = ANY ($2::text[])';
      const { rows } = await tx.query<{ entity_id: string; version: string }>(sql, [view.entity, textArray(entityIds)]);
      return new Map(rows.map((row) => [row.entity_id, Number(row.version)]));
    },
    saveStates: (view, states) => saveStates(tx, view, states),
  };
}

async function* events(tx: Queryable, view: FeatureView): AsyncGenerator<readonly KeptEvent[]> {
  await tx.query("SET LOCAL work_mem = '64MB'");
  await tx.query(
    `DECLARE kept NO SCROLL CURSOR FOR SELECT * FROM (${EVENTS[view.entity]}) AS all_events ORDER BY entity_id`,
  );
  for (;;) {
    const { rows } = await tx.query<EventRow>(`FETCH ${ROWS_PER_FETCH} FROM kept`);
    if (rows.length === 0) break;
    yield rows.map(eventOf);
  }
  await tx.query('CLOSE kept');
}

function eventOf({ entity_id: entityId, kind, type, value, at, removed }: EventRow): KeptEvent {
  const common = { entityId, occurredAtMs: Math.round(at) };
  switch (kind) {
    case 'interaction':
      return { ...common, kind, type, value: value ?? undefined };
    case 'profile':
      return { ...common, kind, bornAtMs: value === null ? undefined : Math.round(value) };
    case 'follower':
    case 'followee':
      return { ...common, kind: 'follow', side: kind, removed };
    default:
      return kind satisfies never;
  }
}
