import type { Observation } from './observations';
import {
  areaUnderCurve,
  averagePrecisionAt,
  hitAt,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRankAt,
} from './rank-metrics';

const AT_K = {
  hr: hitAt,
  ndcg: ndcgAt,
  recall: recallAt,
  precision: precisionAt,
  map: averagePrecisionAt,
  mrr: reciprocalRankAt,
} as const;

/** Gathers rankings, one or more per user, and gives what they say as observations by user. */
export class RankingTable {
  readonly #ks: readonly number[];
  readonly #questions: Float64Array;
  readonly #atK: readonly {
    readonly name: string;
    readonly of: (ranks: Int32Array) => number;
    readonly sums: Float64Array;
  }[];
  readonly #auc: Float64Array;
  readonly #aucCount: Float64Array;

  constructor(userCount: number, ks: readonly number[]) {
    this.#ks = ks;
    this.#questions = new Float64Array(userCount);
    this.#auc = new Float64Array(userCount);
    this.#aucCount = new Float64Array(userCount);
    this.#atK = Object.entries(AT_K).flatMap(([name, metric]) =>
      this.#ks.map((k) => ({
        name: `${name}@${k}`,
        of: (ranks: Int32Array) => metric(ranks, k),
        sums: new Float64Array(userCount),
      })),
    );
  }

  /** A ranking of the user at `place` among `candidateCount` items, of which the relevant ones have the given places. */
  add(place: number, ranks: Int32Array, candidateCount: number): void {
    this.#questions[place]!++;
    for (const { of, sums } of this.#atK) sums[place]! += of(ranks);
    const auc = areaUnderCurve(ranks, candidateCount);
    if (Number.isNaN(auc)) return;
    this.#auc[place]! += auc;
    this.#aucCount[place]!++;
  }

  observations(): Observation[] {
    return [
      ...this.#atK.map(({ name, sums }) => mean(name, sums, this.#questions)),
      mean('auc', this.#auc, this.#aucCount),
    ];
  }
}

function mean(name: string, numerator: Float64Array, denominator: Float64Array): Observation {
  return { name, numerator, denominator, finish: 'ratio' };
}
