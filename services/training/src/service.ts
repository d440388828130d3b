import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { TOPICS, type training } from '@attune/contracts';
import type { Subscription } from '@attune/event-log';
import type { Handlers } from '@attune/grpc';
import {
  consumeErasures,
  erasureReceipts,
  type PlatformOf,
  type RunningService,
  type Stack,
  startService,
} from '@attune/kit';
import { keyPrefixFor } from '@attune/redis';

import { composeFactorUpdates } from './compose-factor-updates';
import { composeLearning, type Learning, type LearningOverrides } from './compose-learning';
import type { TrainingConfig } from './config';
import { TRAINERS } from './domain/trainers';
import { makePublishStageChanges } from './events/publish-stage-changes';
import { makeEvaluationHandlers } from './grpc/evaluation-handlers';
import { makeModelHandlers } from './grpc/model-handlers';
import { makeRunHandlers } from './grpc/run-handlers';
import { ChildArtifactChecker } from './jobs/child-artifact-checker';
import { ChildTrainerRunner } from './jobs/child-trainer-runner';
import { ChildVersionEvaluator } from './jobs/child-version-evaluator';
import { FeatureStoreDatasetBuilder } from './jobs/feature-store-dataset-builder';
import { memoryLimitMb } from './jobs/memory';
import { openRunQueue, startRunWorker } from './jobs/queue';
import type { Clock, DatasetBuilder, TrainerRunner } from './ports';
import { PostgresErasureMarks } from './storage/erasure-marks';
import { PostgresEvaluationStore } from './storage/postgres-evaluation-store';
import { PostgresFeatureProfiles } from './storage/postgres-feature-profiles';
import { PostgresModelRegistry } from './storage/postgres-model-registry';
import { PostgresRunStore } from './storage/postgres-run-store';
import type { FactorRefitter, TrainingConsents } from './update-ports';
import { makeCancelTraining } from './use-cases/cancel-training';
import { makeEvaluateModel } from './use-cases/evaluate-model';
import { makeExecuteRun } from './use-cases/execute-run';
import { makeListModels } from './use-cases/list-models';
import { makeMarkForRetraining } from './use-cases/mark-for-retraining';
import { makePromoteModel, makeRollbackModel } from './use-cases/promote-model';
import { makeRegisterVersion } from './use-cases/register-version';
import { RunChanges } from './use-cases/run-changes';
import { makeStartTraining } from './use-cases/start-training';
import { makeWatchTraining } from './use-cases/watch-training';

const GROUP = 'training';

/** What a test may put in place of the real thing. */
export interface TrainingOverrides extends LearningOverrides {
  readonly datasets?: DatasetBuilder;
  readonly trainer?: TrainerRunner;
  readonly consents?: TrainingConsents;
  readonly refitter?: FactorRefitter;
  readonly clock?: Clock;
}

type TrainingPlatform = PlatformOf<'event-log' | 'object-store', string>;

/** Starts the training service. */
export function startTraining(config: TrainingConfig, overrides: TrainingOverrides = {}): Promise<RunningService> {
  return startService({
    name: 'training',
    settings: config,
    migrations: join(__dirname, '..', 'migrations'),
    uses: ['event-log', 'object-store'],
    overrides: overrides.clock === undefined ? {} : { clock: overrides.clock },
    compose: async (platform, stack) => {
      const { handlers, learning } = await compose(config, overrides, platform, stack);
      return {
        handlers: { ...handlers, ...learning.handlers },
        subscriptions: [
          await subscribeToErasures(platform),
          ...(await composeFactorUpdates({ config, platform, stack, overrides })),
          learning.subscription,
        ],
      };
    },
  });
}

