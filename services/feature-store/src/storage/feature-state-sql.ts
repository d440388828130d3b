import { AppError } from '@attune/errors';
import type { Queryable } from '@attune/postgres';
import type { FeatureView } from '../domain/feature-view';
import { type EntityState, packedLength, packInto, unpack } from '../domain/packed-state';
import type { CallOptions, States } from '../ports';
import { textArray } from './sql-arrays';

interface StateRow {
  readonly entity_id: string;
  readonly state: Buffer;
}

/** All states of a lock, one after the other; another schema's have another length and are found out when unpacked. */
interface LockedRow {
  readonly ids: string | null;
  readonly states: Buffer;
}

// Sorted, so that two transactions that need the same rows take them in the same order.
// One row of all instead of a row of each: thousands of rows would cost the client more than the states in them.
const LOCK = `
SELECT string_agg(entity_id, E'\\n') AS ids, string_agg(state, ''::bytea) AS states FROM (
  SELECT entity_id, state FROM feature_states WHERE view = $1 AND entity_id = ANY ($2::text[])
  ORDER BY entity_id FOR UPDATE) AS known`;

const READ = 'SELECT entity_id, state FROM feature_states WHERE view = $1 AND entity_id = ANY ($2::text[])';

const SAVE = `
WITH saved AS (
INSERT INTO feature_states AS known (view, entity_id, version, state)
SELECT $1, id, v, substr($4::bytea, (ord::int - 1) * $5::int + 1, $5::int)
FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS new(id, v, ord)
ORDER BY id
ON CONFLICT (view, entity_id) DO UPDATE SET version = excluded.version, state = excluded.state, updated_at = now()
  WHERE known.version = excluded.version - 1
RETURNING entity_id)
SELECT CASE WHEN count(*) < $6::int THEN coalesce(string_agg(entity_id, E'\\n'), '') END AS ids FROM saved`;

const PAGE =
  'SELECT entity_id, state FROM feature_states WHERE view = $1 AND entity_id > $2 ORDER BY entity_id LIMIT $3';
const PAGE_SIZE = 2_000;

/** Locks the states that exist among these ids until the transaction ends. */
export async function lockStates(tx: Queryable, view: FeatureView, entityIds: readonly string[]): Promise<States> {
  if (entityIds.length === 0) return new Map();
  const { rows } = await tx.query<LockedRow>(LOCK, [view.entity, textArray(entityIds)]);
  const { ids, states } = rows[0]!;
  if (ids === null) return new Map();
  const names = ids.split('\n');
  const length = states.length / names.length;
  return unpacked(
    view,
    names.map((id, index) => ({ entity_id: id, state: states.subarray(index * length, (index + 1) * length) })),
  );
}

/** Reads states without locks. */
export async function readStates(
  database: Queryable,
  view: FeatureView,
  entityIds: readonly string[],
  { signal }: CallOptions = {},
): Promise<States> {
  const { rows } = await database.query<StateRow>(READ, [view.entity, textArray(entityIds)], { signal });
  return unpacked(view, rows);
}

/** Saves states whose version is one above what is stored (or the first), and returns the ids of those that were not. */
export async function saveStates(tx: Queryable, view: FeatureView, states: States): Promise<ReadonlySet<string>> {
  const length = packedLength(view);
  const packed = Buffer.allocUnsafe(length * states.size);
  const versions: number[] = [];
  let at = 0;
  for (const state of states.values()) {
    packInto(view, state, packed, at);
    versions.push(state.version);
    at += length;
  }
  const ids = textArray([...states.keys()]);
  const values = [view.entity, ids, `{${versions.join()}}`, packed, length, states.size];
  const { rows } = await tx.query<{ ids: string | null }>(SAVE, values);
  const savedIds = rows[0]!.ids;
  if (savedIds === null) return new Set();
  const saved = new Set(savedIds.split('\n'));
  return new Set([...states.keys()].filter((id) => !saved.has(id)));
}

/** All states of a view in pages, in the order of their ids. */
export async function* allStates(
  database: Queryable,
  view: FeatureView,
  { signal }: CallOptions = {},
): AsyncGenerator<States> {
  let after = '';
  for (;;) {
    const { rows } = await database.query<StateRow>(PAGE, [view.entity, after, PAGE_SIZE], { signal });
    if (rows.length > 0) yield unpacked(view, rows);
    if (rows.length < PAGE_SIZE) return;
    after = rows.at(-1)!.entity_id;
  }
}

function unpacked(view: FeatureView, rows: readonly StateRow[]): States {
  const states = new Map<string, EntityState>();
  for (const { entity_id: id, state: packed } of rows) {
    const state = unpack(view, packed);
    if (state === undefined) {
      throw new AppError(
        'unavailable.feature_schema',
        `the ${view.entity} features are being rebuilt for another schema`,
      );
    }
    states.set(id, state);
  }
  return states;
}
