import type { Database } from '@attune/postgres';

/**
 * Work that one replica does at a time: the others pass the round over. The lock belongs to a transaction, so that a replica that
 * dies gives it back.
 */
export function oneAtATime(
  database: Pick<Database, 'transaction'>,
  name: string,
  work: (options: { readonly signal: AbortSignal }) => Promise<void>,
) {
  return (options: { readonly signal: AbortSignal }): Promise<boolean> =>
    database.transaction(
      async (tx) => {
        // the work has connections of its own: a round that takes long must not lose its lock because nothing is said on this one
        await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0');
        const { rows } = await tx.query<{ is_mine: boolean }>(
          "SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.' || $1)) AS is_mine",
          [name],
        );
        if (!rows[0]!.is_mine) return false;
        await work(options);
        return true;
      },
      // the work has transactions of its own: it is not done again because this one failed to end
      { maxAttempts: 1 },
    );
}
