import type { Csr } from '@attune/kernels';
import type { ArtifactGraph } from '@attune/onnx';
import { type WeightOf, weighHistories } from '../als/preference-weights';
import type { FittedModel } from '../model';
import { itemItemGraphs } from './item-item-graphs';
import type { ItemWeights } from './item-weights';

/** What an `item_item` training gives. */
export interface TrainedItemItem {
  readonly weights: ItemWeights;
  /** [users x items]: what speaks for each user of the training. */
  readonly preferences: Csr;
  readonly weightOf: WeightOf;
  readonly servedNeighbors: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Trained item-item weights: the score of an item is what the items of the history say for it. */
export class ItemItemModel implements FittedModel {
  readonly metrics: Readonly<Record<string, number>>;

  constructor(private readonly trained: TrainedItemItem) {
    this.metrics = trained.metrics;
  }

  async scoreAll(users: Int32Array): Promise<Float32Array> {
    return this.#scoreRows(this.trained.preferences, users);
  }

  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    const { itemCount } = this.trained.weights;
    const scores = new Float32Array(users.length);
    const row = new Float32Array(itemCount);
    let user = -1;
    // pairs usually come user by user; then each user is scored once
    for (let pair = 0; pair < users.length; pair++) {
      if (users[pair] !== user) {
        user = users[pair]!;
        this.#scoreRow(this.trained.preferences, user, row);
      }
      scores[pair] = row[items[pair]!]!;
    }
    return scores;
  }

  async scoreHistories(histories: Csr): Promise<Float32Array> {
    const weighed = weighHistories(histories, this.trained.weightOf);
    return this.#scoreRows(
      weighed,
      Int32Array.from({ length: histories.rowCount }, (_, row) => row),
    );
  }

  graphs(): readonly ArtifactGraph[] {
    return itemItemGraphs(this.trained.weights, this.trained.servedNeighbors);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #scoreRows(histories: Csr, rows: Int32Array): Float32Array {
    const { itemCount } = this.trained.weights;
    const scores = new Float32Array(rows.length * itemCount);
    for (const [at, row] of rows.entries()) {
      this.#scoreRow(histories, row, scores.subarray(at * itemCount, (at + 1) * itemCount));
    }
    return scores;
  }

  #scoreRow({ offsets, indices, values }: Csr, row: number, out: Float32Array): void {
    const [first, last] = [offsets[row]!, offsets[row + 1]!];
    this.trained.weights.scoreInto(indices.subarray(first, last), values.subarray(first, last), out);
  }
}
