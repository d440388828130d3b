import type { Database } from '@attune/postgres';

/** So many rows go in one statement: nobody waits long for them. */
const PIECE = 10_000;
/** Guardrails look back a day. */
const MINUTES_KEPT_SECONDS = 2 * 86_400;

/** What is kept for how long. */
export interface KeptFor {
  readonly selectionDays: number;
  readonly waitSeconds: number;
}

/** Deletes choices, outcomes, counts and waiting interactions that nobody needs any more. */
export async function forgetOldChoices(database: Database, now: Date, { selectionDays, waitSeconds }: KeptFor) {
  const daysMs = selectionDays * 86_400_000;
  await remove(database, 'selections', 'selected_at', new Date(now.getTime() - daysMs));
  await remove(database, 'outcomes', 'recorded_at', new Date(now.getTime() - daysMs));
  await remove(database, 'arm_minutes', 'minute', new Date(now.getTime() - MINUTES_KEPT_SECONDS * 1_000));
  await remove(database, 'waiting_events', 'waiting_since', new Date(now.getTime() - waitSeconds * 1_000));
}

async function remove(database: Database, table: string, column: string, before: Date): Promise<void> {
  for (;;) {
    const { rowCount } = await database.query(
      `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${column} < $1 LIMIT ${PIECE}))`,
      [before],
    );
    if (rowCount < PIECE) return;
  }
}
