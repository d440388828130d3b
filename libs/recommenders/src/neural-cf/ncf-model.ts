import { type ArtifactGraph, type GraphSession, openGraphSession } from '@attune/onnx';
import { vectorOf } from '../golden-inputs';
import type { FittedModel } from '../model';
import { foldNcf } from './fold-ncf';
import { buildScoreGraph, ncfGraphs } from './ncf-graphs';
import type { NcfWeights } from './ncf-weights';

const PAIRS_AT_ONCE = 16_384;

/** A trained model; scores are log-odds and come from the folded graph. */
export class NcfModel implements FittedModel {
  #session: Promise<GraphSession> | undefined;

  constructor(
    private readonly weights: NcfWeights,
    readonly metrics: Readonly<Record<string, number>>,
    private readonly threads: number,
  ) {}

  async scoreAll(users: Int32Array): Promise<Float32Array> {
    const { itemCount } = this.weights;
    const items = Int32Array.from({ length: itemCount }, (_, item) => item);
    const scores = new Float32Array(users.length * itemCount);
    for (const [row, user] of users.entries()) {
      for (let start = 0; start < itemCount; start += PAIRS_AT_ONCE) {
        const some = items.subarray(start, start + PAIRS_AT_ONCE);
        scores.set(await this.#score(Int32Array.of(user), some), row * itemCount + start);
      }
    }
    return scores;
  }

  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    const scores = new Float32Array(users.length);
    for (let start = 0; start < users.length; start += PAIRS_AT_ONCE) {
      const end = start + PAIRS_AT_ONCE;
      scores.set(await this.#score(users.subarray(start, end), items.subarray(start, end)), start);
    }
    return scores;
  }

  graphs(): readonly ArtifactGraph[] {
    return ncfGraphs(this.weights);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#session)?.[Symbol.asyncDispose]();
  }

  /** One user for all items, or one for each. */
  async #score(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    this.#session ??= openGraphSession(buildScoreGraph(foldNcf(this.weights)), { threads: this.threads });
    const session = await this.#session;
    const vector = (data: Int32Array) => vectorOf('int32', ...data);
    const { scores } = await session.run({ user_indices: vector(users), item_indices: vector(items) });
    return Float32Array.from(scores!.data);
  }
}
