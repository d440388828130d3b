import { type ArtifactGraph, type GraphSession, openGraphSession } from '@attune/onnx';
import { vectorOf } from '../golden-inputs';
import type { FittedModel } from '../model';
import { type FoldedNcf, foldNcf } from './fold-ncf';
import { buildAllItemsGraph, buildFoldedPairGraph } from './folded-graphs';
import { ncfGraphs } from './ncf-graphs';
import type { NcfWeights } from './ncf-weights';

const PAIRS_AT_ONCE = 16_384;

/** A trained model; scores are log-odds and come from folded graphs. */
export class NcfModel implements FittedModel {
  #folded: FoldedNcf | undefined;
  #allItems: Promise<GraphSession> | undefined;
  #pairs: Promise<GraphSession> | undefined;

  constructor(
    private readonly weights: NcfWeights,
    readonly metrics: Readonly<Record<string, number>>,
    private readonly threads: number,
  ) {}

  async scoreAll(users: Int32Array): Promise<Float32Array> {
    this.#allItems ??= this.#open(buildAllItemsGraph);
    const session = await this.#allItems;
    const { itemCount } = this.weights;
    const all = new Float32Array(users.length * itemCount);
    for (const [row, user] of users.entries()) {
      const { scores } = await session.run({ user_index: vectorOf('int32', user) });
      all.set(scores!.data, row * itemCount);
    }
    return all;
  }

  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    this.#pairs ??= this.#open(buildFoldedPairGraph);
    const session = await this.#pairs;
    const all = new Float32Array(users.length);
    for (let start = 0; start < users.length; start += PAIRS_AT_ONCE) {
      const some = (indices: Int32Array) => vectorOf('int32', ...indices.subarray(start, start + PAIRS_AT_ONCE));
      const { scores } = await session.run({ user_indices: some(users), item_indices: some(items) });
      all.set(scores!.data, start);
    }
    return all;
  }

  graphs(): readonly ArtifactGraph[] {
    return ncfGraphs(this.weights);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of [this.#allItems, this.#pairs]) await (await session)?.[Symbol.asyncDispose]();
  }

  #open(build: (model: FoldedNcf) => Uint8Array): Promise<GraphSession> {
    this.#folded ??= foldNcf(this.weights);
    return openGraphSession(build(this.#folded), { threads: this.threads });
  }
}
