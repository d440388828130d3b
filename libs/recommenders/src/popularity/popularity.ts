import { AppError } from '@attune/errors';
import type { Csr } from '@attune/kernels';
import { type ArtifactGraph, buildTrendingGraph } from '@attune/onnx';
import { throwIfCancelled } from '../breathing';
import { vectorOf } from '../golden-inputs';
import type { FitRequest, FittedModel, ModelDefinition } from '../model';
import { type PopularityScores, popularityScores } from './popularity-scores';
import { type PopularitySettings, popularitySettings } from './popularity-settings';

/** What many people liked lately, the same for everybody in a segment. See docs/models/popularity.md. */
export const POPULARITY: ModelDefinition<PopularitySettings> = {
  name: 'popularity',
  description: 'What many people liked lately: sums of strengths with exponential time decay, per segment of users.',
  tasks: ['ranking'],
  needs: [],
  ranksForStrangers: true,
  settings: popularitySettings,
  searchSpace: {
    start: [{ halfLifeDays: 14 }, { halfLifeDays: 90 }, { halfLifeDays: 36_500 }],
    dimensions: {
      halfLifeDays: { kind: 'log', low: 1, high: 36_500 },
      segmentPriorWeight: { kind: 'log', low: 10, high: 100_000 },
    },
  },
  async fit({ data, settings, signal, onProgress }: FitRequest<PopularitySettings>): Promise<FittedModel> {
    const { interactions, userSegments } = data;
    throwIfCancelled(signal);
    if (!interactions.value.some((value) => value > 0)) {
      const problem =
        interactions.value.length === 0 ? 'has no interactions' : 'has no interaction that speaks for its item';
      throw new AppError('failed_precondition.dataset_no_positives', `the data set ${problem}; record some first`);
    }
    const scores = popularityScores(interactions, settings, userSegments);
    onProgress?.({ fraction: 1, phase: 'trained' });
    return new FittedPopularity(scores);
  },
};

class FittedPopularity implements FittedModel {
  readonly metrics: Readonly<Record<string, number>>;

  constructor(private readonly scores: PopularityScores) {
    const itemCount = scores.overall.length;
    this.metrics = { items: itemCount, segments: itemCount === 0 ? 0 : scores.bySegment.length / itemCount };
  }

  async scoreAll(users: Int32Array): Promise<Float32Array> {
    const { length } = this.scores.overall;
    const all = new Float32Array(users.length * length);
    for (const [row, user] of users.entries()) all.set(this.#scoresOf(user), row * length);
    return all;
  }

  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    return Float32Array.from(users, (user, pair) => this.#scoresOf(user)[items[pair]!]!);
  }

  async scoreHistories({ rowCount }: Csr): Promise<Float32Array> {
    const { overall } = this.scores;
    const all = new Float32Array(rowCount * overall.length);
    for (let row = 0; row < rowCount; row++) all.set(overall, row * overall.length);
    return all;
  }

  graphs(): readonly ArtifactGraph[] {
    const goldenInputs = [1, 10, 100].map((k) => ({ k: vectorOf('int64', k) }));
    return [{ name: 'trending', model: buildTrendingGraph({ scores: this.scores.overall }), goldenInputs }];
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #scoresOf(user: number): Float32Array {
    const { overall, bySegment, segmentOfUser } = this.scores;
    const segment = segmentOfUser[user] ?? -1;
    return segment < 0 ? overall : bySegment.subarray(segment * overall.length, (segment + 1) * overall.length);
  }
}
