import { join } from 'node:path';
import { type Database, migrate, openDatabase, schemaFor } from '@attune/postgres';
import { type TestInfra, useInfra } from '@attune/testkit';
import type { OutcomeFact, PredictionFact, SlateFact } from '../src/domain/facts';
import type { StepWidth } from '../src/domain/metrics/metric';
import { PostgresFactStore } from '../src/storage/postgres-fact-store';
import { PostgresMeasurementStore } from '../src/storage/postgres-measurement-store';
import { PostgresSeriesStore } from '../src/storage/postgres-series-store';
import { PostgresStepFacts } from '../src/storage/postgres-step-facts';
import { makeMeasureTouched } from '../src/use-cases/measure-touched';

export const NOW = new Date('2026-05-01T12:30:00Z');
const WIDTHS: readonly StepWidth[] = [60, 300, 3_600];

/** The tables of measurement with everything that fills them, without a service around. */
export interface Tables extends AsyncDisposable {
  readonly database: Database;
  readonly facts: PostgresFactStore;
  readonly series: PostgresSeriesStore;
  readonly store: PostgresMeasurementStore;
  readonly stepFacts: PostgresStepFacts;
  measure(): Promise<void>;
  /** Every step of every series, by names instead of ids. */
  dump(): Promise<readonly string[]>;
}

export { useInfra };

/** Opens tables of their own. */
export async function openTables({ databaseUrl: url, namespace }: TestInfra, name: string): Promise<Tables> {
  const schema = schemaFor(namespace, `monitoring_${name}`);
  await migrate({ url, schema, directory: join(__dirname, '..', 'migrations') });
  const database = await openDatabase({ url, schema, applicationName: 'test' });
  const facts = new PostgresFactStore(database, { factDays: 8, attributionHours: 24 });
  const series = new PostgresSeriesStore(database);
  const store = new PostgresMeasurementStore(database, series);
  const stepFacts = new PostgresStepFacts(database, 24 * 3_600);
  const measureTouched = makeMeasureTouched({ facts: stepFacts, store });
  return {
    ...{ database, facts, series, store, stepFacts },
    measure: () => measureTouched(WIDTHS, { signal: new AbortController().signal }),
    dump: async () => {
      const { rows } = await database.query<{ row: string }>(
        `SELECT concat_ws(' ', metric, label_key, at, width_seconds, count, sum, sum_of_squares, min, max, encode(sketch, 'hex')) AS row
         FROM series JOIN series_steps USING (series_id) ORDER BY metric, label_key, at, width_seconds`,
      );
      return rows.map(({ row }) => row);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** A slate of five items of `ann` on `home`, by `als` version 1, or what `changes` say. */
export const aSlate = (decisionId: string, changes: Partial<SlateFact> = {}): SlateFact => ({
  ...{ decisionId, userKey: 'ann', at: new Date('2026-05-01T12:00:10Z'), surface: 'home', strategy: 'hybrid' },
  models: [{ name: 'als', version: '1' }],
  ...{ variants: [], itemIds: ['i0', 'i1', 'i2', 'i3', 'i4'], exploredCount: 0, candidateCount: 50 },
  ...{ latencyMs: 10, isDegraded: false, isFallback: false, scores: {}, shadows: [] },
  ...changes,
});

/** A click of `ann` on `i0`, or what `changes` say. */
export const anOutcome = (eventId: string, changes: Partial<OutcomeFact> = {}): OutcomeFact => {
  const at = changes.at ?? new Date('2026-05-01T12:00:30Z');
  return { eventId, userKey: 'ann', at, knownFrom: at, type: 'click', itemId: 'i0', isWelcome: true, ...changes };
};

/** A prediction of `i0` for `ann` by `engagement` version 1, or what `changes` say. */
export const aPrediction = (predictionId: string, changes: Partial<PredictionFact> = {}): PredictionFact => ({
  ...{ predictionId, userKey: 'ann', at: new Date('2026-05-01T12:00:10Z'), itemIds: ['i0'], scores: [0.25] },
  ...{ model: { name: 'engagement', version: '1' }, areProbabilities: true, latencyMs: 4 },
  ...changes,
});
