import { type Evaluation, evaluate, type Scorer } from '@attune/evaluation';
import { type Interactions, itemCounts } from '@attune/interactions';
import type { FittedModel, ModelDefinition, TrainingData } from '@attune/recommenders';
import { type HoldOut, holdOutLast, holdOutNewestRatings } from './hold-out';
import { METRICS_K, protocolOf } from './trainers';

/** Scores that an evaluation may take: some seconds of arithmetic, whatever the size of the data. */
const SCORES_BUDGET = 50_000_000;
const FEWEST_USERS = 200;
const MOST_USERS = 5_000;

/** What a model is asked after a training that did not see it; undefined where nobody has anything to hide. */
export function holdOutFor(
  definition: Pick<ModelDefinition, 'needs'>,
  { interactions }: TrainingData,
  seed: number,
): HoldOut | undefined {
  const affordable = Math.floor(SCORES_BUDGET / interactions.itemCount);
  const maxUsers = Math.max(FEWEST_USERS, Math.min(MOST_USERS, affordable));
  const holdOut =
    protocolOf(definition) === 'ratings'
      ? holdOutNewestRatings(interactions)
      : holdOutLast(interactions, { maxUsers, seed });
  return holdOut.test.userIndex.length === 0 ? undefined : holdOut;
}

/** Measures a fitted model, and beside it what knows nobody: plain popularity, or of ratings their mean. */
export async function measure(
  definition: Pick<ModelDefinition, 'needs'>,
  fitted: FittedModel,
  holdOut: HoldOut,
  { seed, signal, items }: { readonly seed: number; readonly signal?: AbortSignal } & Pick<TrainingData, 'items'>,
): Promise<Record<string, number>> {
  const protocol = protocolOf(definition);
  const { training: train, test } = holdOut;
  const common = { protocol, train, test, seed, signal, items, ks: [METRICS_K], negatives: 'all' } as const;
  const evaluation = await evaluate({ ...common, scorer: fitted });
  const baseline = await evaluate({ ...common, scorer: baselineOf(protocol, train), resamples: 1 });
  const prefix = protocol === 'ratings' ? 'mean' : 'popularity';
  return {
    ...flat(evaluation),
    [`${prefix}_${evaluation.main.name}`]: baseline.metrics[evaluation.main.name]!.value,
    evaluated_users: evaluation.counts.users,
  };
}

function baselineOf(protocol: 'leave-one-out' | 'ratings', train: Interactions): Scorer {
  const mean = train.value.reduce((sum, value) => sum + value, 0) / Math.max(1, train.value.length);
  const scores =
    protocol === 'ratings'
      ? new Float32Array(train.itemCount).fill(mean)
      : Float32Array.from(itemCounts(train), (count) => count);
  return {
    scoreAll: async (users) => {
      const all = new Float32Array(users.length * scores.length);
      for (let row = 0; row < users.length; row++) all.set(scores, row * scores.length);
      return all;
    },
    scorePairs: async (_, items) => Float32Array.from(items, (item) => scores[item]!),
  };
}

/** Metrics by name, with the ends of their intervals beside them: `ndcg@10`, `ndcg@10_low`, `ndcg@10_high`. */
function flat({ metrics }: Evaluation): Record<string, number> {
  const entries = Object.entries(metrics).filter(([, { value }]) => Number.isFinite(value));
  return Object.fromEntries(
    entries.flatMap(([name, { value, low, high }]) => [
      [name, value],
      [`${name}_low`, low],
      [`${name}_high`, high],
    ]),
  );
}
