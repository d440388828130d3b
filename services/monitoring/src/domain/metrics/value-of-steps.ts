import { CalibrationTable, DistributionSketch } from '@attune/drift';
import type { Metric } from './metric';

/** The part of a `SeriesStep` that values are made of. */
export interface ValueStep {
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly sketch?: Uint8Array;
}

/** The value of a stretch of time. */
export interface StretchValue {
  /** Undefined where nothing was seen that has a value. */
  readonly value: number | undefined;
  readonly count: number;
}

const OUTLIER_DEVIATIONS = 3;

/** The value of a metric over all of these steps. */
export function valueOfSteps({ value: rule }: Pick<Metric, 'value'>, steps: readonly ValueStep[]): StretchValue {
  const total = (of: (step: ValueStep) => number) => steps.reduce((sum, step) => sum + of(step), 0);
  const count = total((step) => step.count);
  const known = (value: number) => ({ count, value: Number.isFinite(value) ? value : undefined });
  switch (rule.kind) {
    case 'sum':
      return { count, value: steps.length === 0 ? undefined : total(({ sum }) => sum) };
    case 'mean':
      return known(total(({ sum }) => sum) / count);
    case 'spread':
      return known(
        spread(
          count,
          total(({ sum }) => sum),
          total(({ sumOfSquares }) => sumOfSquares),
        ),
      );
    case 'calibration_error':
    case 'auc':
      return known(ofTable(steps, rule.kind));
    default:
      return ofSketch(steps, rule);
  }
}

function spread(count: number, sum: number, sumOfSquares: number): number {
  if (count < 2) return Number.NaN;
  return Math.sqrt(Math.max(0, sumOfSquares - (sum * sum) / count) / (count - 1));
}

function ofTable(steps: readonly ValueStep[], kind: 'calibration_error' | 'auc'): number {
  const tables = steps.flatMap(({ sketch }) => (sketch === undefined ? [] : [CalibrationTable.decode(sketch)]));
  const { auc, calibrationError } = CalibrationTable.merged(tables).performance();
  return (kind === 'auc' ? auc : calibrationError) ?? Number.NaN;
}

type SketchRule = Extract<Metric['value'], { kind: 'quantile' | 'skew' | 'outliers' | 'nulls' }>;

function ofSketch(steps: readonly ValueStep[], rule: SketchRule): StretchValue {
  const sketch = DistributionSketch.merged(
    steps.flatMap((step) => (step.sketch === undefined ? [] : [DistributionSketch.decode(step.sketch)])),
  );
  // what is missing counts where the question is how much is
  const count = rule.kind === 'nulls' ? sketch.totalCount : sketch.count;
  return { count, value: count === 0 ? undefined : fromSketch(sketch, rule) };
}

function fromSketch(sketch: DistributionSketch, rule: SketchRule): number {
  switch (rule.kind) {
    case 'quantile':
      return sketch.quantile(rule.probability);
    case 'skew':
      return sketch.skewness;
    case 'nulls':
      return sketch.nullRate;
    case 'outliers': {
      const reach = OUTLIER_DEVIATIONS * Math.sqrt(sketch.variance);
      return sketch.cdf(sketch.mean - reach) + 1 - sketch.cdf(sketch.mean + reach);
    }
  }
}