async function compose(
  config: TrainingConfig,
  overrides: TrainingOverrides,
  platform: TrainingPlatform,
  stack: Stack,
): Promise<{ readonly handlers: Partial<Handlers<training.TrainingServiceServer>>; readonly learning: Learning }> {
  const { clock, logger } = platform;
  const runs = new PostgresRunStore(platform.database);
  const registry = new PostgresModelRegistry(platform.database);
  const changes = new RunChanges();
  const evaluations = new PostgresEvaluationStore(platform.database);
  const publishStageChanges = makePublishStageChanges({ registry, eventLog: platform.eventLog, clock });
  const promoteModel = makePromoteModel({ registry, publishStageChanges, clock, trainers: TRAINERS });
  const queueOptions = {
    redisUrl: config.redisUrl!,
    prefix: keyPrefixFor(config.namespace, 'training'),
    logger,
  };
  const queue = await stack.open('run queue', () => openRunQueue(queueOptions));
  // A queue that was lost, and changes that were not announced before a crash, are made good at the next start.
  for (const run of await runs.unfinished()) await queue.add(run.runId);
  await publishStageChanges();
  const isWorking = config.trainingConcurrency > 0;
  const datasets = overrides.datasets ?? datasetsOf(platform, { isWorking });
  const childOf = (name: string) => ({
    modulePath: join(__dirname, '..', 'dist', 'jobs', name),
    objectStoreUrl: config.objectStoreUrl!,
    memoryMb: memoryLimitMb(config.trainingMemoryMb),
  });
  const evaluator = new ChildVersionEvaluator(childOf('evaluation-child.js'));
  if (isWorking) {
    const trainer =
      overrides.trainer ??
      new ChildTrainerRunner({ ...childOf('training-child.js'), objectStore: platform.objectStore });
    const artifacts = new ChildArtifactChecker(childOf('artifact-check-child.js'));
    const registerVersion = makeRegisterVersion({
      ...{ artifacts, registry, evaluations, promoteModel, publishStageChanges, clock },
    });
    const executeRun = makeExecuteRun({
      ...{ runs, datasets, trainer, trainers: TRAINERS, registry },
      ...{ registerVersion, evaluator, evaluations, changes, clock },
    });
    const worker = { ...queueOptions, concurrency: config.trainingConcurrency, executeRun, runs, clock };
    await stack.open('run worker', () => startRunWorker(worker));
  }
  const watchTraining = makeWatchTraining({ runs, changes });
  const newRunId = randomUUID;
  const startTraining = makeStartTraining({ runs, queue, clock, newRunId, trainers: TRAINERS });
  const learning = await composeLearning({
    ...{ config, platform, stack, registry, runs, datasets, evaluator, startTraining, promoteModel, overrides },
  });
  const handlers = {
    ...makeRunHandlers({
      startTraining,
      watchTraining,
      cancelTraining: makeCancelTraining({ runs, queue, clock, changes }),
      runs,
      clock,
    }),
    ...makeEvaluationHandlers({
      evaluateModel: makeEvaluateModel({ registry, evaluations, runs, queue, watchTraining, clock, newRunId }),
      evaluations,
    }),
    ...makeModelHandlers({
      registry,
      profiles: new PostgresFeatureProfiles(platform.database),
      trainers: TRAINERS,
      listModels: makeListModels({ registry, trainers: TRAINERS }),
      promoteModel,
      rollbackModel: makeRollbackModel({ registry, publishStageChanges, clock }),
    }),
  };
  return { handlers, learning };
}

/** A process that trains nothing need not know where the feature-store is. */
function datasetsOf(platform: TrainingPlatform, { isWorking }: { readonly isWorking: boolean }): DatasetBuilder {
  const open = () => new FeatureStoreDatasetBuilder(platform.client('feature-store'), platform.objectStore);
  if (isWorking) return open();
  return { find: (datasetId) => open().find(datasetId), build: (request) => open().build(request) };
}

function subscribeToErasures({ database, eventLog, privacy, clock }: TrainingPlatform): Promise<Subscription> {
  const publisher = erasureReceipts('training', { eventLog, privacy });
  const markForRetraining = makeMarkForRetraining({
    marks: new PostgresErasureMarks(database, privacy.userKeyOf),
    publisher,
    clock,
  });
  return eventLog.subscribe({ topic: TOPICS.erasures.name, group: GROUP, handle: consumeErasures(markForRetraining) });
}
