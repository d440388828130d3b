import type { Database } from './database';

/**
 * Does something in one replica of all at a time; the others pass it over and answer false. The lock belongs to a transaction, so that
 * a replica that dies gives it back.
 */
export function inOneReplica(
  database: Pick<Database, 'transaction'>,
  name: string,
  work: () => Promise<unknown>,
): Promise<boolean> {
  return database.transaction(
    async (tx) => {
      // the work has connections of its own: nothing is said on this one, however long it takes
      await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      const { rows } = await tx.query<{ is_mine: boolean }>(
        "SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.job.' || $1)) AS is_mine",
        [name],
      );
      if (!rows[0]!.is_mine) return false;
      await work();
      return true;
    },
    // nor is it done a second time where this transaction fails to end
    { maxAttempts: 1 },
  );
}
