import { AppError } from '@attune/errors';
import { buildTrendingGraph } from '@attune/onnx';
import { evaluateRanking, qualityMetrics, type RankingQuality } from './evaluate-ranking';
import { type InteractionTable, type OnProgress, type StrengthOf, strengthsOf } from './interaction-table';
import { leaveLastOut } from './leave-last-out';
import { resolvePreferences } from './preferences';
import { METRICS_K, type TrainedModel, vectorOf } from './trained-model';
import type { PopularityTrainerSettings } from './trainers';

/** What the popularity trainer needs. */
export interface TrainPopularityRequest {
  readonly table: InteractionTable;
  readonly settings: PopularityTrainerSettings;
  readonly strengthOf: StrengthOf;
  /** The moment at which popularity is measured; the newest interaction's time when it is not given. */
  readonly asOfMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

const DAY_MS = 86_400_000;
const EVALUATION = { maxUsers: 2_000, seed: 1 };

/**
 * Scores every item by the sum of its interactions' strengths, each halved every `halfLifeDays` of age. Hides, dislikes and
 * reports subtract. Interactions after `asOfMs` do not count.
 */
export function popularityScores(input: {
  readonly table: InteractionTable;
  readonly strengths: Float32Array;
  readonly halfLifeDays: number;
  readonly asOfMs: number;
  /** Rows to leave out. */
  readonly skip?: (row: number) => boolean;
}): Float32Array<ArrayBuffer> {
  const { table, strengths, halfLifeDays, asOfMs, skip } = input;
  const sums = new Float64Array(table.items.length);
  for (let row = 0; row < strengths.length; row++) {
    const ageMs = asOfMs - table.timeMs[row]!;
    if (ageMs < 0 || skip?.(row)) continue;
    sums[table.itemIndex[row]!]! += strengths[row]! * 2 ** (-ageMs / (halfLifeDays * DAY_MS));
  }
  return Float32Array.from(sums);
}

/** Trains the model that recommends to everybody what is liked at the moment, and measures it by hiding users' last items. */
export function trainPopularity(request: TrainPopularityRequest): TrainedModel {
  const { table, settings, strengthOf, signal, onProgress } = request;
  const preferences = resolvePreferences(table, strengthOf);
  if (preferences.userIndex.length === 0) {
    throw new AppError('failed_precondition.dataset_no_positives', 'no interaction of the dataset speaks for its item');
  }
  const strengths = strengthsOf(table, strengthOf);
  const asOfMs =
    request.asOfMs ?? table.timeMs.reduce((newest, time) => Math.max(newest, time), Number.NEGATIVE_INFINITY);
  onProgress?.({ fraction: 0.3, phase: 'evaluating' });
  const quality = evaluate(table, strengths, settings.halfLifeDays, asOfMs, preferences, signal);
  const metrics = {
    ...qualityMetrics(quality, METRICS_K),
    users: table.users.length,
    items: table.items.length,
    interactions: table.userIndex.length,
  };
  onProgress?.({ fraction: 0.8, phase: 'training', metrics });
  const scores = popularityScores({ table, strengths, halfLifeDays: settings.halfLifeDays, asOfMs });
  const model = buildTrendingGraph({ scores });
  const goldenInputs = [1, 10, 100].map((k) => ({ k: vectorOf('int64', k) }));
  onProgress?.({ fraction: 1, phase: 'trained', metrics });
  return {
    modelKind: 'popularity',
    settings: { ...settings, asOfMs },
    metrics,
    graphs: [{ name: 'trending', model, goldenInputs }],
    itemIds: table.items,
  };
}

function evaluate(
  table: InteractionTable,
  strengths: Float32Array,
  halfLifeDays: number,
  asOfMs: number,
  preferences: ReturnType<typeof resolvePreferences>,
  signal?: AbortSignal,
): RankingQuality {
  const { training, heldOut } = leaveLastOut(preferences, EVALUATION);
  const hiddenItem = new Map(heldOut.map(({ user, item }) => [user, item]));
  const skip = (row: number) => hiddenItem.get(table.userIndex[row]!) === table.itemIndex[row];
  const scores = popularityScores({ table, strengths, halfLifeDays, asOfMs, skip });
  return evaluateRanking({ heldOut, training, scoresOf: () => scores, k: METRICS_K, signal });
}
