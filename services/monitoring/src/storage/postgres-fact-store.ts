import { LONGEST_TOPIC_DAYS } from '@attune/contracts';
import type { Database, Tx } from '@attune/postgres';
import type { ModelVersion } from '../domain/facts';
import { stepBegin } from '../domain/metrics/step-begin';
import type { ErasureOutcome, FactBatch, FactStore, StageReader } from '../fact-ports';
import { insertFeatures, insertOutcomes, insertPredictions, insertSlates } from './insert-facts';
import { insertReferences } from './insert-references';
import { touchSteps } from './touch-steps';
import { touchedByOutcomes, touchedBySlates } from './touched-by-facts';

/** Whoever changes facts has it alone: what comes in together must see each other, and an erasure must miss nothing. */
const FACTS_LOCK = "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.facts'))";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FEATURE_HOURS = 48;

/** How long facts stay, and until when an interaction counts for a slate. */
export interface FactSettings {
  readonly factDays: number;
  readonly attributionHours: number;
}

/** Facts in PostgreSQL. */
export class PostgresFactStore implements FactStore, StageReader {
  constructor(
    private readonly database: Database,
    private readonly settings: FactSettings,
  ) {}

  async add(batch: FactBatch, now: Date): Promise<void> {
    if (Object.values(batch).every((facts) => facts.length === 0)) return;
    await this.database.transaction(async (tx) => {
      await tx.query(FACTS_LOCK);
      const mayStay = await admitting(tx, batch, this.#oldest(now, HOUR_MS));
      await insertReferences(tx, {
        ...batch,
        userGroups: (batch.userGroups ?? []).filter(({ userKey, at }) => mayStay.user(userKey, at)),
      });
      await this.#addSlates(
        tx,
        (batch.slates ?? []).filter(({ userKey, at }) => mayStay.fact(userKey, at)),
        now,
      );
      const predictions = await insertPredictions(
        tx,
        (batch.predictions ?? []).filter(({ userKey, at }) => mayStay.fact(userKey, at)),
      );
      const outcomes = await insertOutcomes(
        tx,
        (batch.outcomes ?? []).filter(
          ({ userKey, at, knownFrom }) => mayStay.fact(userKey, at) && mayStay.user(userKey, knownFrom),
        ),
      );
      const touched = await touchedByOutcomes(tx, outcomes, this.#windowSeconds);
      await touchSteps(tx, [{ width: 60, at: [...touched, ...predictions.map(({ at }) => at)] }]);
    });
  }

  async #addSlates(tx: Tx, slates: NonNullable<FactBatch['slates']>, now: Date): Promise<void> {
    const added = await insertSlates(tx, slates);
    const fresh = added.filter(({ at }) => at >= oldestFeatures(now, HOUR_MS));
    await insertFeatures(tx, fresh);
    const robbed = await touchedBySlates(tx, added, this.#windowSeconds);
    const times = added.map(({ at }) => at);
    await touchSteps(tx, [
      { width: 60, at: [...times, ...robbed] },
      { width: 300, at: fresh.filter(({ features }) => features !== undefined).map(({ at }) => at) },
      { width: 3_600, at: times },
    ]);
  }

  forget({ erasureId, userKey, requestedAt }: Parameters<FactStore['forget']>[0], now: Date): Promise<ErasureOutcome> {
    return this.database.transaction(async (tx) => {
      await tx.query(FACTS_LOCK);
      await tx.query(
        `INSERT INTO forgotten_users AS known (user_key, forgotten_at) VALUES ($1, $2)
         ON CONFLICT (user_key) DO UPDATE SET forgotten_at = greatest(known.forgotten_at, excluded.forgotten_at)`,
        [userKey, requestedAt],
      );
      const count = async (table: string) =>
        (await tx.query(`DELETE FROM ${table} WHERE user_key = $1`, [userKey])).rowCount;
      await count('slate_features');
      const counts = [
        await count('slates'),
        await count('outcomes'),
        await count('predictions'),
        await count('user_groups'),
      ];
      const { rows } = await tx.query<ErasureRow>(
        `INSERT INTO erasures AS known (erasure_id, slate_count, outcome_count, prediction_count, group_count, done_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (erasure_id) DO UPDATE SET slate_count = known.slate_count + excluded.slate_count,
           outcome_count = known.outcome_count + excluded.outcome_count,
           prediction_count = known.prediction_count + excluded.prediction_count,
           group_count = known.group_count + excluded.group_count
         RETURNING *`,
        [erasureId, ...counts, now],
      );
      return outcomeOf(rows[0]!);
    });
  }

  async prune(now: Date): Promise<void> {
    const before = this.#oldest(now, 0);
    await this.database.transaction(async (tx) => {
      await tx.query(FACTS_LOCK);
      // a step whose facts are gone is not measured again: it would come out as nothing
      await tx.query('DELETE FROM touched_steps WHERE at < $1', [before]);
      for (const table of ['slates', 'outcomes', 'predictions']) {
        await tx.query(`DELETE FROM ${table} WHERE at < $1`, [before]);
      }
      const features = oldestFeatures(now, 0);
      await tx.query('DELETE FROM touched_steps WHERE width_seconds = 300 AND at < $1', [features]);
      await tx.query('DELETE FROM slate_features WHERE at < $1', [features]);
    });
    const causes = new Date(now.getTime() - LONGEST_TOPIC_DAYS * DAY_MS);
    await this.database.query('DELETE FROM experiment_changes WHERE changed_at < $1', [causes]);
    await this.database.query('DELETE FROM data_quality_findings WHERE hour < $1', [causes]);
  }

  async inProduction(): Promise<readonly ModelVersion[]> {
    const { rows } = await this.database.query<{ name: string; version: string }>(
      `SELECT DISTINCT ON (model) model AS name, version FROM (
         SELECT DISTINCT ON (model, version) * FROM model_stages ORDER BY model, version, sequence DESC) latest
       WHERE stage = 'production' ORDER BY model, sequence DESC`,
    );
    return rows;
  }

  get #windowSeconds(): number {
    return (this.settings.attributionHours * HOUR_MS) / 1_000;
  }

