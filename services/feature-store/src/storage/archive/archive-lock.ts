import { setTimeout as pause } from 'node:timers/promises';
import { type Database, fromPostgres } from '@attune/postgres';
import type { PoolClient } from 'pg';
import type { CallOptions } from '../../ports';

// Any numbers that nothing else uses. Locks of PostgreSQL are of the whole database, so the schema is part of each.
const LEADER = 7_020_212;
const ARCHIVE = 7_020_213;
const LOOK_EVERY_MS = 50;

/**
 * Runs what only one process may do to the archive at a time: export, leave, restore and erase. The lock belongs to a connection
 * and not to a transaction, because files may take longer to write than a transaction may be idle.
 */
export async function withArchive<T>(database: Database, run: () => Promise<T>, options: CallOptions = {}): Promise<T> {
  return holding(database, ARCHIVE, run, async (client) => {
    while (!(await tryLock(client, ARCHIVE))) await pause(LOOK_EVERY_MS, undefined, options);
    return true;
  }) as Promise<T>;
}

/** Runs what one process of all does; false when another one does it. */
export async function asLeader(database: Database, run: () => Promise<void>): Promise<boolean> {
  const lead = async () => {
    await run();
    return true;
  };
  return (await holding(database, LEADER, lead, (client) => tryLock(client, LEADER))) === true;
}

async function holding<T>(
  database: Database,
  lock: number,
  run: () => Promise<T>,
  take: (client: PoolClient) => Promise<boolean>,
): Promise<T | undefined> {
  const client = await database.pool.connect().catch((error: unknown) => {
    throw fromPostgres(error);
  });
  let isHeld = false;
  try {
    isHeld = await take(client);
    return isHeld ? await run() : undefined;
  } finally {
    // A connection that cannot say that it gave the lock back is closed, which gives it back.
    const isBack = !isHeld || (await unlock(client, lock));
    client.release(!isBack);
  }
}

async function tryLock(client: PoolClient, lock: number): Promise<boolean> {
  const sql = 'SELECT pg_try_advisory_lock($1, hashtext(current_schema())) AS is_mine';
  const { rows } = await client.query<{ is_mine: boolean }>(sql, [lock]);
  return rows[0]!.is_mine;
}

async function unlock(client: PoolClient, lock: number): Promise<boolean> {
  try {
    await client.query('SELECT pg_advisory_unlock($1, hashtext(current_schema()))', [lock]);
    return true;
  } catch {
    return false;
  }
}
