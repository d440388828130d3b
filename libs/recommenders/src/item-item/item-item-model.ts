import type { Csr } from '@attune/kernels';
import type { ArtifactGraph } from '@attune/onnx';
import type { FittedModel } from '../model';
import { type WeightOf, weighHistories } from '../weights/preference-weights';
import { itemItemGraphs } from './item-item-graphs';
import type { ItemWeights } from './item-weights';

/** What an `item_item` training gives. */
export interface TrainedItemItem {
  readonly weights: ItemWeights;
  readonly itemCount: number;
  /** [users x columns]: what is known of each user of the training. */
  readonly matrix: Csr;
  readonly weightOf: WeightOf;
  readonly servedMegabytes: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Trained item-item weights: the score of an item is what the items of the history say for it. */
export class ItemItemModel implements FittedModel {
  readonly metrics: Readonly<Record<string, number>>;

  /** Scores of all columns, where there are more than items. */
  readonly #columns: Float32Array;

  constructor(private readonly trained: TrainedItemItem) {
    this.metrics = trained.metrics;
    this.#columns = new Float32Array(trained.weights.columnCount);
  }

  async scoreAll(users: Int32Array): Promise<Float32Array> {
    return this.#scoreRows(this.trained.matrix, users);
  }

  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    const { itemCount } = this.trained;
    const scores = new Float32Array(users.length);
    const row = new Float32Array(itemCount);
    let user = -1;
    // pairs usually come user by user; then each user is scored once
    for (let pair = 0; pair < users.length; pair++) {
      if (users[pair] !== user) {
        user = users[pair]!;
        this.#scoreRow(this.trained.matrix, user, row);
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
    return itemItemGraphs(this.trained);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #scoreRows(histories: Csr, rows: Int32Array): Float32Array {
    const { itemCount } = this.trained;
    const scores = new Float32Array(rows.length * itemCount);
    for (const [at, row] of rows.entries()) {
      this.#scoreRow(histories, row, scores.subarray(at * itemCount, (at + 1) * itemCount));
    }
    return scores;
  }

  #scoreRow({ offsets, indices, values }: Csr, row: number, out: Float32Array): void {
    const { weights } = this.trained;
    const [first, last] = [offsets[row]!, offsets[row + 1]!];
    const all = out.length === weights.columnCount ? out : this.#columns;
    weights.scoreInto(indices.subarray(first, last), values.subarray(first, last), all);
    if (all !== out) out.set(all.subarray(0, out.length));
  }
}
