import type { Scorer } from '@attune/evaluation';
import { type RowScale, scaleOfRow, standardizeRow } from '../standardize-row';

/** One model of a blend. */
export interface BlendMember {
  readonly scorer: Scorer;
  readonly weight: number;
}

const USERS_AT_ONCE = 256;

/**
 * A weighted sum of several models' scores. Models score on scales of their own, and a model's scale may differ from user to user:
 * each user's scores are first brought to mean 0 and standard deviation 1 over all items.
 */
export class BlendScorer implements Scorer {
  readonly #members: readonly {
    readonly scorer: Scorer;
    readonly weight: number;
    readonly scales: Map<number, RowScale>;
  }[];
  readonly #itemCount: number;

  constructor(members: readonly BlendMember[], itemCount: number) {
    this.#members = members.map((member) => ({ ...member, scales: new Map() }));
    this.#itemCount = itemCount;
  }

  async scoreAll(users: Int32Array): Promise<Float32Array> {
    const total = new Float32Array(users.length * this.#itemCount);
    for (const { scorer, weight } of this.#members) {
      const rows = await standardizedRows(scorer, users, this.#itemCount);
      for (let i = 0; i < total.length; i++) total[i]! += weight * rows[i]!;
    }
    return total;
  }

  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    const total = new Float32Array(users.length);
    for (const { scorer, weight, scales } of this.#members) {
      await this.#learnScales(scorer, scales, users);
      const scores = await scorer.scorePairs(users, items);
      for (let i = 0; i < total.length; i++) {
        const { mean, deviation } = scales.get(users[i]!)!;
        total[i]! += (weight * (scores[i]! - mean)) / deviation;
      }
    }
    return total;
  }

  async #learnScales(scorer: Scorer, scales: Map<number, RowScale>, users: Int32Array): Promise<void> {
    const unknown = Int32Array.from(new Set(users)).filter((user) => !scales.has(user));
    for (let begin = 0; begin < unknown.length; begin += USERS_AT_ONCE) {
      const block = unknown.slice(begin, begin + USERS_AT_ONCE);
      const rows = await scorer.scoreAll(block);
      block.forEach((user, row) => {
        scales.set(user, scaleOfRow(rows.subarray(row * this.#itemCount, (row + 1) * this.#itemCount)));
      });
    }
  }
}

/** Each user's scores of all items with mean 0 and standard deviation 1: [users x itemCount]; a score that is no number is 0. */
export async function standardizedRows(scorer: Scorer, users: Int32Array, itemCount: number): Promise<Float32Array> {
  const standardized = new Float32Array(users.length * itemCount);
  for (let begin = 0; begin < users.length; begin += USERS_AT_ONCE) {
    const block = users.slice(begin, begin + USERS_AT_ONCE);
    const scores = await scorer.scoreAll(block);
    for (let row = 0; row < block.length; row++) {
      const from = (begin + row) * itemCount;
      const own = scores.subarray(row * itemCount, (row + 1) * itemCount);
      standardizeRow(own, standardized.subarray(from, from + itemCount));
    }
  }
  return standardized;
}
