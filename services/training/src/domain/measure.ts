import type { Scorer } from '@attune/evaluation';
import type { ModelDefinition, TrainingData } from '@attune/recommenders';
import { flatEstimates, type Measurement } from './evaluation';
import { type HoldOut, holdOutLast, holdOutNewestRatings } from './hold-out';
import { baselineOpponent, measureBeside, type Opponent } from './measure-beside';
import { METRICS_K, protocolOf } from './trainers';

/** Scores that an evaluation may take: some seconds of arithmetic, whatever the size of the data. */
const SCORES_BUDGET = 50_000_000;
const FEWEST_USERS = 200;
const MOST_USERS = 5_000;

/** How many users are asked about, among so many items. */
export function mostAsked(itemCount: number): number {
  return Math.max(FEWEST_USERS, Math.min(MOST_USERS, Math.floor(SCORES_BUDGET / itemCount)));
}

/** What a model is asked after a training that did not see it; undefined where nobody has anything to hide. */
export function holdOutFor(
  definition: Pick<ModelDefinition, 'needs'>,
  { interactions }: Pick<TrainingData, 'interactions'>,
  seed: number,
): HoldOut | undefined {
  const maxUsers = mostAsked(interactions.itemCount);
  const holdOut =
    protocolOf(definition) === 'ratings'
      ? holdOutNewestRatings(interactions)
      : holdOutLast(interactions, { maxUsers, seed });
  return holdOut.test.userIndex.length === 0 ? undefined : holdOut;
}

/** What a measured training says: as flat metrics, and as evidence for a promotion. */
export interface Measured {
  readonly metrics: Readonly<Record<string, number>>;
  readonly measurement?: Measurement;
}

interface MeasureOptions extends Pick<TrainingData, 'items'> {
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Who answers the same questions beside what knows nobody. */
  readonly opponents: readonly Opponent[];
  /** Why the numbers must not be believed; empty where they may. */
  readonly caveat: string;
}

/** Measures a fitted model, and beside it what knows nobody: plain popularity, or of ratings their mean. */
export async function measure(
  definition: Pick<ModelDefinition, 'needs'>,
  fitted: Scorer,
  { training: train, test }: HoldOut,
  { opponents, ...options }: MeasureOptions,
): Promise<Measured> {
  const protocol = protocolOf(definition);
  const baseline = baselineOpponent(protocol, train);
  const isRatings = protocol === 'ratings';
  const { measurement, own } = await measureBeside({
    ...{ ...options, protocol, train, test, ks: [METRICS_K], metrics: [] },
    scorer: fitted,
    opponents: [...opponents, baseline],
    method: isRatings
      ? 'the newest ratings were hidden from the training'
      : "each user's last item was hidden from the training",
  });
  const main = own.main.name;
  const ofBaseline = measurement.comparisons.at(-1)!.metrics.find(({ name }) => name === main);
  const metrics = {
    ...flatEstimates(Object.entries(own.metrics).map(([name, estimate]) => ({ name, ...estimate }))),
    ...(ofBaseline === undefined ? {} : { [`${baseline.name}_${main}`]: ofBaseline.value }),
    evaluated_users: own.counts.users,
  };
  return { metrics, measurement };
}
