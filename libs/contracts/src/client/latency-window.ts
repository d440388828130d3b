const SIZE = 256;
const QUANTILE = 0.95;
/** A quantile of fewer answers says little. */
const ENOUGH = 20;
const SORT_EVERY = 16;

/** The latencies of a method's last 256 answers, in milliseconds. */
export class LatencyWindow {
  readonly #latencies = new Float64Array(SIZE);
  #count = 0;
  #slow: number | undefined;

  add(latencyMs: number): void {
    this.#latencies[this.#count % SIZE] = latencyMs;
    this.#count += 1;
    if (this.#count % SORT_EVERY === 0) this.#slow = undefined;
  }

  /** What one call in twenty exceeds, known to within the last sixteen answers; undefined after fewer than twenty answers. */
  slowMs(): number | undefined {
    if (this.#count < ENOUGH) return undefined;
    if (this.#slow === undefined) {
      const known = this.#latencies.slice(0, Math.min(this.#count, SIZE)).sort();
      this.#slow = known[Math.ceil(known.length * QUANTILE) - 1]!;
    }
    return this.#slow;
  }
}
