import type { Database } from '@attune/postgres';
import type { ModelVersion, SlateFeatures } from '../domain/facts';
import type { JoinedPrediction } from '../domain/metrics/measure-predictions';
import type { ShownItems } from '../domain/metrics/measure-variety';
import type { JoinedSlate } from '../domain/metrics/slate-outcome';
import type { StepFacts } from '../measure-ports';
import { SKEW_SECONDS } from './touched-by-facts';

/** Outcomes of the slates of a stretch: those that name them, and those that name none and follow them. */
const OUTCOMES = `
  WITH mine AS (SELECT decision_id, user_key, at FROM slates WHERE at >= $1 AND at < $2)
  SELECT mine.decision_id, o.event_id, o.type, o.item_id, o.is_welcome FROM mine
    JOIN outcomes o ON o.decision_id = mine.decision_id AND o.user_key = mine.user_key
      AND o.at >= mine.at - make_interval(secs => $4) AND o.at < mine.at + make_interval(secs => $3)
    WHERE o.type <> 'impression'
  UNION ALL
  SELECT cause.decision_id, o.event_id, o.type, o.item_id, o.is_welcome FROM (SELECT DISTINCT user_key FROM mine) users
    JOIN outcomes o ON o.user_key = users.user_key AND o.decision_id IS NULL AND o.at >= $1
      AND o.at < $2::timestamptz + make_interval(secs => $3)
    JOIN LATERAL (
      SELECT c.decision_id FROM slates c WHERE c.user_key = o.user_key AND c.at <= o.at
        AND c.at > o.at - make_interval(secs => $3) AND o.item_id = ANY (c.item_ids)
      ORDER BY c.at DESC, c.decision_id DESC LIMIT 1) cause ON true
    JOIN mine ON mine.decision_id = cause.decision_id
    WHERE o.type <> 'impression'`;

/** Whether each predicted item was clicked, of those that the user has seen. */
const PREDICTIONS = `
  SELECT p.*, ARRAY(
      SELECT (SELECT bool_or(o.type = 'click') FROM outcomes o WHERE p.user_key <> '' AND o.user_key = p.user_key
        AND o.item_id = item.id AND o.at >= p.at AND o.at < p.at + make_interval(secs => $3))
      FROM unnest(p.item_ids) WITH ORDINALITY AS item (id, place) ORDER BY place) AS clicked,
    NOT EXISTS (SELECT 1 FROM predictions q WHERE q.prediction_id = p.prediction_id AND q.user_key < p.user_key) AS is_first
  FROM predictions p WHERE p.at >= $1 AND p.at < $2 ORDER BY prediction_id, user_key`;

/** So many slates of a step are looked at for their features, drawn by their ids: 5,000 items say how a feature is distributed. */
const MOST_FEATURED = 500;

/** The facts of steps, joined in PostgreSQL. */
export class PostgresStepFacts implements StepFacts {
  constructor(
    private readonly database: Database,
    private readonly windowSeconds: number,
  ) {}

  async slates(from: Date, to: Date): Promise<readonly JoinedSlate[]> {
    const { rows } = await this.database.query<SlateRow>(
      'SELECT * FROM slates WHERE at >= $1 AND at < $2 ORDER BY decision_id',
      [from, to],
    );
    const outcomes = await this.database.query<OutcomeRow>(OUTCOMES, [from, to, this.windowSeconds, SKEW_SECONDS]);
    const bySlate = Map.groupBy(outcomes.rows, ({ decision_id }) => decision_id);
    return rows.map((row) => slateOf(row, bySlate.get(row.decision_id) ?? []));
  }

  async predictions(from: Date, to: Date): Promise<readonly JoinedPrediction[]> {
    const { rows } = await this.database.query<PredictionRow>(PREDICTIONS, [from, to, this.windowSeconds]);
    return rows.map((row) => ({
      ...{ predictionId: row.prediction_id, userKey: row.user_key, at: row.at },
      model: { name: row.model, version: row.version },
      ...{ itemIds: row.item_ids, scores: row.scores, areProbabilities: row.are_probabilities },
      latencyMs: row.latency_ms,
      clicked: row.clicked.map((one) => one ?? undefined),
      isFirstOfCall: row.is_first,
    }));
  }

