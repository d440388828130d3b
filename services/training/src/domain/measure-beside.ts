import {
  comparePaired,
  type Estimate,
  type EvaluateRequest,
  evaluate,
  type Evaluation as Found,
  type ObservationTable,
  type Protocol,
  type Scorer,
} from '@attune/evaluation';
import { type Interactions, itemCounts } from '@attune/interactions';
import type { Comparison, ComparisonMethod, Measurement, MetricEstimate } from './evaluation';

/** Somebody who answers the same questions. */
export interface Opponent {
  /** See `Comparison.opponent`. */
  readonly name: string;
  readonly method: ComparisonMethod;
  /** Absent for the same recipe, which answers as the version does. */
  readonly scorer?: Scorer;
}

/** What to measure. */
export interface MeasureBesideRequest
  extends Pick<Measurement, 'method' | 'caveat' | 'askedFrom'>,
    Pick<EvaluateRequest, 'items' | 'resamples'> {
  readonly scorer: Scorer;
  readonly opponents: readonly Opponent[];
  readonly protocol: Protocol;
  /** What users had before the questions: not ranked. */
  readonly train: Interactions;
  /** The questions. */
  readonly test: Interactions;
  readonly ks: readonly number[];
  /** Names of metrics; empty for all of accuracy. */
  readonly metrics: readonly string[];
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** Metrics of accuracy; those of lists (coverage, novelty, diversity) are no reason to promote. */
const ACCURACY = /^((hr|ndcg|recall|precision|map|mrr)@\d+|auc|rmse|mae)$/;
const LESS_IS_BETTER: readonly string[] = ['rmse', 'mae', 'log_loss'];

/** What was measured, and what else the evaluations of the scorer and of its opponents found. */
export interface MeasuredBeside {
  readonly measurement: Measurement;
  readonly own: Found;
  /** In the order of the opponents. */
  readonly others: readonly Found[];
}

/** Measures a scorer and its opponents on the same questions, with the differences user by user. */
export async function measureBeside(request: MeasureBesideRequest): Promise<MeasuredBeside> {
  const { opponents, method, caveat, askedFrom, seed, metrics } = request;
  const steps = 1 + opponents.filter(({ scorer }) => scorer !== undefined).length;
  let done = 0;
  const ask = async (scorer: Scorer) => {
    const onProgress = (fraction: number) => request.onProgress?.((done + fraction) / steps);
    const found = await evaluate({ ...request, negatives: 'all', scorer, onProgress });
    done++;
    return found;
  };
  const own = await ask(request.scorer);
  const comparisons: Comparison[] = [];
  const others: Found[] = [];
  for (const { name, method: how, scorer } of opponents) {
    const other = scorer === undefined ? own : await ask(scorer);
    others.push(other);
    comparisons.push({
      opponent: name,
      method: how,
      metrics: estimatesOf(other, metrics),
      gains: gainsOf(own.table, other.table, { metrics, seed }),
    });
  }
  const measurement = {
    ...{ method, caveat, comparisons, userCount: own.counts.users, metrics: estimatesOf(own, metrics) },
    ...(askedFrom === undefined ? {} : { askedFrom }),
  };
  return { measurement, own, others };
}

/** What knows nobody, as an opponent: the number of users of each item, or of ratings their mean. */
export function baselineOpponent(protocol: Protocol, train: Interactions): Opponent {
  const isRatings = protocol === 'ratings';
  const mean = train.value.reduce((sum, value) => sum + value, 0) / Math.max(1, train.value.length);
  const row = isRatings ? new Float32Array(train.itemCount).fill(mean) : Float32Array.from(itemCounts(train));
  return { name: isRatings ? 'mean' : 'popularity', method: 'baseline', scorer: sameForAll(row) };
}

function sameForAll(row: Float32Array): Scorer {
  return {
    scoreAll: async (users) => {
      const all = new Float32Array(users.length * row.length);
      for (let at = 0; at < all.length; at += row.length) all.set(row, at);
      return all;
    },
    scorePairs: async (_, items) => Float32Array.from(items, (item) => row[item]!),
  };
}

/** Metrics with their intervals, without those that nobody defines. */
function estimatesOf({ metrics }: Pick<Found, 'metrics'>, wanted: readonly string[] = []): MetricEstimate[] {
  return Object.entries(metrics)
    .filter(([name, { value }]) => isWanted(name, wanted) && Number.isFinite(value))
    .map(([name, { value, low, high }]) => ({ name, value, low, high }));
}

/** How much better the first is, by metric; positive is better also where less of the metric is better. */
export function gainsOf(
  first: ObservationTable,
  second: ObservationTable,
  { metrics = [], seed }: { readonly metrics?: readonly string[]; readonly seed: number },
): MetricEstimate[] {
  return first.observations
    .filter(({ name }) => isWanted(name, metrics))
    .map(({ name }) => {
      const { difference } = comparePaired(first, second, { metric: name, seed });
      return { name, ...(LESS_IS_BETTER.includes(name) ? negated(difference) : difference) };
    })
    .filter(({ value }) => Number.isFinite(value));
}

function isWanted(metric: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 ? ACCURACY.test(metric) : wanted.includes(metric);
}

// not -0, which reads as if something were less
function negated({ value, low, high }: Estimate): Estimate {
  return { value: 0 - value, low: 0 - high, high: 0 - low };
}
