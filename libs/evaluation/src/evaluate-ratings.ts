import { seededUniform } from '@attune/kernels';
import type { Estimate } from './estimate';
import type { EvaluateRequest } from './evaluation';
import { ITEM_GROUPS, itemGroups } from './item-groups';
import type { Observation } from './observations';
import { scoresOfPairs } from './score-blocks';
import { standardInterval } from './standard-interval';
import type { TestUsers } from './test-users';

const BINS = 10;
const MOST_STEPS = 3e7;

/** What predicted ratings give. */
export interface RatingErrors {
  readonly observations: readonly Observation[];
  readonly calibrationError: Estimate;
  /** The errors on some items only. */
  readonly itemGroups: readonly { readonly label: string; readonly observations: readonly Observation[] }[];
}

/**
 * Errors of predicted ratings. Predictions are cut to the range of the training's ratings; one that is no number counts as the end
 * of the range that is farther from the truth.
 */
export async function evaluateRatings(
  { scorer, train, test, signal, onProgress, seed }: EvaluateRequest,
  asked: TestUsers,
): Promise<RatingErrors> {
  const users = Int32Array.from(asked.entries, (entry) => test.userIndex[entry]!);
  const raw = await scoresOfPairs({ scorer, signal, onProgress, users, items: asked.items });
  const actual = Float32Array.from(asked.entries, (entry) => test.value[entry]!);
  const predicted = clipped(raw, actual, rangeOf(train.value));
  const groupOf = itemGroups(train);
  const errorsOf = (group?: number) =>
    errorObservations(asked, {
      predicted,
      actual,
      isCounted: (question) => group === undefined || groupOf[asked.items[question]!] === group,
    });
  return {
    observations: errorsOf(),
    calibrationError: calibration(asked, { predicted, actual, seed }),
    itemGroups: ITEM_GROUPS.map((label, group) => ({ label, observations: errorsOf(group) })),
  };
}

/**
 * RMSE = sqrt(mean of squared errors), MAE = mean of absolute errors, both over ratings, not over users (Herlocker et al., TOIS 2004,
 * section 5.1). By user they are sums, so that whole users can be resampled.
 */
function errorObservations(
  { users, offsets }: TestUsers,
  {
    predicted,
    actual,
    isCounted,
  }: { predicted: Float32Array; actual: Float32Array; isCounted: (question: number) => boolean },
): Observation[] {
  const [squared, absolute, count] = [0, 1, 2].map(() => new Float64Array(users.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let place = 0; place < users.length; place++) {
    for (let question = offsets[place]!; question < offsets[place + 1]!; question++) {
      if (!isCounted(question)) continue;
      const error = predicted[question]! - actual[question]!;
      squared[place]! += error * error;
      absolute[place]! += Math.abs(error);
      count[place]!++;
    }
  }
  return [
    { name: 'rmse', numerator: squared, denominator: count, finish: 'root' },
    { name: 'mae', numerator: absolute, denominator: count, finish: 'ratio' },
  ];
}

/**
 * Expected calibration error (Naeini et al., AAAI 2015; Guo et al., ICML 2017) for ratings: predictions in ten bins of equal size by
 * their order; the mean over predictions of |mean prediction - mean rating| of their bin, in units of ratings. Noise adds to it in
 * every resample: the interval is the value with 1.96 bootstrap standard errors.
 */
function calibration(
  { users, offsets }: TestUsers,
  {
    predicted,
    actual,
    seed,
  }: { readonly predicted: Float32Array; readonly actual: Float32Array; readonly seed: number },
): Estimate {
  const order = Uint32Array.from(predicted, (_, question) => question).sort(
    (a, b) => predicted[a]! - predicted[b]! || a - b,
  );
  const binOf = new Uint8Array(predicted.length);
  order.forEach((question, place) => {
    binOf[question] = Math.min(BINS - 1, Math.floor((place * BINS) / order.length));
  });
  // [users x bins]: sums of prediction - rating; |sum| of a bin is its share of the error
  const excess = new Float64Array(users.length * BINS);
  const counts = new Float64Array(users.length);
  for (let place = 0; place < users.length; place++) {
    counts[place] = offsets[place + 1]! - offsets[place]!;
    for (let question = offsets[place]!; question < offsets[place + 1]!; question++) {
      excess[place * BINS + binOf[question]!]! += predicted[question]! - actual[question]!;
    }
  }
  const error = (pick: (draw: number) => number): number => {
    const sums = new Float64Array(BINS);
    let total = 0;
    for (let draw = 0; draw < users.length; draw++) {
      const place = pick(draw);
      total += counts[place]!;
      for (let bin = 0; bin < BINS; bin++) sums[bin]! += excess[place * BINS + bin]!;
    }
    return sums.reduce((sum, x) => sum + Math.abs(x), 0) / total;
  };
  const uniform = seededUniform(seed);
  const resamples = Math.max(20, Math.min(200, Math.floor(MOST_STEPS / (users.length * BINS + 1))));
  const drawn = Float64Array.from({ length: resamples }, () => error(() => Math.floor(uniform() * users.length)));
  const value = error((draw) => draw);
  return { value, ...standardInterval(value, drawn, [0, Number.POSITIVE_INFINITY]) };
}

function rangeOf(values: Float32Array): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function clipped(
  raw: Float32Array,
  actual: Float32Array,
  [low, high]: readonly [low: number, high: number],
): Float32Array {
  return raw.map((score, question) => {
    if (Number.isNaN(score)) return actual[question]! - low > high - actual[question]! ? low : high;
    return Math.min(high, Math.max(low, score));
  });
}
