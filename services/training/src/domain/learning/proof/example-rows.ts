import type { LabelledExamples } from '@attune/recommenders';
import type { EngagementQuestions } from '../../measure-engagement';
import type { OpenedPredictor } from './opened-version';

/** Labelled examples with whose each is, when it happened, and the schema of its features. */
export interface DatedExamples {
  readonly examples: LabelledExamples;
  readonly users: Int32Array;
  readonly timesMs: Float64Array;
  readonly schemaHash: string;
}

/** Rows of examples as a version reads them: [rows x features] in the order of its manifest; NaN where a feature is missing. */
export function matrixFor(version: OpenedPredictor, { features }: LabelledExamples, rows: Uint32Array): Float32Array {
  const byName = new Map(features.map(({ name, values }) => [name, values]));
  const columns = (version.artifact.manifest.features ?? []).map((name) => byName.get(name));
  const matrix = new Float32Array(rows.length * columns.length).fill(Number.NaN);
  columns.forEach((values, column) => {
    if (values === undefined) return;
    rows.forEach((row, at) => {
      matrix[at * columns.length + column] = values[row]!;
    });
  });
  return matrix;
}

/** What a version says of rows, by the labels that are asked: [rows x labels]; a half where it has no such label. */
export async function answersOf(
  version: OpenedPredictor,
  examples: LabelledExamples,
  rows: Uint32Array,
): Promise<Float32Array> {
  const own = version.artifact.manifest.labels ?? [];
  const said = await version.predict(matrixFor(version, examples, rows), rows.length);
  const columns = examples.labels.map(({ name }) => own.indexOf(name));
  return Float32Array.from({ length: rows.length * columns.length }, (_, at) => {
    const column = columns[at % columns.length]!;
    return column < 0 ? 0.5 : said[Math.floor(at / columns.length) * own.length + column]!;
  });
}

/** The questions that rows ask. */
export function questionsOfRows(
  { examples, users }: DatedExamples,
  rows: Uint32Array,
  baseRates: readonly number[],
): EngagementQuestions {
  return {
    features: new Float32Array(0),
    labels: examples.labels.map(({ name, values }) => ({
      name,
      values: Float32Array.from(rows, (row) => values[row]!),
    })),
    users: Int32Array.from(rows, (row) => users[row]!),
    baseRates,
  };
}

/** By label, the share of positives among some rows. */
export function baseRatesOf({ labels }: LabelledExamples, rows: Uint32Array): number[] {
  return labels.map(({ values }) => {
    const known = Array.from(rows, (row) => values[row]!).filter((value) => !Number.isNaN(value));
    return known.length === 0 ? 0.5 : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

/** At most so many rows, the newest. */
export function newestRows(rows: readonly number[], timesMs: Float64Array, most: number): Uint32Array {
  return Uint32Array.from([...rows].sort((a, b) => timesMs[b]! - timesMs[a]!).slice(0, most));
}