  async features(
    from: Date,
    to: Date,
  ): Promise<readonly { features: SlateFeatures; models: readonly ModelVersion[] }[]> {
    const { rows } = await this.database.query<FeatureRow>(
      // the same slates whatever the order in which they came in
      `SELECT * FROM (
         SELECT f.*, s.models FROM slate_features f JOIN slates s USING (decision_id)
         WHERE f.at >= $1 AND f.at < $2 ORDER BY md5(decision_id) LIMIT $3) drawn
       ORDER BY decision_id`,
      [from, to, MOST_FEATURED],
    );
    return rows.map((row) => ({
      models: row.models,
      features: {
        ...{ itemNames: row.item_names, itemValues: numbersOf(row.item_values) },
        ...{ userNames: row.user_names, userValues: numbersOf(row.user_values), userWords: row.user_words },
      },
    }));
  }

  async shown(from: Date, to: Date): Promise<ShownItems> {
    const known = await this.database.query<{ count: string }>(
      'SELECT count(*) AS count FROM items WHERE known_from < $1',
      [to],
    );
    const { rows } = await this.database.query<{
      name: string | null;
      version: string | null;
      item_id: string;
      count: string;
    }>(
      `SELECT model ->> 'name' AS name, model ->> 'version' AS version, item_id, count(*) AS count
       FROM slates, unnest(item_ids) AS item_id,
         jsonb_array_elements(models || '[{"name": null}]'::jsonb) AS model
       WHERE at >= $1 AND at < $2 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
      [from, to],
    );
    const groups = Map.groupBy(rows, ({ name, version }) => (name === null ? '' : JSON.stringify({ name, version })));
    const itemsOf = (own: typeof rows) => own.map((row) => ({ itemId: row.item_id, count: Number(row.count) }));
    return {
      knownCount: Number(known.rows[0]!.count),
      all: itemsOf(groups.get('') ?? []),
      byModel: [...groups]
        .filter(([key]) => key !== '')
        .map(([key, own]) => ({ model: JSON.parse(key) as ModelVersion, items: itemsOf(own) })),
    };
  }
}

interface SlateRow {
  readonly decision_id: string;
  readonly user_key: string;
  readonly at: Date;
  readonly surface: string;
  readonly strategy: string;
  readonly models: readonly ModelVersion[];
  readonly variants: readonly string[];
  readonly segments: readonly string[];
  readonly item_ids: readonly string[];
  readonly explored_count: number;
  readonly candidate_count: number;
  readonly latency_ms: number;
  readonly is_degraded: boolean;
  readonly is_fallback: boolean;
  readonly probabilities: readonly (number | null)[] | null;
  readonly scores: JoinedSlate['scores'];
  readonly shadows: JoinedSlate['shadows'];
}

interface OutcomeRow {
  readonly decision_id: string;
  readonly type: string;
  readonly item_id: string;
  readonly is_welcome: boolean;
}

interface PredictionRow {
  readonly prediction_id: string;
  readonly user_key: string;
  readonly at: Date;
  readonly model: string;
  readonly version: string;
  readonly item_ids: readonly string[];
  readonly scores: readonly number[];
  readonly are_probabilities: boolean;
  readonly latency_ms: number;
  readonly clicked: readonly (boolean | null)[];
  readonly is_first: boolean;
}

interface FeatureRow {
  readonly models: readonly ModelVersion[];
  readonly item_names: readonly string[];
  readonly item_values: Buffer;
  readonly user_names: readonly string[];
  readonly user_values: Buffer;
  readonly user_words: Readonly<Record<string, string | null>>;
}

function slateOf(row: SlateRow, outcomes: readonly OutcomeRow[]): JoinedSlate {
  return {
    ...{ decisionId: row.decision_id, userKey: row.user_key, at: row.at, surface: row.surface, strategy: row.strategy },
    ...{ models: row.models, variants: row.variants, segments: row.segments, itemIds: row.item_ids },
    ...{ exploredCount: row.explored_count, candidateCount: row.candidate_count, latencyMs: row.latency_ms },
    ...{ isDegraded: row.is_degraded, isFallback: row.is_fallback, scores: row.scores, shadows: row.shadows },
    ...(row.probabilities === null ? {} : { probabilities: row.probabilities }),
    outcomes: outcomes.map(({ type, item_id, is_welcome }) => ({ type, itemId: item_id, isWelcome: is_welcome })),
  };
}

function numbersOf(bytes: Buffer): Float64Array {
  // copied: the bytes may lie at any place of a larger buffer
  return new Float64Array(Uint8Array.from(bytes).buffer);
}
