/** How one raw feature becomes an input of the net. */
export interface FeatureScale {
  /** sign(x) log(1 + |x|) instead of x, for what spreads over orders of magnitude. */
  readonly isLogarithmic: boolean;
  readonly mean: number;
  /** Never 0. */
  readonly deviation: number;
  /** Whether examples lack it: the net then sees that, too. */
  readonly canBeMissing: boolean;
}

/** Standardized values are cut here, so that one odd value cannot decide a prediction. */
export const LARGEST_INPUT = 6;
/** Raw values are cut here first: infinities become numbers. */
export const LARGEST_RAW = 1e30;
const SKEWED = 2;

/** What is known of a column: moments of the values that are there. */
interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  readonly skewness: number;
}

/**
 * The scale of each feature by the rows that are learned from. `matrix` [rows x featureCount] has raw values, NaN where missing;
 * `rows` are those that count.
 */
export function fitScales(matrix: Float32Array, featureCount: number, rows: Uint32Array): FeatureScale[] {
  return Array.from({ length: featureCount }, (_, feature) => {
    const values = Float64Array.from(rows, (row) => clip(matrix[row * featureCount + feature]!, LARGEST_RAW)).filter(
      (value) => !Number.isNaN(value),
    );
    const plain = momentsOf(values);
    const logarithmic = momentsOf(values.map(signedLog));
    const isLogarithmic =
      Math.abs(plain.skewness) > SKEWED && Math.abs(logarithmic.skewness) < Math.abs(plain.skewness);
    const { mean, deviation, count } = isLogarithmic ? logarithmic : plain;
    return { isLogarithmic, mean, deviation: deviation > 0 ? deviation : 1, canBeMissing: count < rows.length };
  });
}

/** How many inputs the net has: every feature, and an indicator for each that can be missing. */
export function inputWidth(scales: readonly FeatureScale[]): number {
  return scales.length + scales.filter(({ canBeMissing }) => canBeMissing).length;
}

/**
 * Inputs of the net for raw rows: [rows.length x inputWidth]. Standardized features (0 where missing: the mean), then the indicators,
 * 1 where missing.
 */
export function transformRows(
  matrix: Float32Array,
  scales: readonly FeatureScale[],
  rows: Uint32Array,
): Float32Array<ArrayBuffer> {
  const width = inputWidth(scales);
  const inputs = new Float32Array(rows.length * width);
  for (let to = 0; to < rows.length; to++) {
    const from = rows[to]! * scales.length;
    let indicator = to * width + scales.length;
    for (const [feature, scale] of scales.entries()) {
      const raw = matrix[from + feature]!;
      const isMissing = Number.isNaN(raw);
      if (!isMissing) inputs[to * width + feature] = standardize(raw, scale);
      if (scale.canBeMissing) inputs[indicator++] = isMissing ? 1 : 0;
    }
  }
  return inputs;
}

function standardize(raw: number, { isLogarithmic, mean, deviation }: FeatureScale): number {
  const cut = clip(raw, LARGEST_RAW);
  return clip(((isLogarithmic ? signedLog(cut) : cut) - mean) / deviation, LARGEST_INPUT);
}

function clip(value: number, largest: number): number {
  return Math.max(-largest, Math.min(largest, value));
}

function signedLog(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}

function momentsOf(values: Float64Array): Moments {
  const count = values.length;
  if (count === 0) return { count, mean: 0, deviation: 0, skewness: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  let [second, third] = [0, 0];
  for (const value of values) {
    second += (value - mean) ** 2 / count;
    third += (value - mean) ** 3 / count;
  }
  const deviation = Math.sqrt(second);
  return { count, mean, deviation, skewness: deviation > 0 ? third / deviation ** 3 : 0 };
}
