import type { Random } from './random.ts';

/** What a kind of drift does to the values of a window. */
export interface Injection {
  /** 1 in the first window of the drift. */
  readonly step: number;
  readonly mean: number;
  readonly sd: number;
  readonly random: Random;
}

/** A kind of drift in a numeric feature. */
export interface NumericKind {
  readonly name: string;
  readonly apply: (values: readonly number[], injection: Injection) => readonly (number | null)[];
}

const some =
  (share: number, change: (value: number, injection: Injection, first: number) => number | null) =>
  (values: readonly number[], injection: Injection) =>
    values.map((value) => (injection.random.uniform() < share ? change(value, injection, values[0]!) : value));

/** A value as far from the mean, in standard deviations, as `shape` says. */
const standard =
  (shape: (z: number, injection: Injection) => number) => (values: readonly number[], injection: Injection) =>
    values.map((value) => {
      const { mean, sd } = injection;
      return mean + sd * shape((value - mean) / sd, injection);
    });

/** 30 kinds of drift in numbers. */
export const NUMERIC_KINDS: readonly NumericKind[] = [
  { name: 'mean, + 0.5 sd', apply: standard((z) => z + 0.5) },
  { name: 'mean, - 0.5 sd', apply: standard((z) => z - 0.5) },
  { name: 'spread, x 1.5', apply: standard((z) => 1.5 * z) },
  { name: 'spread, x 0.6', apply: standard((z) => 0.6 * z) },
  { name: 'skew: exponential, same mean and sd', apply: standard((_, { random }) => -Math.log(random.uniform()) - 1) },
  { name: 'tails: 15 % of values 5 x as far out', apply: some(0.15, (value, { mean }) => mean + 5 * (value - mean)) },
  {
    name: 'two modes, same mean and sd',
    apply: standard((_, { random }) => (random.uniform() < 0.5 ? -0.95 : 0.95) + 0.3 * random.normal()),
  },
  { name: 'missing, + 10 points', apply: some(0.1, () => null) },
  { name: 'missing, all', apply: some(1, () => null) },
  { name: 'NaN, 10 %', apply: some(0.1, () => Number.NaN) },
  { name: 'stuck: one value', apply: (values) => values.map(() => values[0]!) },
  { name: 'stuck: 30 % one value', apply: some(0.3, (_, __, first) => first) },
  { name: 'default: 20 % become 0', apply: some(0.2, () => 0) },
  { name: 'default: 20 % become -1', apply: some(0.2, () => -1) },
  { name: 'cut off above + 0.5 sd', apply: standard((z) => Math.min(z, 0.5)) },
  { name: 'cut off below - 0.5 sd', apply: standard((z) => Math.max(z, -0.5)) },
  { name: 'lost: the lower half', apply: (values, { mean }) => values.filter((value) => value >= mean) },
  { name: 'rounded to whole sd', apply: standard((z) => Math.round(z)) },
  { name: 'two levels only', apply: standard((z) => (z > 0 ? 1 : -1)) },
  { name: 'sign flipped', apply: (values) => values.map((value) => -value) },
  { name: 'unit, x 1,000', apply: (values) => values.map((value) => 1_000 * value) },
  { name: 'unit, / 1,000', apply: (values) => values.map((value) => value / 1_000) },
  { name: 'unit, x 100 in 20 % of rows', apply: some(0.2, (value) => 100 * value) },
  { name: 'logarithm instead of value', apply: (values) => values.map((value) => Math.log1p(Math.abs(value))) },
  { name: 'outliers: 3 % at 20 sd', apply: some(0.03, (_, { mean, sd }) => mean + 20 * sd) },
  { name: 'swapped with a share', apply: (values, { random }) => values.map(() => random.uniform()) },
  {
    name: 'ramp, 0.3 sd more per window',
    apply: (values, injection) => standard((z) => z + 0.3 * injection.step)(values, injection),
  },
  {
    name: 'rows repeated: the first five, 50 %',
    apply: (values, { random }) =>
      values.map((value) => (random.uniform() < 0.5 ? values[Math.floor(5 * random.uniform())]! : value)),
  },
  { name: 'mixture: 40 % come from + 1.5 sd', apply: some(0.4, (value, { sd }) => value + 1.5 * sd) },
  { name: 'noise, 1 sd', apply: standard((z, { random }) => z + random.normal()) },
];

/** A kind of drift in categories: new shares, of which those beyond the eighth are a new category, and a share of missing values. */
export interface CategoricalKind {
  readonly name: string;
  readonly apply: (shares: readonly number[]) => { readonly shares: readonly number[]; readonly nullRate?: number };
}

/** Kinds of drift in categories. */
export const CATEGORICAL_KINDS: readonly CategoricalKind[] = [
  { name: 'category: a new one, 5 %', apply: (shares) => ({ shares: [...shares.map((share) => 0.95 * share), 0.05] }) },
  {
    name: 'category: the second vanished',
    apply: (shares) => ({ shares: shares.map((share, at) => (at === 1 ? 0 : share / (1 - shares[1]!))) }),
  },
  {
    name: 'category: 10 points from the first to the fifth',
    apply: (shares) => ({
      shares: shares.map((share, at) => (at === 0 ? share - 0.1 : at === 4 ? share + 0.1 : share)),
    }),
  },
  { name: 'category: first two swapped', apply: ([a, b, ...rest]) => ({ shares: [b!, a!, ...rest] }) },
  { name: 'category: only one left', apply: (shares) => ({ shares: shares.map((_, at) => (at === 3 ? 1 : 0)) }) },
  { name: 'category: 10 % missing', apply: (shares) => ({ shares, nullRate: 0.1 }) },
];
