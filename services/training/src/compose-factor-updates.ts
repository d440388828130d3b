import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { TOPICS } from '@attune/contracts';
import { paced, type Subscription } from '@attune/event-log';
import { keepDoing, type PlatformOf, type Stack } from '@attune/kit';
import { keyPrefixFor } from '@attune/redis';
import { findTrainingSet } from '@attune/training-sets';
import type { TrainingConfig } from './config';
import { makeOnInteraction } from './events/on-interaction';
import { publishFactors } from './events/publish-factors';
import { ChildFactorRefitter } from './jobs/child-factor-refitter';
import { featureStoreConsents } from './jobs/feature-store-consents';
import { memoryLimitMb } from './jobs/memory';
import { openUpdateQueue, startUpdateWorker } from './jobs/update-queue';
import type { DatasetBuilder } from './ports';
import { artifactItems } from './storage/artifact-items';
import { PostgresFactorUpdates } from './storage/postgres-factor-updates';
import { PostgresModelRegistry } from './storage/postgres-model-registry';
import { PostgresNewInteractions } from './storage/postgres-new-interactions';
import { PostgresRunStore } from './storage/postgres-run-store';
import type { FactorRefitter, TrainingConsents } from './update-ports';
import { makeKeepUpdating } from './use-cases/keep-updating';
import { makeRunFactorUpdate } from './use-cases/run-factor-update';
import { makeStartFactorUpdate } from './use-cases/start-factor-update';
import { makeTakeInInteractions } from './use-cases/take-in-interactions';

const GROUP = 'training';
const MAX_BATCH = 5_000;
/** How often it is looked whether a round is due: often enough that no interval of usual length is much exceeded. */
const LOOK_EVERY_MS = 2_000;

/** What learning between trainings needs. */
export interface FactorUpdatesNeeds {
  readonly config: TrainingConfig;
  readonly platform: PlatformOf<'event-log' | 'object-store', string>;
  readonly stack: Stack;
  /** What a test may put in place of the real thing. */
  readonly overrides: {
    readonly datasets?: Pick<DatasetBuilder, 'find'>;
    readonly consents?: TrainingConsents;
    readonly refitter?: FactorRefitter;
  };
}

/** Wires how the factors of the version in production follow what people do, between two trainings. */
export async function composeFactorUpdates(needs: FactorUpdatesNeeds): Promise<readonly Subscription[]> {
  const { config, platform, stack, overrides } = needs;
  const { database, eventLog, objectStore, privacy, clock, logger } = platform;
  const { userKeyOf } = privacy;
  const registry = new PostgresModelRegistry(database);
  const runs = new PostgresRunStore(database);
  const interactions = new PostgresNewInteractions(database, userKeyOf);
  const updates = new PostgresFactorUpdates(database);
  const queueOptions = { redisUrl: config.redisUrl!, prefix: keyPrefixFor(config.namespace, 'training'), logger };
  const queue = await stack.open('queue of factor updates', () => openUpdateQueue(queueOptions));
  const settings = {
    interactions: config.updateInteractions,
    intervalMs: config.updateIntervalMs,
    newItemMs: config.updateNewItemMs,
  };
  const startFactorUpdate = makeStartFactorUpdate({
    ...{ registry, runs, interactions, updates, queue, clock, settings, newUpdateId: randomUUID },
  });
  if (config.trainingConcurrency > 0) {
    const refitter =
      overrides.refitter ??
      new ChildFactorRefitter({
        modulePath: join(__dirname, '..', 'dist', 'jobs', 'factor-refit-child.js'),
        objectStoreUrl: config.objectStoreUrl!,
        memoryMb: memoryLimitMb(config.trainingMemoryMb),
      });
    const datasets = overrides.datasets ?? { find: (datasetId) => findTrainingSet(objectStore, datasetId) };
    const consents = overrides.consents ?? featureStoreConsents(() => platform.client('feature-store'));
    const runFactorUpdate = makeRunFactorUpdate({
      ...{ registry, runs, datasets, interactions, updates, consents, refitter, userKeyOf, clock },
      publisher: publishFactors(eventLog),
    });
    await stack.open('worker of factor updates', () =>
      startUpdateWorker({ ...queueOptions, runFactorUpdate, updates, clock }),
    );
  }
  const onFailure = (err: unknown) =>
    logger.warn({ err }, 'it cannot be found out whether factors are to be learned; it is tried again');
  const keepUpdating = makeKeepUpdating({
    ...{ interactions, updates, queue, startFactorUpdate, clock, mostKept: config.updateMaxKept },
  });
  const everyMs = Math.min(LOOK_EVERY_MS, config.updateIntervalMs, config.updateNewItemMs);
  await stack.open('look for due factor updates', () => keepDoing({ everyMs, work: keepUpdating, onFailure }));
  const takeIn = makeTakeInInteractions({
    ...{ registry, runs, interactions, clock, items: artifactItems(objectStore) },
    startIfDue: () => startFactorUpdate().catch(onFailure),
  });
  const handle = paced(makeOnInteraction(takeIn), MAX_BATCH);
  return [await eventLog.subscribe({ topic: TOPICS.interactions.name, group: GROUP, maxBatch: MAX_BATCH, handle })];
}
