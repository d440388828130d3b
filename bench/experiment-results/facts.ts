import type { Database } from '@attune/postgres';
import type { Experiment } from '../../services/experiment/src/domain/experiment.js';

/** The experiment whose facts are made. */
export const EXPERIMENT_ID = 'bench';
/** When it began. */
export const START_MS = Date.parse('2026-05-01T00:00:00Z');
/** For how long it ran. */
export const DAYS = 7;

const SECONDARY = {
  seven: ['like_rate', 'clicks_per_slate', 'clicks_per_user', 'slates_per_user', 'clicked_users'],
  quantile: ['p95:latency_ms'],
} as const;

/** An experiment with seven metrics, one of them a guardrail, or with a quantile beside its primary metric. */
export function experimentOf(metrics: keyof typeof SECONDARY): Experiment {
  return {
    definition: {
      experimentId: EXPERIMENT_ID,
      kind: 'a_b',
      state: 'running',
      layer: '',
      variants: ['control', 'treatment'].map((name) => ({ name, weight: 0.5, parameters: {} })),
      ...{ trafficShare: 1, targeting: {}, holdoutShare: 0, ramp: [], layerStart: 0, reservedShare: 1, version: 2 },
      primaryMetric: 'click_rate',
      secondaryMetrics: SECONDARY[metrics],
      guardrails: metrics === 'seven' ? [{ metric: 'hide_rate', toleratedRelativeLoss: 0.1 }] : [],
      startedAtMs: START_MS,
    },
    ...{ hypothesis: '', stopsByItself: true, createdAtMs: START_MS },
  };
}

/** Units with ten slates and twenty events each, over the week of the experiment and the two before it. Keys are as long as real ones. */
export async function fillFacts(database: Database, units: number): Promise<void> {
  const key = (unit: string) => `left(md5((${unit})::text) || md5('x'), 22)`;
  const at = (seed: string) =>
    `timestamptz '2026-05-01Z' + interval '1 second' * (-1209600 + (hashint8(${seed}) & 2147483647) % 1814400)`;
  await database.query(
    `INSERT INTO slates SELECT md5(s::text) || 'dddd', ${key(`s % ${units}`)}, ${at('s')}, 'home', 'hybrid',
       20 + (hashint8(s + 7) & 1023) / 10.0, s % 100 = 0, 20, NULL
     FROM generate_series(1, ${10 * units}) s`,
  );
  const dice = '((hashint8(e + 3) & 2147483647) % 20)';
  const type = `CASE WHEN ${dice} < 10 THEN 'impression' WHEN ${dice} < 16 THEN 'view' WHEN ${dice} < 18 THEN 'click'
    WHEN ${dice} = 18 THEN 'like' ELSE 'hide' END`;
  // event e belongs to slate s = e / 2, so that both are of the same unit
  await database.query(
    `INSERT INTO unit_events SELECT md5(e::text) || 'eeee', ${key(`(e / 2) % ${units}`)}, ${type},
       ${at('e / 2')} + interval '30 seconds', CASE WHEN ${dice} BETWEEN 10 AND 15 THEN (hashint8(e) & 1023) / 10.0 END,
       'item-' || e % 5000, md5((e / 2)::text) || 'dddd', 'home'
     FROM generate_series(2, ${20 * units + 1}) e`,
  );
  await database.query(
    `INSERT INTO exposures SELECT '${EXPERIMENT_ID}', unit_key, (at AT TIME ZONE 'UTC')::date, min(at) FROM slates
     WHERE at >= timestamptz '2026-05-01Z' GROUP BY 2, 3`,
  );
  await database.query(
    `INSERT INTO exposed_units SELECT '${EXPERIMENT_ID}', unit_key,
       CASE WHEN hashtext(unit_key) & 1 = 0 THEN 'control' ELSE 'treatment' END, min(first_at),
       jsonb_build_object('country', (ARRAY['de', 'fr', 'it', 'es'])[1 + (hashtext(unit_key) >> 4 & 3)]), false
     FROM exposures GROUP BY unit_key`,
  );
  await database.query('VACUUM ANALYZE');
}
