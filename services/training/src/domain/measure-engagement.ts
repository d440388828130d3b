import { bootstrapEstimates, type ObservationTable } from '@attune/evaluation';
import { type Column, type LabelledExamples, SPLIT } from '@attune/recommenders';
import type { Comparison, Measurement, MetricEstimate } from './evaluation';
import { gainsOf } from './measure-beside';
import { LOG_LOSS } from './trainers';

/** The newest examples, which no training sees: what probabilities are compared on. */
export interface EngagementQuestions {
  /** [rows x features], as they are. */
  readonly features: Float32Array;
  /** By label: [rows]; NaN where nobody can know. */
  readonly labels: readonly Column[];
  /** [rows]: numbers of users. */
  readonly users: Int32Array;
  /** By label: the share of positives among what was learned from. */
  readonly baseRates: readonly number[];
}

/** Who answers: probabilities [rows x labels]; or nobody, because the recipe is the version's own. */
export interface EngagementRival {
  readonly opponent: string;
  readonly method: Comparison['method'];
  readonly probabilities?: Float32Array;
}

/** Probabilities that are farther out than this would make one example decide everything. */
const CLIP = 1e-6;

/** What is asked of a set of examples; undefined where none is for the test. */
export function questionsOf(examples: LabelledExamples, users: Int32Array): EngagementQuestions | undefined {
  const rows = Uint32Array.from(examples.split.keys()).filter((row) => examples.split[row] === SPLIT.test);
  if (rows.length === 0) return undefined;
  const { features, labels, split } = examples;
  const matrix = new Float32Array(rows.length * features.length);
  features.forEach(({ values }, column) => {
    rows.forEach((row, at) => {
      matrix[at * features.length + column] = values[row]!;
    });
  });
  return {
    features: matrix,
    labels: labels.map(({ name, values }) => ({ name, values: Float32Array.from(rows, (row) => values[row]!) })),
    users: Int32Array.from(rows, (row) => users[row]!),
    baseRates: labels.map(({ values }) => shareOf(values.filter((_, row) => split[row] === SPLIT.train))),
  };
}

/** Compares probabilities by their log loss, user by user, with the base rates and with the version in production. */
export function measureEngagement(
  questions: EngagementQuestions,
  probabilities: Float32Array,
  {
    rivals,
    seed,
    method: how = 'the newest examples were hidden from the training',
  }: { readonly rivals: readonly EngagementRival[]; readonly seed: number; readonly method?: string },
): Measurement {
  const own = lossTable(questions, probabilities);
  const labels = questions.labels.length;
  const constant = probabilities.map((_, at) => questions.baseRates[at % labels]!);
  const all = [...rivals, { opponent: 'base_rate', method: 'baseline', probabilities: constant } as const];
  return {
    method: how,
    caveat: '',
    userCount: own.users.length,
    metrics: estimatesOf(own, seed),
    comparisons: all.map(({ opponent, method, probabilities: theirs }) => {
      const other = theirs === undefined ? own : lossTable(questions, theirs);
      const gains = gainsOf(own, other, { metrics: [LOG_LOSS], seed });
      return { opponent, method, metrics: estimatesOf(other, seed), gains };
    }),
  };
}

/** Log loss in nats (Good 1952), by user: the mean over every example and label that is known. */
export function lossTable(
  { labels, users }: Pick<EngagementQuestions, 'labels' | 'users'>,
  probabilities: Float32Array,
): ObservationTable {
  const distinct = Int32Array.from(new Set(users)).sort();
  const placeOf = new Map(Array.from(distinct, (user, place) => [user, place]));
  const numerator = new Float64Array(distinct.length);
  const denominator = new Float64Array(distinct.length);
  labels.forEach(({ values }, label) => {
    values.forEach((value, row) => {
      if (Number.isNaN(value)) return;
      const place = placeOf.get(users[row]!)!;
      const p = Math.min(1 - CLIP, Math.max(CLIP, probabilities[row * labels.length + label]!));
      numerator[place]! -= Math.log(value === 1 ? p : 1 - p);
      denominator[place]!++;
    });
  });
  return { users: distinct, observations: [{ name: LOG_LOSS, numerator, denominator, finish: 'ratio' }] };
}

function estimatesOf(table: ObservationTable, seed: number): MetricEstimate[] {
  return [...bootstrapEstimates(table, { seed })].map(([name, { value, low, high }]) => ({ name, value, low, high }));
}

function shareOf(values: Float32Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? 0.5 : known.reduce((sum, value) => sum + value, 0) / known.length;
}
