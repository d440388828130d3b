import {
  type Csr,
  type DotProducts,
  type FoldIn,
  type IalsFactors,
  type IalsObjective,
  openDotProducts,
  openFoldIn,
} from '@attune/kernels';
import type { ArtifactGraph } from '@attune/onnx';
import type { FittedModel } from '../model';
import { type WeightOf, weighHistories } from '../weights/preference-weights';
import type { Exposures } from './als-exposures';
import { alsGraphs } from './als-graphs';

/** What an `als` training gives. */
export interface TrainedAls {
  readonly factors: IalsFactors;
  readonly objective: IalsObjective;
  readonly exposures: { readonly users: Exposures; readonly items: Exposures };
  readonly weightOf: WeightOf;
  readonly metrics: Readonly<Record<string, number>>;
}

/** A trained factorization: the score of a pair is the dot product of its vectors, near 1 for what the user will choose. */
export class AlsModel implements FittedModel {
  readonly metrics: Readonly<Record<string, number>>;
  readonly #rank: number;
  #items: DotProducts | undefined;
  #foldIn: FoldIn | undefined;

  constructor(private readonly trained: TrainedAls) {
    this.metrics = trained.metrics;
    this.#rank = trained.objective.rank;
  }

  async scoreAll(users: Int32Array): Promise<Float32Array> {
    const vectors = new Float32Array(users.length * this.#rank);
    for (const [row, user] of users.entries()) vectors.set(this.#userVector(user), row * this.#rank);
    return this.#scoresOf(vectors);
  }

  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    return Float32Array.from(users, (user, pair) => this.#dot(this.#userVector(user), items[pair]!));
  }

  async scoreHistories(histories: Csr): Promise<Float32Array> {
    const { weightOf } = this.trained;
    const { rowCount, offsets, indices, values } = weighHistories(histories, weightOf);
    this.#foldIn ??= openFoldInOf(this.trained);
    const vectors = new Float32Array(rowCount * this.#rank);
    for (let row = 0; row < rowCount; row++) {
      const [first, last] = [offsets[row]!, offsets[row + 1]!];
      const vector = this.#foldIn.solve(indices.subarray(first, last), values.subarray(first, last));
      vectors.set(vector, row * this.#rank);
    }
    return this.#scoresOf(vectors);
  }

  graphs(): readonly ArtifactGraph[] {
    return alsGraphs(this.trained.factors, this.#rank);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #userVector(user: number): Float32Array {
    return this.trained.factors.userFactors.subarray(user * this.#rank, (user + 1) * this.#rank);
  }

  #scoresOf(vectors: Float32Array): Float32Array {
    this.#items ??= openDotProducts(this.trained.factors.itemFactors, this.#rank);
    return this.#items.of(vectors);
  }

  #dot(vector: Float32Array, item: number): number {
    const { itemFactors } = this.trained.factors;
    const at = item * this.#rank;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let k = 0; k < this.#rank; k += 4) {
      a += vector[k]! * itemFactors[at + k]!;
      b += vector[k + 1]! * itemFactors[at + k + 1]!;
      c += vector[k + 2]! * itemFactors[at + k + 2]!;
      d += vector[k + 3]! * itemFactors[at + k + 3]!;
    }
    return a + b + (c + d);
  }
}

/** Places users among the items of a training, as it would have. */
export function openFoldInOf({ factors, objective, exposures }: Omit<TrainedAls, 'weightOf' | 'metrics'>): FoldIn {
  return openFoldIn(factors.itemFactors, objective, { items: exposures.items.rows, ofUser: exposures.users.of });
}
