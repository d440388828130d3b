import { randomBytes } from 'node:crypto';
import { TOPICS } from '@attune/contracts';
import { type EventLog, paced } from '@attune/event-log';
import { type Platform, type PlatformOf, type RunningService, type Stack, startService } from '@attune/kit';
import type { Redis } from '@attune/redis';
import type { Logger } from '@attune/telemetry';
import type { ServingConfig } from './config';
import { decisionIdAt } from './domain/decision-id';
import { makeOnInteraction } from './events/on-interaction';
import { makeOnModelStageChanged } from './events/on-model-stage-changed';
import { DecisionBuffer } from './events/publish-decision';
import { rebuildProjection } from './events/rebuild-projection';
import { ModelHost } from './execution/model-host';
import { makeHandlers } from './grpc/handlers';
import { TrainingRegistry } from './grpc/training-registry';
import { stagesOf } from './pipeline/parts';
import { makePipeline } from './pipeline/pipeline';
import { CachedSeenItems } from './storage/cached-seen-items';
import { RedisModelPointers } from './storage/redis-model-pointers';
import { RedisPopularityCounter } from './storage/redis-popularity-counter';
import { RedisRecentPopularity } from './storage/redis-recent-popularity';
import { RedisSeenItems } from './storage/redis-seen-items';
import { makeFollowModels } from './use-cases/follow-models';
import { makeGetServingState } from './use-cases/get-serving-state';
import { keepFollowing } from './use-cases/keep-following';
import { makeRecommend } from './use-cases/recommend';
import { makeSimilarItems } from './use-cases/similar-items';

const GROUP = 'serving';
const MAX_BATCH = 5_000;

type ServingPlatform = PlatformOf<'redis' | 'event-log' | 'object-store', undefined>;

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
    // A slate can still be made without Redis, so no balancer should turn away from here.
    livesWithout: ['redis'],
    overrides,
    compose: async (platform, stack) => {
      models = await stack.open('models', () => hostOf(config, platform));
      return compose(config, platform, stack, models);
    },
  });
  return Object.assign(service, { models: models! });
}

async function compose(config: ServingConfig, platform: ServingPlatform, stack: Stack, host: ModelHost) {
  const { redis, eventLog, logger, clock } = platform;
  const registry = new TrainingRegistry(() => platform.client('training'));
  const follower = makeFollowModels({ pointers: new RedisModelPointers(redis), registry, loader: host, clock, logger });
  const decisions = new DecisionBuffer({ eventLog, maxWaiting: config.decisionBufferRecords, logger });
  stack.defer('decision records', () => decisions.drain(config.drainTimeoutMs), config.drainTimeoutMs + 5_000);
  const storedSeenItems = new RedisSeenItems(redis);
  const seenItems = cacheOf(config, storedSeenItems);
  const popularity = new RedisRecentPopularity(redis, clock);
  const onInteraction = makeOnInteraction({
    seenItems: storedSeenItems,
    popularity: new RedisPopularityCounter(redis, clock),
    forget: (userIds) => seenItems.invalidate(userIds),
  });
  const rebuild = () => rebuildProjection({ redis, eventLog, onInteraction, logger });
  await rebuild();
  await popularity.refresh();
  stack.defer('watch of the projection', rebuildWhenLost(redis, rebuild, logger));
  await stack.open('models in production', () =>
    keepFollowing({ models: follower, pollMs: config.modelPollMs, logger }),
  );
  const pipeline = makePipeline({ seenItems, models: host, popularity, decisions });
  return {
    handlers: makeHandlers({
      recommend: makeRecommend({ pipeline, clock, budgetMs: config.budgetMs, ...RECOMMEND_DEFAULTS }),
      similarItems: makeSimilarItems({ models: host }),
      getServingState: makeGetServingState({
        loader: host,
        models: follower,
        stages: stagesOf(pipeline),
        pending: () => pendingInteractions(eventLog),
      }),
    }),
    subscriptions: [
      await eventLog.subscribe({
        topic: TOPICS.interactions.name,
        group: GROUP,
        maxBatch: MAX_BATCH,
        handle: paced(onInteraction, MAX_BATCH),
      }),
      await eventLog.subscribe({
        topic: TOPICS.models.name,
        group: GROUP,
        handle: makeOnModelStageChanged({ models: follower }),
      }),
    ],
  };
}

const RECOMMEND_DEFAULTS = {
  stopwatch: () => performance.now(),
  newDecisionId: (now: Date) => decisionIdAt(now, randomBytes(10)),
  later: (run: () => void) => void setImmediate(run),
};

function hostOf(config: ServingConfig, { clock, logger, privacy }: ServingPlatform): ModelHost {
  return new ModelHost({
    objectStoreUrl: config.objectStoreUrl!,
    workersPerModel: config.workersPerModel,
    patience: { loadMs: config.modelLoadTimeoutMs, answerMs: config.modelAnswerTimeoutMs },
    userKeyOf: privacy.userKeyOf,
    clock,
    logger,
  });
}

function cacheOf({ seenCacheUsers, seenFreshMs }: ServingConfig, stored: RedisSeenItems): CachedSeenItems {
  return new CachedSeenItems({
    read: (userId) => stored.read(userId),
    maxUsers: seenCacheUsers,
    freshMs: seenFreshMs,
    stopwatch: RECOMMEND_DEFAULTS.stopwatch,
  });
}

/** A Redis that comes back may have come back empty: looks after every reconnection. Returns how to stop that. */
function rebuildWhenLost(redis: Redis, rebuild: () => Promise<void>, logger: Logger): () => void {
  const look = () =>
    void rebuild().catch((err: unknown) => logger.warn({ err }, 'what users have seen could not be rebuilt'));
  redis.on('ready', look);
  return () => void redis.off('ready', look);
}

async function pendingInteractions(eventLog: EventLog): Promise<number> {
  const lag = await eventLog.lag(TOPICS.interactions.name, GROUP);
  return lag.reduce((sum, { records }) => sum + records, 0);
}
