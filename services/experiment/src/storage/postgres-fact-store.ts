import type { Database, Tx } from '@attune/postgres';
import type { Exposure, SlateFact, UnitEvent } from '../domain/facts';
import type { ErasureOutcome, FactBatch, FactStore } from '../ports';
import { foldExposures } from './fold-exposures';

/** Whoever takes facts in shares this lock, an erasure has it alone: none of both misses the other. */
const ERASURES_LOCK = "hashtext(current_schema() || '.erasures')";

/** Facts in PostgreSQL. */
export class PostgresFactStore implements FactStore {
  constructor(private readonly database: Database) {}

  async add({ events = [], slates = [], exposures = [] }: FactBatch): Promise<void> {
    if (events.length + slates.length + exposures.length === 0) return;
    await this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock_shared(${ERASURES_LOCK})`);
      const mayStay = await forgetting(tx, [...events, ...slates, ...exposures]);
      await addEvents(
        tx,
        events.filter(({ unitKey, knownFrom }) => mayStay(unitKey, knownFrom)),
      );
      await addSlates(
        tx,
        slates.filter(({ unitKey, at }) => mayStay(unitKey, at)),
      );
      await addExposures(
        tx,
        exposures.filter(({ unitKey, at }) => mayStay(unitKey, at)),
      );
    });
  }

  forget({ erasureId, unitKey, requestedAt }: Parameters<FactStore['forget']>[0], now: Date): Promise<ErasureOutcome> {
    return this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(${ERASURES_LOCK})`);
      await tx.query(
        `INSERT INTO forgotten_users AS known (user_key, forgotten_at) VALUES ($1, $2)
         ON CONFLICT (user_key) DO UPDATE SET forgotten_at = greatest(known.forgotten_at, excluded.forgotten_at)`,
        [unitKey, requestedAt],
      );
      const count = async (table: string) =>
        (await tx.query(`DELETE FROM ${table} WHERE unit_key = $1`, [unitKey])).rowCount;
      const [events, slates] = [await count('unit_events'), await count('slates')];
      await count('exposures');
      const exposures = await count('exposed_units');
      const { rows } = await tx.query<{
        event_count: number;
        slate_count: number;
        exposure_count: number;
        done_at: Date;
      }>(
        `INSERT INTO erasures AS known (erasure_id, event_count, slate_count, exposure_count, done_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (erasure_id) DO UPDATE SET event_count = known.event_count + excluded.event_count,
           slate_count = known.slate_count + excluded.slate_count,
           exposure_count = known.exposure_count + excluded.exposure_count
         RETURNING *`,
        [erasureId, events, slates, exposures, now],
      );
      const row = rows[0]!;
      return {
        erasedCounts: { unit_events: row.event_count, slates: row.slate_count, exposed_units: row.exposure_count },
        doneAt: row.done_at,
      };
    });
  }

  async prune(before: Date): Promise<number> {
    const counts = [];
    for (const [table, column] of [
      ['unit_events', 'at'],
      ['slates', 'at'],
      ['exposures', 'day'],
    ]) {
      counts.push((await this.database.query(`DELETE FROM ${table} WHERE ${column} < $1`, [before])).rowCount);
    }
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

/** What may be taken in beside what was forgotten. */
async function forgetting(tx: Tx, facts: readonly { readonly unitKey: string }[]) {
  const { rows } = await tx.query<{ user_key: string; forgotten_at: Date }>(
    'SELECT user_key, forgotten_at FROM forgotten_users WHERE user_key = ANY ($1)',
    [[...new Set(facts.map(({ unitKey }) => unitKey))]],
  );
  const forgottenAt = new Map(rows.map((row) => [row.user_key, row.forgotten_at.getTime()]));
  return (unitKey: string, at: Date) => at.getTime() > (forgottenAt.get(unitKey) ?? Number.NEGATIVE_INFINITY);
}

async function addEvents(tx: Tx, events: readonly UnitEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `INSERT INTO unit_events (event_id, unit_key, type, at, value, item_id, decision_id, surface)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::float8[], $6::text[], $7::text[],
       $8::text[])
     ON CONFLICT DO NOTHING`,
    [
      events.map(({ eventId }) => eventId),
      events.map(({ unitKey }) => unitKey),
      events.map(({ type }) => type),
      events.map(({ at }) => at),
      events.map(({ value }) => value ?? null),
      events.map(({ itemId }) => itemId),
      events.map(({ decisionId }) => decisionId ?? null),
      events.map(({ surface }) => surface ?? null),
    ],
  );
}

async function addSlates(tx: Tx, slates: readonly SlateFact[]): Promise<void> {
  if (slates.length === 0) return;
  await tx.query(
    `INSERT INTO slates (decision_id, unit_key, at, surface, strategy, latency_ms, is_degraded, item_count, teams)
     SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::float8[],
       $7::boolean[], $8::int[], $9::jsonb[])
     ON CONFLICT DO NOTHING`,
    [
      slates.map(({ decisionId }) => decisionId),
      slates.map(({ unitKey }) => unitKey),
      slates.map(({ at }) => at),
      slates.map(({ surface }) => surface),
      slates.map(({ strategy }) => strategy),
      slates.map(({ latencyMs }) => latencyMs),
      slates.map(({ isDegraded }) => isDegraded),
      slates.map(({ itemCount }) => itemCount),
      slates.map(({ teams }) => (teams === undefined ? null : JSON.stringify(teams))),
    ],
  );
}

/** The same rows come of exposures in any order: the earliest decides, and another variant marks the unit for good. */
async function addExposures(tx: Tx, exposures: readonly Exposure[]): Promise<void> {
  if (exposures.length === 0) return;
  const { days, units } = foldExposures(exposures);
  await tx.query(
    `INSERT INTO exposures AS known (experiment_id, unit_key, day, first_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::timestamptz[])
     ON CONFLICT (experiment_id, unit_key, day) DO UPDATE SET first_at = excluded.first_at
       WHERE excluded.first_at < known.first_at`,
    [
      days.map(({ experimentId }) => experimentId),
      days.map(({ unitKey }) => unitKey),
      days.map(({ day }) => day),
      days.map(({ at }) => at),
    ],
  );
  await tx.query(
    `INSERT INTO exposed_units AS known (experiment_id, unit_key, variant, first_at, attributes, has_crossed)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::boolean[])
     ON CONFLICT (experiment_id, unit_key) DO UPDATE SET
       has_crossed = known.has_crossed OR excluded.has_crossed OR known.variant <> excluded.variant,
       variant = CASE WHEN excluded.first_at < known.first_at THEN excluded.variant ELSE known.variant END,
       attributes = CASE WHEN excluded.first_at < known.first_at THEN excluded.attributes ELSE known.attributes END,
       first_at = least(known.first_at, excluded.first_at)
     WHERE excluded.first_at < known.first_at OR known.variant <> excluded.variant
       OR (excluded.has_crossed AND NOT known.has_crossed)`,
    [
      units.map(({ experimentId }) => experimentId),
      units.map(({ unitKey }) => unitKey),
      units.map(({ variant }) => variant),
      units.map(({ at }) => at),
      units.map(({ attributes }) => JSON.stringify(attributes)),
      units.map(({ hasCrossed }) => hasCrossed),
    ],
  );
}
