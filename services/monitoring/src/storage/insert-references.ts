import type { Tx } from '@attune/postgres';
import type { FactBatch } from '../fact-ports';

/** What slates refer to: items, groups of users, and why something may have moved. The newest counts, whatever the order. */
export async function insertReferences(tx: Tx, batch: FactBatch): Promise<void> {
  const into = (rows: readonly unknown[] | undefined, text: string) =>
    rows === undefined || rows.length === 0 ? undefined : tx.query(text, [JSON.stringify(rows)]);
  await into(
    newestOf(batch.items, ({ itemId }) => itemId),
    `INSERT INTO items AS known (item_id, author_id, category, published_at, known_from, changed_at)
     SELECT "itemId", "authorId", category, "publishedAt", "knownFrom", at FROM jsonb_to_recordset($1::jsonb)
       AS new ("itemId" text, "authorId" text, category text, "publishedAt" timestamptz, "knownFrom" timestamptz, at timestamptz)
     ON CONFLICT (item_id) DO UPDATE SET known_from = least(known.known_from, excluded.known_from),
       author_id = CASE WHEN excluded.changed_at < known.changed_at THEN known.author_id ELSE excluded.author_id END,
       category = CASE WHEN excluded.changed_at < known.changed_at THEN known.category ELSE excluded.category END,
       published_at = CASE WHEN excluded.changed_at < known.changed_at THEN known.published_at ELSE excluded.published_at END,
       changed_at = greatest(known.changed_at, excluded.changed_at)`,
  );
  await into(
    newestOf(batch.userGroups, ({ userKey }) => userKey),
    `INSERT INTO user_groups AS known (user_key, country, language, age_band, changed_at)
     SELECT "userKey", country, language, "ageBand", at FROM jsonb_to_recordset($1::jsonb)
       AS new ("userKey" text, country text, language text, "ageBand" text, at timestamptz)
     ON CONFLICT (user_key) DO UPDATE SET country = excluded.country, language = excluded.language,
       age_band = excluded.age_band, changed_at = excluded.changed_at WHERE excluded.changed_at >= known.changed_at`,
  );
  await into(
    batch.stages,
    `INSERT INTO model_stages (event_id, model, version, kind, from_stage, stage, sequence, changed_at)
     SELECT "eventId", name, version, kind, "fromStage", stage, sequence, at FROM jsonb_to_recordset($1::jsonb) AS new
       ("eventId" text, name text, version text, kind text, "fromStage" text, stage text, sequence int, at timestamptz)
     ON CONFLICT DO NOTHING`,
  );
  await into(
    batch.experiments,
    `INSERT INTO experiment_changes (event_id, experiment_id, state, changed_at)
     SELECT "eventId", "experimentId", state, at FROM jsonb_to_recordset($1::jsonb)
       AS new ("eventId" text, "experimentId" text, state text, at timestamptz)
     ON CONFLICT DO NOTHING`,
  );
  await into(
    batch.findings,
    `INSERT INTO data_quality_findings (event_id, hour, producer, measure, subject, value, expected, message)
     SELECT "eventId", hour, producer, measure, subject, value, expected, message FROM jsonb_to_recordset($1::jsonb) AS new
       ("eventId" text, hour timestamptz, producer text, measure text, subject text, value float8, expected float8, message text)
     ON CONFLICT DO NOTHING`,
  );
}

/** One row per key, the newest with the time of the oldest: a statement may touch a row once only. */
function newestOf<T extends { readonly at: Date }>(rows: readonly T[] = [], keyOf: (row: T) => string) {
  return [...Map.groupBy(rows, keyOf)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => ({
      ...own.reduce((newest, row) => (row.at >= newest.at ? row : newest)),
      knownFrom: new Date(Math.min(...own.map(({ at }) => at.getTime()))),
    }));
}
