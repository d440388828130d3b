import { AppError } from '@attune/errors';
import { seededUniform } from '@attune/kernels';
import type { Estimate } from './estimate';
import { finished, type Observation, type ObservationTable, overallValue } from './observations';

/** How resampling is done. */
export interface BootstrapOptions {
  readonly seed: number;
  /** 1,000 by default. */
  readonly resamples?: number;
  /** The share of resamples inside the interval: 0.95 by default. */
  readonly confidence?: number;
}

const DEFAULT_RESAMPLES = 1_000;
const DEFAULT_CONFIDENCE = 0.95;

/** Beyond this many users, random groups of users are resampled instead of users: their sums vary as much, and it is as exact. */
const MOST_UNITS = 10_000;

/**
 * Percentile intervals over users (Efron 1979; Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3): users
 * are drawn with replacement, all metrics from the same draws. Users, not ratings, are drawn, because what one user does hangs
 * together.
 */
export function bootstrapEstimates(table: ObservationTable, options: BootstrapOptions): Map<string, Estimate> {
  const draws = resample(table, options);
  return new Map(
    table.observations.map((observation, index) => {
      const value = overallValue(observation);
      return [observation.name, { value, ...percentileInterval(draws[index]!, options.confidence) }];
    }),
  );
}

/** How two models differ on the same users: first minus second. */
export interface PairedComparison {
  readonly metric: string;
  readonly first: number;
  readonly second: number;
  readonly difference: Estimate;
  /** The share of resamples in which the first is larger (half of those in which they are equal). */
  readonly shareLarger: number;
  readonly userCount: number;
}

/**
 * The paired bootstrap (Koehn, Statistical Significance Tests for Machine Translation Evaluation, EMNLP 2004): both models are
 * measured on the same resampled users, so that what is easy or hard for both cancels. Throws `invalid.comparison` unless both
 * tables are of the same users and have the metric.
 */
export function comparePaired(
  first: ObservationTable,
  second: ObservationTable,
  { metric, ...options }: BootstrapOptions & { readonly metric: string },
): PairedComparison {
  const [a, b] = [observationOf(first, metric), observationOf(second, metric)];
  const isSame = first.users.length === second.users.length && first.users.every((user, i) => user === second.users[i]);
  if (!isSame) throw new AppError('invalid.comparison', 'the two evaluations are not of the same users');
  const draws = resample({ users: first.users, observations: [a, b] }, options);
  const differences = draws[0]!.map((value, index) => value - draws[1]![index]!);
  const larger = differences.reduce((sum, x) => sum + (x > 0 ? 1 : x === 0 ? 0.5 : 0), 0);
  const [valueA, valueB] = [overallValue(a), overallValue(b)];
  return {
    metric,
    first: valueA,
    second: valueB,
    difference: { value: valueA - valueB, ...percentileInterval(differences, options.confidence) },
    shareLarger: larger / differences.length,
    userCount: first.users.length,
  };
}

function observationOf(table: ObservationTable, metric: string): Observation {
  const found = table.observations.find(({ name }) => name === metric);
  if (found !== undefined) return found;
  const known = table.observations.map(({ name }) => name).join(', ');
  throw new AppError('invalid.comparison', `there is no metric "${metric}" by user; there are ${known}`);
}

/** [observations][resamples]: the value of each metric in each resample. */
function resample(table: ObservationTable, { seed, resamples = DEFAULT_RESAMPLES }: BootstrapOptions): Float64Array[] {
  const uniform = seededUniform(seed);
  // many metrics share a denominator: it is drawn once
  const columns = [...new Set(table.observations.flatMap(({ numerator, denominator }) => [numerator, denominator]))];
  const places = table.observations.map(
    ({ numerator, denominator }) => [columns.indexOf(numerator), columns.indexOf(denominator)] as const,
  );
  const units = unitSums(columns, table.users.length, uniform);
  const unitCount = Math.min(table.users.length, MOST_UNITS);
  const values = table.observations.map(() => new Float64Array(resamples));
  const timesDrawn = new Float64Array(unitCount);
  for (let round = 0; round < resamples; round++) {
    timesDrawn.fill(0);
    for (let draw = 0; draw < unitCount; draw++) timesDrawn[(uniform() * unitCount) | 0]!++;
    const sums = units.map((unit) => dot(timesDrawn, unit));
    table.observations.forEach(({ finish }, index) => {
      const [numerator, denominator] = places[index]!;
      values[index]![round] = finished(sums[numerator]!, sums[denominator]!, finish);
    });
  }
  return values;
}

/** The columns by user, or where there are too many users, their sums by random group of users. */
function unitSums(columns: readonly Float64Array[], userCount: number, uniform: () => number): Float64Array[] {
  if (userCount <= MOST_UNITS) return [...columns];
  const groupOf = Int32Array.from({ length: userCount }, () => Math.floor(uniform() * MOST_UNITS));
  return columns.map((column) => {
    const sums = new Float64Array(MOST_UNITS);
    for (let user = 0; user < userCount; user++) sums[groupOf[user]!]! += column[user]!;
    return sums;
  });
}

/** Four sums at a time, because each addition waits for the one before. */
function dot(a: Float64Array, b: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= a.length; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + s2 + s3;
}

/** The interval that leaves the same share of values out below and above; NaN values are left out of account. */
function percentileInterval(
  values: Float64Array,
  confidence: number = DEFAULT_CONFIDENCE,
): { readonly low: number; readonly high: number } {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return { low: Number.NaN, high: Number.NaN };
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * sorted.length - 0.5)))]!;
  const outside = (1 - confidence) / 2;
  return { low: at(outside), high: at(1 - outside) };
}
