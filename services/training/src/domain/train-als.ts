import { AppError } from '@attune/errors';
import { buildCsr, type IalsFactors, type IalsIteration, trainIals } from '@attune/kernels';
import { alsGraphs } from './als-graphs';
import { evaluateRanking, qualityMetrics } from './evaluate-ranking';
import type { InteractionTable, OnProgress, StrengthOf } from './interaction-table';
import { leaveLastOut } from './leave-last-out';
import { type Preferences, resolvePreferences } from './preferences';
import { METRICS_K, type TrainedModel } from './trained-model';
import type { AlsTrainerSettings } from './trainers';

/** What the als trainer needs. */
export interface TrainAlsRequest {
  readonly table: InteractionTable;
  readonly settings: AlsTrainerSettings;
  readonly strengthOf: StrengthOf;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Preferences over only those users and items that have one, so that nobody gets a vector that means nothing. */
interface Dense {
  readonly preferences: Preferences;
  readonly userKeys: readonly string[];
  readonly itemIds: readonly string[];
}

// Multiplications that an evaluation may take: a few seconds, whatever the size of the data.
const EVALUATION_BUDGET = 4e9;

/**
 * Trains implicit matrix factorization. First without users' last items, to measure hit rate and NDCG against plain popularity;
 * then on everything, which is what the artifact holds.
 */
export async function trainAls(request: TrainAlsRequest): Promise<TrainedModel> {
  const { table, settings, strengthOf, signal, onProgress } = request;
  onProgress?.({ fraction: 0, phase: 'preparing' });
  const dense = densify(table, resolvePreferences(table, strengthOf));
  const metrics = await evaluateAls(dense, settings, reporter('evaluating', 0.02, 0.48, onProgress), signal);
  onProgress?.({ fraction: 0.5, phase: 'training', metrics });
  let loss = 0;
  const report = reporter('training', 0.5, 0.48, onProgress);
  const onIteration = (iteration: IalsIteration) => {
    loss = iteration.loss;
    report(iteration, settings.iterations);
  };
  const factors = await factorize(dense, dense.preferences, settings, { signal, onIteration });
  const model: TrainedModel = {
    modelKind: 'als',
    settings: { ...settings },
    metrics: { ...metrics, loss },
    graphs: alsGraphs(factors, settings.rank),
    itemIds: dense.itemIds,
    userKeys: dense.userKeys,
  };
  onProgress?.({ fraction: 1, phase: 'trained', metrics: model.metrics });
  return model;
}

function densify(table: InteractionTable, preferences: Preferences): Dense {
  const users = denseIndex(preferences.userIndex, table.users);
  const items = denseIndex(preferences.itemIndex, table.items);
  if (users.ids.length === 0) {
    throw new AppError('failed_precondition.dataset_no_positives', 'no interaction of the dataset speaks for its item');
  }
  for (const [what, { length }] of [['user', users.ids] as const, ['item', items.ids] as const]) {
    if (length > 1) continue;
    throw new AppError(
      'failed_precondition.dataset_too_small',
      `the dataset has positive interactions of one ${what} only`,
    );
  }
  const dense = { ...preferences, userIndex: users.index, itemIndex: items.index };
  return { preferences: dense, userKeys: users.ids, itemIds: items.ids };
}

/** Renumbers to the numbers in use, in their old order. */
function denseIndex(index: Int32Array, ids: readonly string[]): { index: Int32Array; ids: string[] } {
  const used = new Uint8Array(ids.length);
  for (const i of index) used[i] = 1;
  const renumbered = new Int32Array(ids.length);
  let next = 0;
  for (let i = 0; i < used.length; i++) if (used[i] === 1) renumbered[i] = next++;
  return { index: index.map((i) => renumbered[i]!), ids: ids.filter((_, i) => used[i] === 1) };
}

function factorize(
  { userKeys, itemIds }: Dense,
  { userIndex, itemIndex, weight }: Preferences,
  { unobservedWeight, ...settings }: AlsTrainerSettings,
  callbacks: { readonly signal?: AbortSignal; readonly onIteration: (iteration: IalsIteration) => void },
): Promise<IalsFactors> {
  const users = buildCsr({ rowCount: userKeys.length, rows: userIndex, columns: itemIndex, values: weight });
  return trainIals({ ...settings, ...callbacks, alpha0: unobservedWeight, users, itemCount: itemIds.length });
}

async function evaluateAls(
  dense: Dense,
  settings: AlsTrainerSettings,
  report: ReturnType<typeof reporter>,
  signal?: AbortSignal,
): Promise<Record<string, number>> {
  const itemCount = dense.itemIds.length;
  const sizes = { users: dense.userKeys.length, items: itemCount, interactions: dense.preferences.userIndex.length };
  const affordable = Math.floor(EVALUATION_BUDGET / (itemCount * settings.rank));
  const maxUsers = Math.max(200, Math.min(5_000, affordable));
  const { training, heldOut } = leaveLastOut(dense.preferences, { maxUsers, seed: settings.seed });
  if (heldOut.length === 0) return { ...sizes, evaluated_users: 0 };
  const onIteration = (iteration: IalsIteration) => report(iteration, settings.iterations);
  const { userFactors, itemFactors } = await factorize(dense, training, settings, { signal, onIteration });
  const scores = new Float32Array(itemCount);
  const scoresOf = (user: number) => scoreItems(userFactors, user, itemFactors, settings.rank, scores);
  const popularity = new Float32Array(itemCount);
  for (const item of training.itemIndex) popularity[item]!++;
  const common = { heldOut, training, k: METRICS_K, signal };
  const baseline = evaluateRanking({ ...common, scoresOf: () => popularity });
  return {
    ...qualityMetrics(evaluateRanking({ ...common, scoresOf }), METRICS_K),
    [`popularity_hit_rate@${METRICS_K}`]: baseline.hitRate.value,
    [`popularity_ndcg@${METRICS_K}`]: baseline.ndcg.value,
    ...sizes,
  };
}

/** Dot products of one user with all items, into `scores`. */
function scoreItems(
  userFactors: Float32Array,
  user: number,
  itemFactors: Float32Array,
  rank: number,
  scores: Float32Array,
): Float32Array {
  const vector = userFactors.subarray(user * rank, (user + 1) * rank);
  for (let item = 0, at = 0; item < scores.length; item++) {
    let sum = 0;
    for (let c = 0; c < rank; c++, at++) sum += vector[c]! * itemFactors[at]!;
    scores[item] = sum;
  }
  return scores;
}

function reporter(phase: string, start: number, share: number, onProgress?: OnProgress) {
  return ({ iteration, loss, seconds }: IalsIteration, iterations: number) =>
    onProgress?.({
      fraction: start + (share * iteration) / iterations,
      phase,
      metrics: { iteration, loss, iteration_seconds: seconds },
    });
}
