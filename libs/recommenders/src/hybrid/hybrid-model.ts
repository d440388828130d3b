import type { Csr } from '@attune/kernels';
import type { ArtifactGraph } from '@attune/onnx';
import type { FittedModel } from '../model';
import type { Blend } from './blend';
import type { RescaleRow } from './part-scale';

/** A trained part of a blend. */
export interface HybridPart {
  /** Unique among the parts. */
  readonly name: string;
  readonly model: FittedModel;
}

/** What a `hybrid` training gives. */
export interface TrainedHybrid {
  readonly parts: readonly HybridPart[];
  readonly blend: Blend;
  readonly rescale: RescaleRow;
  readonly itemCount: number;
  /** [userCount]: whether the training saw the user. */
  readonly isKnownUser: Uint8Array;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The part that ranks for people of whom nothing is known. */
const FOR_STRANGERS = 'popularity';

/** Several models as one: scores are log-odds of a choice. */
export class HybridModel implements FittedModel {
  readonly metrics: Readonly<Record<string, number>>;
  /** People whom the training did not see, by the parts that can place them; absent where none can. */
  readonly scoreHistories?: (histories: Csr) => Promise<Float32Array>;

  constructor(private readonly trained: TrainedHybrid) {
    this.metrics = trained.metrics;
    if (trained.parts.some(({ model }) => model.scoreHistories !== undefined)) {
      this.scoreHistories = (histories) => this.#scoreHistories(histories);
    }
  }

  async scoreAll(users: Int32Array): Promise<Float32Array> {
    const { parts, isKnownUser } = this.trained;
    const isStranger = (row: number) => isKnownUser[users[row]!] !== 1;
    return this.#blend(users.length, isStranger, (part) => parts[part]!.model.scoreAll(users));
  }

  /** Ranks of an item among all are needed, so all items of the users are scored. */
  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    const { itemCount } = this.trained;
    const scores = new Float32Array(users.length);
    const pairsOf = Map.groupBy(users.keys(), (pair) => users[pair]!);
    const different = Int32Array.from(pairsOf.keys());
    for (let from = 0; from < different.length; from += USERS_AT_ONCE) {
      const some = different.subarray(from, from + USERS_AT_ONCE);
      const all = await this.scoreAll(some);
      for (const [row, user] of some.entries()) {
        for (const pair of pairsOf.get(user)!) scores[pair] = all[row * itemCount + items[pair]!]!;
      }
    }
    return scores;
  }

  /** The graphs of the parts, side by side, each under its part's name: `als.retrieval`. */
  graphs(): readonly ArtifactGraph[] {
    return this.trained.parts.flatMap(({ name, model }) =>
      (model.graphs?.() ?? []).map((graph) => ({ ...graph, name: `${name}.${graph.name}` })),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { model } of this.trained.parts) await model[Symbol.asyncDispose]();
  }

  #scoreHistories(histories: Csr): Promise<Float32Array> {
    const { parts } = this.trained;
    const isStranger = (row: number) => histories.offsets[row] === histories.offsets[row + 1];
    return this.#blend(histories.rowCount, isStranger, (part) => parts[part]!.model.scoreHistories?.(histories));
  }

  async #blend(
    rows: number,
    isStranger: (row: number) => boolean,
    scoresOf: (part: number) => Promise<Float32Array> | undefined,
  ): Promise<Float32Array> {
    const { parts, blend, rescale, itemCount } = this.trained;
    const total = new Float32Array(rows * itemCount).fill(blend.intercept);
    const scaled = new Float32Array(itemCount);
    const forStrangers = parts.findIndex(({ name }) => name === FOR_STRANGERS);
    for (let part = 0; part < parts.length; part++) {
      const scores = await scoresOf(part);
      if (scores === undefined) continue;
      for (let row = 0; row < rows; row++) {
        const factor = forStrangers >= 0 && isStranger(row) ? (part === forStrangers ? 1 : 0) : blend.factors[part]!;
        if (factor === 0) continue;
        const from = row * itemCount;
        rescale(scores.subarray(from, from + itemCount), scaled);
        for (let item = 0; item < itemCount; item++) total[from + item]! += factor * scaled[item]!;
      }
    }
    return total;
  }
}

const USERS_AT_ONCE = 64;
