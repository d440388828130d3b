/** What a column of numbers holds. */
export interface ColumnSummary {
  readonly name: string;
  readonly count: number;
  readonly missingCount: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly min: number;
  readonly max: number;
}

/** Sums up a column while its values go by. The mean moves with each value (Welford 1962), so that large values lose nothing. */
export class ColumnStatistics {
  #count = 0;
  #missing = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** Adds values; NaN for missing ones. */
  add(values: Float64Array): void {
    let count = this.#count;
    let mean = this.#mean;
    let squares = this.#squares;
    let min = this.#min;
    let max = this.#max;
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      if (Number.isNaN(value)) continue;
      count++;
      const away = value - mean;
      mean += away / count;
      squares += away * (value - mean);
      if (value < min) min = value;
      if (value > max) max = value;
    }
    this.#missing += values.length - (count - this.#count);
    this.#count = count;
    this.#mean = mean;
    this.#squares = squares;
    this.#min = min;
    this.#max = max;
  }

  /** What was added; zeros where there is no value. */
  summary(name: string): ColumnSummary {
    const count = this.#count;
    const isEmpty = count === 0;
    return {
      name,
      count,
      missingCount: this.#missing,
      mean: this.#mean,
      standardDeviation: isEmpty ? 0 : Math.sqrt(this.#squares / count),
      min: isEmpty ? 0 : this.#min,
      max: isEmpty ? 0 : this.#max,
    };
  }
}
