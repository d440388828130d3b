import { join } from 'node:path';
import { TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { type Platform, type PlatformOf, type RunningService, type Stack, startService } from '@attune/kit';
import { composeCanaries } from './compose-canaries';
import { composeExperiments } from './compose-experiments';
import { composeFactors } from './compose-factors';
import { composeItems } from './compose-items';
import { composeSlates } from './compose-slates';
import { composeSurfaces } from './compose-surfaces';
import { composeUsers } from './compose-users';
import type { ServingConfig } from './config';
import { HeldDecisions } from './events/held-decisions';
import { makeOnModelStageChanged } from './events/on-model-stage-changed';
import { DecisionBuffer } from './events/publish-decision';
import { PredictionBuffer } from './events/publish-predictions';
import { RecentDecisionMemory } from './events/recent-decisions';
import { ModelHost } from './execution/model-host';
import { PastVersions } from './execution/past-versions';
import { decisionOfRecord } from './grpc/decision-of-record';
import { makeHandlers } from './grpc/handlers';
import { ListedFeatures } from './grpc/listed-features';
import { TrainingRegistry } from './grpc/training-registry';
import type { ItemCatalog } from './item-ports';
import { partsOf } from './pipeline/parts';
import type { FeatureDescriptions } from './ports';
import { RedisModelPointers } from './storage/redis-model-pointers';
import { RedisTrials } from './storage/redis-trials';
import { makeCheckFeatures } from './use-cases/check-features';
import { makeFollowModels } from './use-cases/follow-models';
import { makeGetServingState } from './use-cases/get-serving-state';
import { keepFollowing } from './use-cases/keep-following';
import { makeSimilarItems } from './use-cases/similar-items';

const GROUP = 'serving';
/** Decisions that can be explained before they are stored. */
const RECENT_DECISIONS = 5_000;

type ServingPlatform = PlatformOf<'redis' | 'event-log' | 'object-store', string>;

/** A running serving, with what its tests reach beyond the RPCs. */
export interface RunningServing extends RunningService {
  readonly models: ModelHost;
}

/** Starts serving: the pipeline, its models, and the consumers that keep both fresh. */
export async function startServing(config: ServingConfig, overrides: Partial<Platform> = {}): Promise<RunningServing> {
  let models: ModelHost | undefined;
  const service = await startService({
    name: 'serving',
    settings: config,
    uses: ['redis', 'event-log', 'object-store'],
    migrations: join(__dirname, '..', 'migrations'),
    // A slate can still be made without Redis, and by the surfaces at hand, so no balancer should turn away from here.
    livesWithout: ['redis', 'postgres'],
    overrides,
    compose: async (platform, stack) => {
      const items = composeItems({ config, platform, stack });
      const descriptions = new ListedFeatures(
        () => platform.client('feature-store'),
        () => performance.now(),
      );
      models = await stack.open('models', () => hostOf(config, platform, items.catalog, descriptions));
      return compose({ config, platform, stack, host: models, items, descriptions });
    },
  });
  return Object.assign(service, { models: models! });
}

interface Wiring {
  readonly config: ServingConfig;
  readonly platform: ServingPlatform;
  readonly stack: Stack;
  readonly host: ModelHost;
  readonly items: ReturnType<typeof composeItems>;
  readonly descriptions: FeatureDescriptions;
}

async function compose({ config, platform, stack, host, items, descriptions }: Wiring) {
  const { redis, eventLog, logger, clock } = platform;
  const registry = new TrainingRegistry(() => platform.client('training'));
  const shared = { pointers: new RedisModelPointers(redis), trials: new RedisTrials(redis) };
  const follower = makeFollowModels({ ...shared, registry, loader: host, clock, logger });
  const buffer = new DecisionBuffer({ eventLog, maxWaiting: config.decisionBufferRecords, logger });
  const decisions = new HeldDecisions(buffer);
  const predictions = new PredictionBuffer({
    ...{ eventLog, maxWaiting: config.decisionBufferRecords, logger },
    ...{ share: config.predictionShare, draw: Math.random },
  });
  stack.defer('records of predictions', () => predictions.drain(config.drainTimeoutMs), config.drainTimeoutMs + 5_000);
  stack.defer('decision records', () => decisions.drain(config.drainTimeoutMs), config.drainTimeoutMs + 5_000);
  const recent = new RecentDecisionMemory(RECENT_DECISIONS, decisionOfRecord);
  const stopwatch = () => performance.now();
  const { trials } = shared;
  const canaries = await composeCanaries({ config, platform, stack, loader: host, trials, follower });
  const { outcomes } = canaries;
  const factors = composeFactors({ config, platform, stack, host });
  const { onFactors } = factors;
  const users = await composeUsers({
    ...{ config, platform, stack, stopwatch, recent, items, onFactors, outcomes },
    decisions: {
      eraseOf: async (userId) => (await decisions.eraseOf(userId)) + (await predictions.eraseOf(userId)),
    },
  });
  await items.start();
  const surfaces = await composeSurfaces({ config, platform, stack });
  const { experiments, subscribe } = await composeExperiments({ config, platform, stack });
  await stack.open('models in production', () =>
    keepFollowing({ models: follower, pollMs: config.modelPollMs, logger }),
  );
  await factors.start();
  const past = await stack.open('models of the past', () => new PastVersions(host));
  const slates = await composeSlates({
    ...{ config, platform, host, descriptions, past, items, users, surfaces, decisions, recent, outcomes, stopwatch },
    ...{ predictions, experiments },
  });
  return {
    handlers: {
      ...makeHandlers({
        ...slates,
        similarItems: makeSimilarItems({ models: host, catalog: items.catalog }),
        getServingState: makeGetServingState({
          loader: host,
          models: follower,
          learnedTo: factors.learnedTo,
          stages: partsOf(slates.pipeline).map(({ name }) => name),
          surfaces: surfaces.surfaces,
          canaries,
          pending: () => pendingInteractions(eventLog),
        }),
      }),
      ...surfaces.handlersOf(slates.pipeline),
    },
    subscriptions: [
      ...(await users.subscribe()),
      await eventLog.subscribe({
        topic: TOPICS.models.name,
        group: GROUP,
        handle: makeOnModelStageChanged({ models: follower }),
      }),
      await subscribe(),
    ],
  };
}

function hostOf(
  config: ServingConfig,
  { clock, logger, privacy }: ServingPlatform,
  catalog: ItemCatalog,
  descriptions: FeatureDescriptions,
): ModelHost {
  return new ModelHost({
    objectStoreUrl: config.objectStoreUrl!,
    catalog,
    workersPerModel: config.workersPerModel,
    patience: { loadMs: config.modelLoadTimeoutMs, answerMs: config.modelAnswerTimeoutMs },
    userKeyOf: privacy.userKeyOf,
    check: makeCheckFeatures({ descriptions }),
    clock,
    logger,
  });
}

async function pendingInteractions(eventLog: EventLog): Promise<number> {
  const lag = await eventLog.lag(TOPICS.interactions.name, GROUP);
  return lag.reduce((sum, { records }) => sum + records, 0);
}
