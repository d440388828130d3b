import { AppError } from '@attune/errors';
import { type Database, fromPostgres } from '@attune/postgres';
import type { PoolClient } from 'pg';
import type { HistoryReader, HistoryReadOptions, HistoryRow, HistorySlice } from '../interaction-set-ports';
import { readFollows, readItems } from './history-entities';
import { fillLeftOut } from './left-out-users';

const ROWS_PER_FETCH = 20_000;

// The times are interpolated as numbers: DECLARE takes no parameters of unknown type, and numbers carry no SQL.
const chosen = ({ from, to, knownAt, includeFlagged }: HistorySlice) => `
occurred_at < ${time(to)}
  ${from === undefined ? '' : `AND occurred_at >= ${time(from)}`}
  ${knownAt === undefined ? '' : `AND known_at <= ${time(knownAt)}`}
  ${includeFlagged ? '' : 'AND flags IS NULL'}`;

const declare = (slice: HistorySlice) => `
DECLARE history NO SCROLL CURSOR FOR
SELECT user_id, item_id, type, value, date_part('epoch', occurred_at)
FROM interactions
WHERE ${chosen(slice)} AND NOT EXISTS (SELECT FROM left_out WHERE left_out.user_id = interactions.user_id)
ORDER BY user_id, occurred_at, event_id`;

const countLeftOut = (slice: HistorySlice) => `
SELECT count(*)::float8 AS count FROM left_out
WHERE EXISTS (SELECT FROM interactions WHERE interactions.user_id = left_out.user_id AND ${chosen(slice)})`;

type Columns = readonly [userId: string, itemId: string, type: string, value: number | null, seconds: number];

/** The history in PostgreSQL, read through a cursor of one statement: memory is bounded, and the snapshot is one. */
export function postgresHistoryReader(database: Database): HistoryReader {
  return {
    rowCountEstimate: async ({ signal } = {}) => {
      const sql = `SELECT coalesce(sum(applied_count), 0)::float8 AS count FROM consumer_progress
        WHERE topic = 'interactions.v1'`;
      const { rows } = await database.query<{ count: number }>(sql, [], { signal });
      return rows[0]!.count;
    },
    rows: (slice, options) => read(database, slice, options),
  };
}

async function* read(database: Database, slice: HistorySlice, options: HistoryReadOptions = {}) {
  const { signal, onLeftOut, onItems, onFollows } = options;
  const client = await database.pool.connect();
  // Closing the connection ends the statement: the server looks every second whether its client is still there.
  let isLost = false;
  const onAbort = () => {
    isLost = true;
    client.release(true);
  };
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  let isDone = false;
  try {
    onLeftOut?.(await begin(client, slice));
    for (let batch = await fetch(client); batch.length > 0; batch = await fetch(client)) yield batch;
    if (onItems !== undefined) await readItems(client, slice.knownAt, onItems);
    if (onFollows !== undefined) await readFollows(client, slice.knownAt, onFollows);
    await client.query('COMMIT');
    isDone = true;
  } catch (error) {
    if (signal?.aborted) throw cancelledBy(signal);
    throw fromPostgres(error);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // A cursor that was not read to its end dies with its connection.
    if (!isLost) client.release(!isDone);
  }
}

/** Returns how many users are left out who did something in the slice. */
async function begin(client: PoolClient, slice: HistorySlice): Promise<number> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query("SET LOCAL work_mem = '64MB'; SET LOCAL client_connection_check_interval = '1s'");
  const isAnyLeftOut = await fillLeftOut(client, slice.knownAt);
  await client.query(declare(slice));
  return isAnyLeftOut ? (await client.query<{ count: number }>(countLeftOut(slice))).rows[0]!.count : 0;
}

async function fetch(client: PoolClient): Promise<readonly HistoryRow[]> {
  const { rows } = await client.query<Columns[]>({ text: `FETCH ${ROWS_PER_FETCH} FROM history`, rowMode: 'array' });
  return (rows as unknown as Columns[]).map(([userId, itemId, type, value, seconds]) => ({
    userId,
    itemId,
    type,
    value: value ?? undefined,
    occurredAtMs: Math.round(seconds * 1_000),
  }));
}

function cancelledBy(signal: AbortSignal): unknown {
  if (signal.reason instanceof AppError) return signal.reason;
  return new AppError('cancelled.training_set', 'the caller gave up', { cause: signal.reason });
}

function time(moment: Date): string {
  return `to_timestamp(${moment.getTime()} / 1000.0)`;
}