  /** A whole hour, so that no step is measured of a part of its facts; `marginMs` later for what comes in. */
  #oldest(now: Date, marginMs: number): Date {
    const oldest = stepBegin(new Date(now.getTime() - this.settings.factDays * DAY_MS), 3_600);
    return new Date(oldest.getTime() + marginMs);
  }
}

/** A whole hour, for the same reason. */
function oldestFeatures(now: Date, marginMs: number): Date {
  return new Date(stepBegin(new Date(now.getTime() - FEATURE_HOURS * HOUR_MS), 3_600).getTime() + marginMs);
}

interface ErasureRow {
  readonly slate_count: number;
  readonly outcome_count: number;
  readonly prediction_count: number;
  readonly group_count: number;
  readonly done_at: Date;
}

function outcomeOf(row: ErasureRow): ErasureOutcome {
  const { slate_count: slates, outcome_count: outcomes, prediction_count: predictions, group_count: user_groups } = row;
  return { erasedCounts: { slates, outcomes, predictions, user_groups }, doneAt: row.done_at };
}

/** What may be taken in beside what was forgotten, and what is not too old to be measured. */
async function admitting(tx: Tx, batch: FactBatch, oldest: Date) {
  const facts = [
    ...(batch.slates ?? []),
    ...(batch.outcomes ?? []),
    ...(batch.predictions ?? []),
    ...(batch.userGroups ?? []),
  ];
  const { rows } = await tx.query<{ user_key: string; forgotten_at: Date }>(
    'SELECT user_key, forgotten_at FROM forgotten_users WHERE user_key = ANY ($1)',
    [[...new Set(facts.map(({ userKey }) => userKey))]],
  );
  const forgottenAt = new Map(rows.map((row) => [row.user_key, row.forgotten_at.getTime()]));
  const user = (userKey: string, at: Date) => at.getTime() > (forgottenAt.get(userKey) ?? Number.NEGATIVE_INFINITY);
  return { user, fact: (userKey: string, at: Date) => user(userKey, at) && at >= oldest };
}
