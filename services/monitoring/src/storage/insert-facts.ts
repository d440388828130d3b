import type { Tx } from '@attune/postgres';
import type { OutcomeFact, PredictionFact, SlateFact } from '../domain/facts';

/** The slates that are new, with the groups that their users are known to be in. */
export async function insertSlates(tx: Tx, slates: readonly SlateFact[]): Promise<readonly SlateFact[]> {
  if (slates.length === 0) return [];
  const { rows } = await tx.query<{ decision_id: string }>(
    `INSERT INTO slates (decision_id, user_key, at, surface, strategy, models, variants, segments, item_ids, explored_count,
       candidate_count, latency_ms, is_degraded, is_fallback, probabilities, scores, shadows)
     SELECT new."decisionId", new."userKey", new.at, new.surface, new.strategy, new.models, new.variants,
       array_remove(ARRAY['country=' || nullif(country, ''), 'language=' || nullif(language, ''),
         'ageBand=' || nullif(age_band, '')], NULL),
       new."itemIds", new."exploredCount", new."candidateCount", new."latencyMs", new."isDegraded", new."isFallback",
       new.probabilities, new.scores, new.shadows
     FROM jsonb_to_recordset($1::jsonb) AS new ("decisionId" text, "userKey" text, at timestamptz, surface text, strategy text,
       models jsonb, variants text[], "itemIds" text[], "exploredCount" int, "candidateCount" int, "latencyMs" float8,
       "isDegraded" boolean, "isFallback" boolean, probabilities float8[], scores jsonb, shadows jsonb)
     LEFT JOIN user_groups ON user_groups.user_key = new."userKey"
     ON CONFLICT DO NOTHING RETURNING decision_id`,
    [JSON.stringify(slates.map(({ features: _, ...slate }) => slate))],
  );
  return onlyNew(
    slates,
    rows,
    ({ decisionId }) => decisionId,
    ({ decision_id }) => decision_id,
  );
}

/** The features of slates. */
export async function insertFeatures(tx: Tx, slates: readonly SlateFact[]): Promise<void> {
  const withFeatures = slates.flatMap(({ features, ...slate }) =>
    features === undefined ? [] : [{ ...slate, features }],
  );
  if (withFeatures.length === 0) return;
  await tx.query(
    `INSERT INTO slate_features (decision_id, at, user_key, item_names, item_values, user_names, user_values, user_words)
     SELECT id, at, user_key, ARRAY(SELECT jsonb_array_elements_text(item_names)), item_values,
       ARRAY(SELECT jsonb_array_elements_text(user_names)), user_values, words
     FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::jsonb[], $5::bytea[], $6::jsonb[], $7::bytea[], $8::jsonb[])
       AS of (id, at, user_key, item_names, item_values, user_names, user_values, words)
     ON CONFLICT DO NOTHING`,
    [
      withFeatures.map(({ decisionId }) => decisionId),
      withFeatures.map(({ at }) => at),
      withFeatures.map(({ userKey }) => userKey),
      withFeatures.map(({ features }) => JSON.stringify(features.itemNames)),
      withFeatures.map(({ features }) => bytesOf(features.itemValues)),
      withFeatures.map(({ features }) => JSON.stringify(features.userNames)),
      withFeatures.map(({ features }) => bytesOf(features.userValues)),
      withFeatures.map(({ features }) => JSON.stringify(features.userWords)),
    ],
  );
}

/** The outcomes that are new. */
export async function insertOutcomes(tx: Tx, outcomes: readonly OutcomeFact[]): Promise<readonly OutcomeFact[]> {
  if (outcomes.length === 0) return [];
  const { rows } = await tx.query<{ event_id: string }>(
    `INSERT INTO outcomes (event_id, user_key, at, type, item_id, decision_id, is_welcome)
     SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::boolean[])
     ON CONFLICT DO NOTHING RETURNING event_id`,
    [
      outcomes.map(({ eventId }) => eventId),
      outcomes.map(({ userKey }) => userKey),
      outcomes.map(({ at }) => at),
      outcomes.map(({ type }) => type),
      outcomes.map(({ itemId }) => itemId),
      outcomes.map(({ decisionId }) => decisionId ?? null),
      outcomes.map(({ isWelcome }) => isWelcome),
    ],
  );
  return onlyNew(
    outcomes,
    rows,
    ({ eventId }) => eventId,
    ({ event_id }) => event_id,
  );
}

/** The predictions that are new. */
export async function insertPredictions(
  tx: Tx,
  predictions: readonly PredictionFact[],
): Promise<readonly PredictionFact[]> {
  if (predictions.length === 0) return [];
  const { rows } = await tx.query<{ prediction_id: string; user_key: string }>(
    `INSERT INTO predictions (prediction_id, user_key, at, model, version, item_ids, scores, are_probabilities, latency_ms)
     SELECT "predictionId", "userKey", at, model ->> 'name', model ->> 'version', "itemIds", scores, "areProbabilities", "latencyMs"
     FROM jsonb_to_recordset($1::jsonb) AS new ("predictionId" text, "userKey" text, at timestamptz, model jsonb, "itemIds" text[],
       scores float8[], "areProbabilities" boolean, "latencyMs" float8)
     ON CONFLICT DO NOTHING RETURNING prediction_id, user_key`,
    [JSON.stringify(predictions)],
  );
  return onlyNew(
    predictions,
    rows,
    ({ predictionId, userKey }) => `${predictionId} ${userKey}`,
    ({ prediction_id, user_key }) => `${prediction_id} ${user_key}`,
  );
}

/** Each of those that were inserted once, also where it came twice in one batch. */
function onlyNew<T, R>(
  facts: readonly T[],
  rows: readonly R[],
  idOf: (fact: T) => string,
  rowIdOf: (row: R) => string,
): T[] {
  const byId = new Map(facts.map((fact) => [idOf(fact), fact]));
  return rows.map((row) => byId.get(rowIdOf(row))!);
}

function bytesOf(values: Float64Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
