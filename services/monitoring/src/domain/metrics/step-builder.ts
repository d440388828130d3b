import { CalibrationTable, DistributionSketch } from '@attune/drift';
import type { MeasuredStep } from '../series';
import { METRICS } from './metric-catalogue';

type Step = MeasuredStep['step'];

const NEED_SKETCH: ReadonlySet<string> = new Set(['quantile', 'skew', 'outliers', 'nulls']);

/** Series that say how their values are distributed. */
const SKETCHED: ReadonlySet<string> = new Set(
  METRICS.filter(({ value }) => NEED_SKETCH.has(value.kind)).map(({ series }) => series),
);

/** One step of one series while it is counted. In the same order the same values make the same step to the last bit. */
export class StepBuilder {
  #count = 0;
  #sum = 0;
  #sumOfSquares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  readonly #sketch: DistributionSketch | undefined;
  #table: CalibrationTable | undefined;

  constructor(series: string) {
    this.#sketch = SKETCHED.has(series) ? new DistributionSketch() : undefined;
  }

  /** Adds a value, `times` times. NaN stands for one that is missing. */
  add(value: number, times = 1): void {
    if (times === 0) return;
    this.#sketch?.add(Number.isNaN(value) ? null : value, times);
    if (!Number.isFinite(value)) return;
    this.#count += times;
    this.#sum += value * times;
    this.#sumOfSquares += value * value * times;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  /** Adds what was predicted and what came of it. */
  addPair(predicted: number, outcome: boolean): void {
    // what is a probability but for a rounding error
    const probability = Math.min(1, Math.max(0, predicted));
    this.#table ??= new CalibrationTable();
    this.#table.add(probability, outcome);
    this.add(Math.abs(probability - (outcome ? 1 : 0)));
  }

  /** Undefined where nothing was added. */
  finish(): Step | undefined {
    const sketch = this.#table?.encode() ?? this.#sketch?.encode();
    if (this.#count === 0 && (this.#sketch?.totalCount ?? 0) === 0) return undefined;
    const isEmpty = this.#count === 0;
    return {
      ...{ count: this.#count, sum: this.#sum, sumOfSquares: this.#sumOfSquares },
      ...(isEmpty ? { min: 0, max: 0 } : { min: this.#min, max: this.#max }),
      ...(sketch === undefined ? {} : { sketch }),
    };
  }
}
