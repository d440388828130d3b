import type { Database, Queryable } from '@attune/postgres';
import { HISTORY_TABLES } from '../history-ports';

const DAY_MS = 86_400_000;
/** Partitions are made so many days ahead, so that midnight makes nobody wait. */
const DAYS_AHEAD = 2;
// Any number that nothing else uses: makers of partitions wait for each other.
const LOCK = 7_020_211;

/** The day of a moment (UTC), as `20261126`: the end of the names of its partitions. */
function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10).replaceAll('-', '');
}

/** Makes partitions of the history before something is written into them, each once per process. */
export class HistoryPartitions {
  readonly #ready = new Set<string>();

  constructor(private readonly database: Database) {}

  /** Makes sure that what becomes known at `moment` has a place, and what comes in the next days too. */
  async ensure(moment: Date): Promise<void> {
    if (this.#ready.has(dayOf(moment))) return;
    const days = Array.from({ length: DAYS_AHEAD + 1 }, (_, ahead) => new Date(moment.getTime() + ahead * DAY_MS));
    await this.database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      for (const day of days) await makePartitions(tx, day);
    });
    for (const day of days) this.#ready.add(dayOf(day));
  }
}

async function makePartitions(tx: Queryable, day: Date): Promise<void> {
  const present = await tx.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL',
    [HISTORY_TABLES.map((table) => `${table}_${dayOf(day)}`)],
  );
  const names = new Set(present.rows.map(({ name }) => name));
  for (const table of HISTORY_TABLES) {
    if (names.has(`${table}_${dayOf(day)}`)) continue;
    await tx.query('SELECT make_history_partition($1, $2::date)', [table, day.toISOString().slice(0, 10)]);
  }
}
