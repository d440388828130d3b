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
