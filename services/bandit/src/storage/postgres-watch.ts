import type { Database } from '@attune/postgres';
import type { ArmWatch, WatchStore } from '../ports';

interface Row {
  readonly arm: string;
  readonly window_seconds: number;
  readonly selections: number;
  readonly hits: Readonly<Record<string, number>> | null;
}

/** Counts by the minute in PostgreSQL. */
export class PostgresWatch implements WatchStore {
  constructor(private readonly database: Database) {}

  async watch({
    policy,
    windowsSeconds,
    since,
    now,
  }: Parameters<WatchStore['watch']>[0]): Promise<readonly ArmWatch[]> {
    const { rows } = await this.database.query<Row>(
      `WITH counted AS (
         SELECT m.arm, w.seconds, m.what, sum(m.count)::int AS count
         FROM unnest($2::int[]) AS w (seconds)
         JOIN arm_minutes m ON m.policy = $1 AND m.minute > $3::timestamptz - make_interval(secs => w.seconds)
         LEFT JOIN unnest($4::text[], $5::timestamptz[]) AS r (arm, since) ON r.arm = m.arm
         WHERE r.since IS NULL OR m.minute >= r.since
         GROUP BY 1, 2, 3)
       SELECT arm, seconds AS window_seconds, coalesce(sum(count) FILTER (WHERE what = ''), 0)::int AS selections,
              jsonb_object_agg(what, count) FILTER (WHERE what <> '') AS hits
       FROM counted GROUP BY arm, seconds ORDER BY arm, seconds`,
      [policy, windowsSeconds, now, [...since.keys()], [...since.values()]],
    );
    return rows.map(({ arm, window_seconds: windowSeconds, selections, hits }) => ({
      ...{ arm, windowSeconds, selections, hits: hits ?? {} },
    }));
  }
}
