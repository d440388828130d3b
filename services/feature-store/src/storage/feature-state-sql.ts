import { AppError } from '@attune/errors';
import type { Queryable } from '@attune/postgres';
import type { EntityState } from '../domain/entity-state';
import type { FeatureView } from '../domain/feature-view';
import { initialState, pack, unpack } from '../domain/packed-state';
import type { CallOptions, States } from '../ports';
import { byteParameters, textArray } from './sql-arrays';

interface StateRow {
  readonly entity_id: string;
  readonly state: Buffer;
}

/** All states of a lock, one after the other. */
interface LockedRow {
  readonly ids: string | null;
  readonly lengths: string;
  readonly states: Buffer;
}

// Sorted, so that two transactions that need the same rows take them in the same order.
// One row of all instead of a row of each: thousands of rows would cost the client more than the states in them.
const LOCK = `
SELECT string_agg(entity_id, E'\\n') AS ids, string_agg(length(state)::text, ',') AS lengths,
  string_agg(state, ''::bytea) AS states FROM (
  SELECT entity_id, state FROM feature_states WHERE view = $1 AND entity_id = ANY ($2::text[])
  ORDER BY entity_id FOR UPDATE) AS known`;

// Without a row there is nothing to lock, and two transactions would begin the same state.
const CREATE = `
INSERT INTO feature_states (view, entity_id, version, state)
SELECT $1, id, 0, ''::bytea FROM unnest($2::text[]) AS new(id) ORDER BY id
ON CONFLICT DO NOTHING`;

const READ = 'SELECT entity_id, state FROM feature_states WHERE view = $1 AND entity_id = ANY ($2::text[])';

const SAVE = `
UPDATE feature_states AS known SET version = $3::bigint, state = substr($4::bytea, new.o, new.l), updated_at = now()
FROM unnest($2::text[], $5::int[], $6::int[]) AS new(id, o, l)
WHERE known.view = $1 AND known.entity_id = new.id`;

const REPLACE = `
INSERT INTO feature_states (view, entity_id, version, state)
SELECT $1, id, $3::bigint, substr($4::bytea, o, l) FROM unnest($2::text[], $5::int[], $6::int[]) AS new(id, o, l)
ON CONFLICT (view, entity_id) DO UPDATE SET version = excluded.version, state = excluded.state, updated_at = now()`;

const PAGE =
  'SELECT entity_id, state FROM feature_states WHERE view = $1 AND entity_id > $2 ORDER BY entity_id LIMIT $3';
const PAGE_SIZE = 2_000;

/** Locks states until the transaction ends, and makes those that did not exist. */
export async function lockStates(tx: Queryable, view: FeatureView, entityIds: readonly string[]): Promise<States> {
  if (entityIds.length === 0) return new Map();
  const known = await lockKnown(tx, view, entityIds);
  if (known.size === entityIds.length) return known;
  const missing = entityIds.filter((id) => !known.has(id));
  await tx.query(CREATE, [view.name, textArray(missing)]);
  const created = await lockKnown(tx, view, missing);
  return new Map([...known, ...created]);
}

async function lockKnown(tx: Queryable, view: FeatureView, entityIds: readonly string[]): Promise<States> {
  const { rows } = await tx.query<LockedRow>(LOCK, [view.name, textArray(entityIds)]);
  const { ids, lengths, states } = rows[0]!;
  const locked = new Map<string, EntityState>();
  if (ids === null) return locked;
  let at = 0;
  const ends = lengths.split(',');
  ids.split('\n').forEach((id, index) => {
    const from = at;
    at += Number(ends[index]);
    locked.set(id, at === from ? initialState(view) : unpacked(view, states.subarray(from, at)));
  });
  return locked;
}

/** Reads states without locks. */
export async function readStates(
  database: Queryable,
  view: FeatureView,
  entityIds: readonly string[],
  { signal }: CallOptions = {},
): Promise<States> {
  if (entityIds.length === 0) return new Map();
  const { rows } = await database.query<StateRow>(READ, [view.name, textArray(entityIds)], { signal });
  return statesOf(view, rows);
}

/** Saves states that this transaction has locked; all have the same version. */
export async function saveStates(tx: Queryable, view: FeatureView, states: States): Promise<void> {
  if (states.size > 0) await tx.query(SAVE, valuesOf(view, states));
}

/** Puts states in the place of whatever is there; all have the same version. */
export async function replaceStates(tx: Queryable, view: FeatureView, states: States): Promise<void> {
  if (states.size > 0) await tx.query(REPLACE, valuesOf(view, states));
}

function valuesOf(view: FeatureView, states: States): unknown[] {
  const packed = Array.from(states.values(), (state) => pack(view, state));
  const [{ version }] = states.values() as unknown as [EntityState];
  return [view.name, textArray([...states.keys()]), version, ...byteParameters(packed)];
}

/** All states of a view in pages, in the order of their ids. */
export async function* allStates(
  database: Queryable,
  view: FeatureView,
  { signal }: CallOptions = {},
): AsyncGenerator<States> {
  let after = '';
  for (;;) {
    const { rows } = await database.query<StateRow>(PAGE, [view.name, after, PAGE_SIZE], { signal });
    if (rows.length > 0) yield statesOf(view, rows);
    if (rows.length < PAGE_SIZE) return;
    after = rows.at(-1)!.entity_id;
  }
}

function statesOf(view: FeatureView, rows: readonly StateRow[]): States {
  // One that was locked and never folded is no state.
  const folded = rows.filter(({ state }) => state.length > 0);
  return new Map(folded.map(({ entity_id: id, state }) => [id, unpacked(view, state)]));
}

function unpacked(view: FeatureView, packed: Buffer): EntityState {
  const state = unpack(view, packed);
  if (state !== undefined) return state;
  throw new AppError('unavailable.feature_schema', `the view ${view.name} is being rebuilt for another schema`);
}
