import type { Scorer } from '@attune/evaluation';
import { type Interactions, itemCounts } from '@attune/interactions';

/**
 * A model that knows nothing of people without interactions, as it serves: for them the items that most people have come first.
 * Serving falls back to popularity in the same case, and a row of equal scores would say nothing about the model.
 */
export class StrangersScorer implements Scorer {
  readonly #counts: Float32Array;
  readonly #isKnown: Uint8Array;

  constructor(
    private readonly model: Scorer,
    train: Interactions,
  ) {
    this.#counts = Float32Array.from(itemCounts(train));
    this.#isKnown = new Uint8Array(train.userCount);
    for (const user of train.userIndex) this.#isKnown[user] = 1;
  }

  async scoreAll(users: Int32Array): Promise<Float32Array> {
    const scores = (await this.model.scoreAll(users)).slice();
    for (const [row, user] of users.entries()) {
      if (this.#isKnown[user] !== 1) scores.set(this.#counts, row * this.#counts.length);
    }
    return scores;
  }

  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    const scores = (await this.model.scorePairs(users, items)).slice();
    for (const [pair, user] of users.entries()) {
      if (this.#isKnown[user] !== 1) scores[pair] = this.#counts[items[pair]!]!;
    }
    return scores;
  }
}
