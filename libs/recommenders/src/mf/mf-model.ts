import type { Csr } from '@attune/kernels';
import type { ArtifactGraph } from '@attune/onnx';
import type { FittedModel } from '../model';
import { type FoldInTables, foldIn, foldInTables } from './mf-fold-in';
import { mfGraphs } from './mf-graphs';
import { type MfTables, mfTables } from './mf-tables';
import type { RatingData } from './rating-data';
import type { Posterior } from './refinement';

/** A trained `mf`: predicts ratings. Users and items without ratings have the priors' means, so their predictions are plain biases. */
export class MfModel implements FittedModel {
  readonly #tables: MfTables;
  readonly #foldIn: FoldInTables;

  constructor(
    posterior: Posterior,
    private readonly data: RatingData,
    readonly metrics: Readonly<Record<string, number>>,
  ) {
    this.#tables = mfTables(posterior, data);
    this.#foldIn = foldInTables(posterior);
  }

  /** Predicted ratings beyond the range too: cut off, the best items of a generous user would all be equal. */
  async scoreAll(users: Int32Array): Promise<Float32Array> {
    const { userTable, width } = this.#tables;
    const itemCount = this.data.items.rowCount;
    const scores = new Float32Array(users.length * itemCount);
    for (const [row, user] of users.entries()) {
      this.#scoreInto(scores, row, userTable.subarray(user * width, (user + 1) * width));
    }
    return scores;
  }

  /** Predicted ratings, within the range of ratings. */
  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    const { userTable, width, range } = this.#tables;
    return Float32Array.from(users, (user, pair) => {
      const rating = this.#dot(userTable.subarray(user * width, (user + 1) * width), items[pair]!);
      return Math.min(range[1], Math.max(range[0], rating));
    });
  }

  /** Histories hold ratings. */
  async scoreHistories({ rowCount, offsets, indices, values }: Csr): Promise<Float32Array> {
    const { mean, deviation, items } = this.data;
    const scores = new Float32Array(rowCount * items.rowCount);
    const standardized = values.map((rating) => (rating - mean) / deviation);
    for (let row = 0; row < rowCount; row++) {
      const [first, last] = [offsets[row]!, offsets[row + 1]!];
      const user = foldIn(this.#foldIn, indices.subarray(first, last), standardized.subarray(first, last));
      // the second dimension is the items' biases, of which users have ones
      const vector = [user[0]! * deviation, 1, ...user.subarray(1).map((x) => x * deviation)];
      this.#scoreInto(scores, row, vector);
    }
    return scores;
  }

  graphs(): readonly ArtifactGraph[] {
    return mfGraphs(this.#tables);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #scoreInto(scores: Float32Array, row: number, vector: ArrayLike<number>): void {
    const itemCount = this.data.items.rowCount;
    for (let item = 0; item < itemCount; item++) scores[row * itemCount + item] = this.#dot(vector, item);
  }

  #dot(vector: ArrayLike<number>, item: number): number {
    const { itemTable, width } = this.#tables;
    let sum = 0;
    for (let k = 0, at = item * width; k < width; k++, at++) sum += vector[k]! * itemTable[at]!;
    return sum;
  }
}
