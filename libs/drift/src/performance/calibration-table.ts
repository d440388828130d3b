import { AppError } from '@attune/errors';
import { ByteReader } from '../sketch/byte-reader';
import { ByteWriter } from '../sketch/byte-writer';

/** Bins of equal width; the area under the ROC curve sees differences of probability from this on. */
const BINS = 1_000;
/** Bins of the expected calibration error. */
const COARSE_BINS = 10;
/** Probabilities are kept off 0 and 1 by this in a logarithm. */
const LEAST_PROBABILITY = 1e-7;
const VERSION = 1;

/** What probabilities were worth once their outcomes were known; null where that cannot be said. */
export interface BinaryPerformance {
  readonly count: number;
  readonly positives: number;
  readonly observedRate: number | null;
  readonly meanPredicted: number | null;
  /** The share of outcomes that were on the side of one half where the probability was. */
  readonly accuracy: number | null;
  /** Area under the ROC curve; null unless there are positives and negatives. Probabilities that share a thousandth count as ties. */
  readonly auc: number | null;
  /** Mean of -ln(probability of what happened). */
  readonly logLoss: number | null;
  /** Mean of (probability - outcome)^2. */
  readonly brier: number | null;
  /** Mean distance of predicted and observed rates over ten bins, by count. */
  readonly calibrationError: number | null;
}

/** Pairs of a probability and its outcome, binned: minutes add up to hours. */
export class CalibrationTable {
  readonly #counts = new Float64Array(BINS);
  readonly #positives = new Float64Array(BINS);
  readonly #probabilities = new Float64Array(BINS);
  #right = 0;
  #loss = 0;
  #squares = 0;

  /** All pairs of several tables. */
  static merged(tables: Iterable<CalibrationTable>): CalibrationTable {
    const all = new CalibrationTable();
    for (const table of tables) all.merge(table);
    return all;
  }

  /** Reads what `encode` wrote. Throws `invalid.sketch` for other bytes. */
  static decode(bytes: Uint8Array): CalibrationTable {
    const reader = new ByteReader(bytes);
    const version = reader.byte();
    if (version !== VERSION) throw new AppError('invalid.sketch', `a table of version ${version} cannot be read`);
    const table = new CalibrationTable();
    [table.#right, table.#loss, table.#squares] = [reader.whole(), reader.double(), reader.double()];
    for (let left = reader.whole(); left > 0; left--) {
      const bin = reader.whole();
      if (bin >= BINS) throw new AppError('invalid.sketch', `a table has no bin ${bin}`);
      table.#counts[bin] = reader.whole();
      table.#positives[bin] = reader.whole();
      table.#probabilities[bin] = reader.double();
    }
    reader.end();
    return table;
  }

  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Adds a pair. Throws `invalid.probability` for what is not in [0, 1]. */
  add(probability: number, outcome: boolean): void {
    if (!(probability >= 0 && probability <= 1)) {
      throw new AppError('invalid.probability', `${probability} is no probability: it must be from 0 to 1`);
    }
    const bin = Math.min(BINS - 1, Math.floor(probability * BINS));
    this.#counts[bin]!++;
    this.#positives[bin]! += outcome ? 1 : 0;
    this.#probabilities[bin]! += probability;
    if (probability >= 0.5 === outcome) this.#right++;
    this.#loss -= Math.log(Math.max(LEAST_PROBABILITY, outcome ? probability : 1 - probability));
    this.#squares += (probability - (outcome ? 1 : 0)) ** 2;
  }

  /** Adds all pairs of another table, which stays as it is. */
  merge(other: CalibrationTable): this {
    for (let bin = 0; bin < BINS; bin++) {
      this.#counts[bin]! += other.#counts[bin]!;
      this.#positives[bin]! += other.#positives[bin]!;
      this.#probabilities[bin]! += other.#probabilities[bin]!;
    }
    this.#right += other.#right;
    this.#loss += other.#loss;
    this.#squares += other.#squares;
    return this;
  }

  /** As bytes, a version first; some 11 bytes per bin in use. */
  encode(): Uint8Array {
    const writer = new ByteWriter();
    writer.byte(VERSION);
    writer.whole(this.#right);
    writer.double(this.#loss);
    writer.double(this.#squares);
    const used = Array.from(this.#counts.keys()).filter((bin) => this.#counts[bin]! > 0);
    writer.whole(used.length);
    for (const bin of used) {
      writer.whole(bin);
      writer.whole(this.#counts[bin]!);
      writer.whole(this.#positives[bin]!);
      writer.double(this.#probabilities[bin]!);
    }
    return writer.finish();
  }

  /** What the probabilities were worth. */
  performance(): BinaryPerformance {
    const [count, positives, sum] = [this.#counts, this.#positives, this.#probabilities].map((bins) =>
      bins.reduce((total, value) => total + value, 0),
    ) as [number, number, number];
    const perPair = (total: number) => (count === 0 ? null : total / count);
    return {
      count,
      positives,
      observedRate: perPair(positives),
      meanPredicted: perPair(sum),
      accuracy: perPair(this.#right),
      auc: this.#areaUnderRoc(positives, count - positives),
      logLoss: perPair(this.#loss),
      brier: perPair(this.#squares),
      calibrationError: perPair(this.#calibrationGap()),
    };
  }

  #areaUnderRoc(positives: number, negatives: number): number | null {
    if (positives === 0 || negatives === 0) return null;
    let [won, below] = [0, 0];
    for (let bin = 0; bin < BINS; bin++) {
      const ofBin = this.#counts[bin]! - this.#positives[bin]!;
      won += this.#positives[bin]! * (below + ofBin / 2);
      below += ofBin;
    }
    return won / (positives * negatives);
  }

  /** The sum over coarse bins of |positives - probabilities|. */
  #calibrationGap(): number {
    let sum = 0;
    for (let coarse = 0; coarse < COARSE_BINS; coarse++) {
      let gap = 0;
      for (let bin = (coarse * BINS) / COARSE_BINS; bin < ((coarse + 1) * BINS) / COARSE_BINS; bin++) {
        gap += this.#positives[bin]! - this.#probabilities[bin]!;
      }
      sum += Math.abs(gap);
    }
    return sum;
  }
}
