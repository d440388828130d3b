import type { Database, Queryable } from '@attune/postgres';
import { findingId, type QualityFinding } from '../domain/quality/findings';
import type { QualityCount } from '../domain/quality/quality-counts';
import type { Quarantine } from '../domain/quality/quarantines';
import type { CallOptions } from '../ports';
import type { CountsSlice, KnownProducer, QualityStore, TellFindings } from '../quality-ports';
import { numberArray, textArray } from './sql-arrays';

/** Counts of incoming data, producers and quarantines in PostgreSQL. */
export function postgresQualityStore(database: Database): QualityStore {
  return {
    addCounts: (counts, now, options) => addCounts(database, counts, now, options),
    counts: (slice, options) => counts(database, slice, options),
    forgetBefore: (hour, options) => forgetBefore(database, hour, options),
    tellOnce: (findings, now, tell) => database.transaction((tx) => tellOnce(tx, findings, now, tell)),
    quarantines: (now, options) => quarantines(database, now, options),
    quarantine: (one, now, options) => quarantine(database, one, now, options),
    release: (producer, now, options) => release(database, producer, now, options),
    quarantineUnlessIn: (quarantine, now) => quarantineUnlessIn(database, quarantine, now),
    producers: (after, limit, options) => producers(database, after, limit, options),
  };
}

// Replicas add to the same rows at the same time: in one order, so that they never wait for each other in a circle.
const ADD = `
WITH fresh AS (
  SELECT to_timestamp(h / 1000) AS hour, p AS producer, m AS measure, s AS subject, c AS count
  FROM unnest($1::float8[], $2::text[], $3::text[], $4::text[], $5::float8[]) AS new(h, p, m, s, c)
), heard AS (
  INSERT INTO producers (producer, updated_at) SELECT DISTINCT producer, $6::timestamptz FROM fresh ORDER BY producer
  ON CONFLICT DO NOTHING
)
INSERT INTO quality_counts AS known SELECT * FROM fresh ORDER BY hour, producer, measure, subject
ON CONFLICT (hour, producer, measure, subject) DO UPDATE SET count = known.count + excluded.count`;

async function addCounts(
  database: Queryable,
  counts: readonly QualityCount[],
  now: Date,
  { signal }: CallOptions = {},
): Promise<void> {
  if (counts.length === 0) return;
  const values = [
    numberArray(counts.map(({ hour }) => hour.getTime())),
    textArray(counts.map(({ producer }) => producer)),
    textArray(counts.map(({ measure }) => measure)),
    textArray(counts.map(({ subject }) => subject)),
    numberArray(counts.map(({ count }) => count)),
    now,
  ];
  await database.query(ADD, values, { signal });
}

async function counts(
  database: Queryable,
  { from, to, producer }: CountsSlice,
  { signal }: CallOptions = {},
): Promise<readonly QualityCount[]> {
  const sql = `SELECT hour, producer, measure, subject, count FROM quality_counts
    WHERE hour >= $1 AND hour < $2 AND ($3::text IS NULL OR producer = $3)`;
  return (await database.query<QualityCount & object>(sql, [from, to, producer ?? null], { signal })).rows;
}

// Names are the callers' to choose: those of whom nothing is kept any more go too.
const FORGET_PRODUCERS = `
DELETE FROM producers WHERE updated_at < $1 AND (quarantined_until IS NULL OR quarantined_until < $1)
AND producer NOT IN (SELECT producer FROM quality_counts)`;

async function forgetBefore(database: Queryable, hour: Date, { signal }: CallOptions = {}): Promise<void> {
  await database.query('DELETE FROM quality_counts WHERE hour < $1', [hour], { signal });
  await database.query('DELETE FROM quality_anomalies WHERE hour < $1', [hour], { signal });
  await database.query(FORGET_PRODUCERS, [hour], { signal });
}

// The rows are written before the findings are told: another replica waits for them, and the commit comes last. A crash
// between the two has the findings told again, under the same ids.
async function tellOnce(
  tx: Queryable,
  findings: readonly QualityFinding[],
  now: Date,
  tell: TellFindings,
): Promise<void> {
  const byId = new Map(findings.map((finding) => [findingId(finding), finding]));
  const { rows } = await tx.query<{ event_id: string }>(
    `INSERT INTO quality_anomalies (event_id, hour, published_at)
     SELECT i, to_timestamp(h / 1000), $3 FROM unnest($1::text[], $2::float8[]) AS new(i, h) ORDER BY i
     ON CONFLICT DO NOTHING RETURNING event_id`,
    [textArray([...byId.keys()]), numberArray(findings.map(({ hour }) => hour.getTime())), now],
  );
  if (rows.length > 0) await tell(rows.map(({ event_id }) => byId.get(event_id)!));
}

async function quarantines(database: Queryable, now: Date, { signal }: CallOptions = {}): Promise<Quarantine[]> {
  const sql = 'SELECT producer, quarantined_until AS until, reason FROM producers WHERE quarantined_until > $1';
  return (await database.query<Quarantine & object>(sql, [now], { signal })).rows;
}

async function quarantine(
  database: Queryable,
  { producer, until, reason }: Quarantine,
  now: Date,
  { signal }: CallOptions = {},
): Promise<void> {
  await database.query(QUARANTINE, [producer, until, reason, now], { signal });
}

async function release(
  database: Queryable,
  producer: string,
  now: Date,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const sql = "UPDATE producers SET quarantined_until = NULL, reason = '', updated_at = $2 WHERE producer = $1";
  return (await database.query(sql, [producer, now], { signal })).rowCount > 0;
}

const QUARANTINE = `
INSERT INTO producers AS known (producer, quarantined_until, reason, updated_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (producer) DO UPDATE
SET quarantined_until = excluded.quarantined_until, reason = excluded.reason, updated_at = excluded.updated_at`;

async function quarantineUnlessIn(
  database: Queryable,
  { producer, until, reason }: Quarantine,
  now: Date,
): Promise<boolean> {
  const sql = `${QUARANTINE} WHERE known.quarantined_until IS NULL OR known.quarantined_until <= $4`;
  return (await database.query(sql, [producer, until, reason, now])).rowCount > 0;
}

async function producers(
  database: Queryable,
  after: string,
  limit: number,
  { signal }: CallOptions = {},
): Promise<KnownProducer[]> {
  const sql = `SELECT producer, quarantined_until, reason FROM producers WHERE producer > $1 ORDER BY producer LIMIT $2`;
  const { rows } = await database.query<{ producer: string; quarantined_until: Date | null; reason: string }>(
    sql,
    [after, limit],
    { signal },
  );
  return rows.map(({ producer, quarantined_until: until, reason }) => ({
    producer,
    quarantinedUntil: until ?? undefined,
    reason,
  }));
}
