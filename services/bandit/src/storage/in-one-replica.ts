import type { Database } from '@attune/postgres';

/**
 * Does something in one replica of all at a time; the others pass. The lock falls with the transaction, whatever becomes of this process.
 */
export function inOneReplica(database: Database, name: string, work: () => Promise<unknown>): Promise<void> {
  return database.transaction(
    async (tx) => {
      // the work has connections of its own: nothing is said on this one, however long it takes
      await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      const { rows } = await tx.query<{ mine: boolean }>(
        "SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.job.' || $1)) AS mine",
        [name],
      );
      if (rows[0]!.mine) await work();
    },
    // nor is it done a second time where this transaction fails to end
    { maxAttempts: 1 },
  );
}
