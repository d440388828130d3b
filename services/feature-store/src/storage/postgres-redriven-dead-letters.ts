import type { Database } from '@attune/postgres';
import type { RedrivenDeadLetters } from '../dead-letter-ports';
import type { Clock } from '../ports';

/** Remembers in PostgreSQL which dead letters were appended again. */
export function postgresRedrivenDeadLetters(database: Database, clock: Clock): RedrivenDeadLetters {
  return {
    redrivenAt: async (ids, { signal } = {}) => {
      const { rows } = await database.query<{ id: string; redriven_at: Date }>(
        'SELECT id, redriven_at FROM redriven_dead_letters WHERE id = ANY($1)',
        [ids],
        signal === undefined ? {} : { signal },
      );
      return new Map(rows.map((row) => [row.id, row.redriven_at]));
    },
    once: (ids, append) =>
      database.transaction(
        async (tx) => {
          // rows of another transaction that is not over yet make this one wait for how it ends
          const { rows } = await tx.query<{ id: string }>(
            `INSERT INTO redriven_dead_letters (id, redriven_at) SELECT unnest($1::text[]), $2
             ON CONFLICT (id) DO NOTHING RETURNING id`,
            [[...ids].sort(), clock()],
          );
          if (rows.length > 0) await append(new Set(rows.map(({ id }) => id)));
          return rows.length;
        },
        // what was appended must not be appended again by a repetition that nobody asked for
        { maxAttempts: 1 },
      ),
  };
}
