import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '@attune/errors';
import { type Database, fromPostgres, type Queryable } from '@attune/postgres';
import type { PoolClient } from 'pg';
import type { CallOptions } from '../../ports';

// Any numbers that nothing else uses. Locks of PostgreSQL are of the whole database, so the schema is part of each.
const LEADER = 7_020_212;
const ARCHIVE = 7_020_213;
/** Held by whoever waits for the archive: what may take minutes and can be done again steps aside. */
const WANTED = 7_020_214;
const LOOK_EVERY_MS = 50;

type Client = Pick<PoolClient, 'query'>;

/**
 * Runs what only one process may do to the archive at a time: export, leave, restore and erase. The lock belongs to a connection
 * and not to a transaction, because files may take longer to write than a transaction may be idle.
 */
export async function withArchive<T>(database: Database, run: () => Promise<T>, options: CallOptions = {}): Promise<T> {
  const wait = async (client: Client) => {
    if (await tryLock(client, ARCHIVE)) return true;
    // Several may wait at once, so this lock is shared.
    await client.query(`SELECT pg_advisory_lock_shared(${WANTED}, ${SCHEMA})`);
    try {
      while (!(await tryLock(client, ARCHIVE))) await pause(LOOK_EVERY_MS, undefined, options);
    } finally {
      await client.query(`SELECT pg_advisory_unlock_shared(${WANTED}, ${SCHEMA})`);
    }
    return true;
  };
  return holding(database, ARCHIVE, run, wait) as Promise<T>;
}

/** Throws where somebody waits for the archive: for work that is done again a little later. */
export async function stepAside(database: Queryable): Promise<void> {
  const { rows } = await database.query<{ is_wanted: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = ${WANTED} AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND objid = ${SCHEMA}::bigint & 4294967295) AS is_wanted`,
  );
  if (!rows[0]!.is_wanted) return;
  throw new AppError('unavailable.archive', 'an erasure or a reader of old days goes first; this is done again later');
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
  take: (client: Client) => Promise<boolean>,
): Promise<T | undefined> {
  const client = await database.pool.connect().catch((error: unknown) => {
    throw fromPostgres(error);
  });
  let isHeld = false;
  let isClean = false;
  try {
    isHeld = await take(client);
    isClean = !isHeld;
    return isHeld ? await run() : undefined;
  } finally {
    // A connection that cannot say that it gave everything back is closed, which gives it back.
    if (isHeld) isClean = await unlock(client, lock);
    client.release(!isClean);
  }
}

const SCHEMA = 'hashtext(current_schema())';

async function tryLock(client: Client, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ is_mine: boolean }>(
    `SELECT pg_try_advisory_lock(${lock}, ${SCHEMA}) AS is_mine`,
  );
  return rows[0]!.is_mine;
}

async function unlock(client: Client, lock: number): Promise<boolean> {
  try {
    await client.query(`SELECT pg_advisory_unlock(${lock}, ${SCHEMA})`);
    return true;
  } catch {
    return false;
  }
}
