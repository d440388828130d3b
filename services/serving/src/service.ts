import { randomBytes } from 'node:crypto';
import { TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { type Platform, type PlatformOf, type RunningService, type Stack, startService } from '@attune/kit';
import { composeUsers } from './compose-users';
import type { ServingConfig } from './config';
import { decisionIdAt } from './domain/decision-id';
import { makeOnModelStageChanged } from './events/on-model-stage-changed';
import { DecisionBuffer } from './events/publish-decision';
import { ModelHost } from './execution/model-host';
import { makeHandlers } from './grpc/handlers';
import { TrainingRegistry } from './grpc/training-registry';
import { stagesOf } from './pipeline/parts';
import { makePipeline } from './pipeline/pipeline';
import { RedisModelPointers } from './storage/redis-model-pointers';
import { RedisRecentPopularity } from './storage/redis-recent-popularity';
import { makeFollowModels } from './use-cases/follow-models';
import { makeGetServingState } from './use-cases/get-serving-state';
import { keepFollowing } from './use-cases/keep-following';
import { makeRecommend } from './use-cases/recommend';
import { makeSimilarItems } from './use-cases/similar-items';

const GROUP = 'serving';

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
  const popularity = new RedisRecentPopularity(redis, clock);
  const { stopwatch } = RECOMMEND_DEFAULTS;
  const users = await composeUsers({ config, platform, stack, stopwatch, decisions });
  await popularity.refresh();
  await stack.open('models in production', () =>
    keepFollowing({ models: follower, pollMs: config.modelPollMs, logger }),
  );
  const pipeline = makePipeline({ ...users, models: host, popularity, decisions });
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
      ...(await users.subscribe()),
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

async function pendingInteractions(eventLog: EventLog): Promise<number> {
  const lag = await eventLog.lag(TOPICS.interactions.name, GROUP);
  return lag.reduce((sum, { records }) => sum + records, 0);
}
