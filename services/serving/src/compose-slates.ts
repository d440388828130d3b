import type { PlatformOf } from '@attune/kit';
import type { Items } from './compose-items';
import type { composeSurfaces } from './compose-surfaces';
import type { Users } from './compose-users';
import type { ServingConfig } from './config';
import type { DecisionPublisher } from './decision-ports';
import { boostsAt } from './domain/boosts';
import { makeEntropy } from './entropy';
import type { RecentDecisionMemory } from './events/recent-decisions';
import type { ModelHost } from './execution/model-host';
import type { Experiments } from './experiment-ports';
import { FeatureMatrixReader } from './grpc/feature-matrix-reader';
import { StoredDecisions } from './grpc/stored-decisions';
import type { PastModels } from './model-ports';
import { makePipeline } from './pipeline/pipeline';
import type { DecisionHolder } from './pipeline/side-effects/shadow-traffic';
import type { FeatureDescriptions, PredictionPublisher } from './ports';
import { RedisRecentPopularity } from './storage/redis-recent-popularity';
import type { OutcomeCounter } from './use-cases/count-canary-outcomes';
import { makeDecideSlate } from './use-cases/decide-slate';
import { makeExplainDecision } from './use-cases/explain-decision';
import { makeExplainPrediction } from './use-cases/explain-prediction';
import { makePlanSlate } from './use-cases/plan-slate';
import { makePredict } from './use-cases/predict';
import { makeReadFeatures } from './use-cases/read-features';
import { makeRecommend } from './use-cases/recommend';

/** A feature-store that failed five times in a row is asked once a second. */
const FEATURES_CIRCUIT = { failures: 5, retryMs: 1_000 };

/** What slates are wired of. */
export interface SlateWiring {
  readonly config: ServingConfig;
  readonly platform: PlatformOf<'redis' | 'event-log' | 'object-store', string>;
  readonly host: ModelHost;
  readonly descriptions: FeatureDescriptions;
  readonly past: PastModels;
  readonly items: Items;
  readonly users: Users;
  readonly surfaces: Awaited<ReturnType<typeof composeSurfaces>>;
  readonly experiments: Experiments;
  readonly decisions: DecisionPublisher & DecisionHolder;
  readonly predictions: PredictionPublisher;
  readonly recent: RecentDecisionMemory;
  readonly outcomes: OutcomeCounter;
  readonly stopwatch: () => number;
}

/** Wires what makes slates, explains them, and predicts. */
export async function composeSlates(wiring: SlateWiring) {
  const { config, platform, host, items, users, surfaces, recent, stopwatch } = wiring;
  const { clock, redis } = platform;
  const { catalog } = items;
  const featureStore = () => platform.client('feature-store');
  const popularity = new RedisRecentPopularity(redis, clock, catalog);
  // Without it the first slates may hold nothing; a Redis that is away must not keep the service from starting.
  await popularity.refresh().catch(() => undefined);
  const pipeline = makePipeline({
    ...{ ...users, catalog, models: host, popularity, recent },
    ...{
      decisions: wiring.decisions,
      records: wiring.decisions,
      outcomes: wiring.outcomes,
      freshHours: config.freshHours,
      recordShare: config.decisionShare,
    },
    ...{ shadowShare: config.shadowShare, shadowPatienceMs: config.shadowPatienceMs, draw: Math.random, stopwatch },
  });
  const reader = new FeatureMatrixReader({ featureStore, stopwatch });
  const features = makeReadFeatures({ reader, circuit: FEATURES_CIRCUIT, clock });
  const entropy = makeEntropy(10);
  const decide = makeDecideSlate({
    ...{ pipeline, catalog, features, clock, stopwatch, entropy, budgetMs: config.budgetMs },
    ...{ plans: makePlanSlate({ ...surfaces, experiments: wiring.experiments, models: host }) },
    ...{ strategies: surfaces.strategies, explorers: surfaces.explorers },
    boostOf: ({ surface, nowMs }) => boostsAt(surface.boosts, catalog, nowMs),
  });
  return {
    pipeline,
    recommend: makeRecommend({ decide, pipeline, later: (run) => void setImmediate(run) }),
    predict: makePredict({
      ...{ models: host, loader: host, ...users, catalog, features, clock, entropy, stopwatch },
      published: wiring.predictions,
    }),
    explainDecision: makeExplainDecision({
      ...{ stored: new StoredDecisions(featureStore), recent, users: users.users, decide, catalog, models: host },
      surfaces: surfaces.surfaces,
      explainPrediction: makeExplainPrediction({
        ...{ models: host, past: wiring.past, surfaces: surfaces.surfaces },
        descriptions: wiring.descriptions,
      }),
    }),
  };
}
