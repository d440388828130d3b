import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { interactionType, strengthOf } from '@attune/contracts';
import type { Subscription } from '@attune/event-log';
import { type Platform, type PlatformOf, type RunningService, type Stack, startService } from '@attune/kit';
import type { FeatureStoreConfig } from './config';
import { openDataQuality } from './data-quality';
import { makeEventIds } from './domain/event-id';
import type { InteractionVocabulary } from './domain/interaction';
import { openErasure, openForgottenUsers } from './erasure';
import type { ForgottenWatch } from './erasure-ports';
import { consentReaders } from './events/consent-readers';
import { deadLetterLog } from './events/dead-letter-log';
import { onDecision } from './events/on-decision';
import { onEntity } from './events/on-entity';
import { onInteraction } from './events/on-interaction';
import { publishEntityChanges } from './events/publish-entity-changes';
import { publishInteractions } from './events/publish-interactions';
import { withoutAuthor } from './events/without-author';
import { handlersOf } from './grpc/handlers';
import { maintain, openArchive } from './history';
import type { EventStore, FeatureProjection } from './ports';
import { cachedFeatureProjection } from './storage/cached-feature-projection';
import { ParquetDatasetWriter } from './storage/parquet-dataset-writer';
import { postgresDatasets } from './storage/postgres-datasets';
import { postgresEventStore } from './storage/postgres-event-store';
import { postgresHistoryReader } from './storage/postgres-history-reader';
import { postgresRedrivenDeadLetters } from './storage/postgres-redriven-dead-letters';
import { postgresRefoldStore } from './storage/postgres-refold-store';
import { redisFeatureProjection } from './storage/redis-feature-projection';
import { redisRecentEventIds } from './storage/redis-recent-event-ids';
import { openExamplesBuilder } from './training-sets';
import { makeApplyEntityChanges } from './use-cases/apply-entity-changes';
import { makeApplyInteractions } from './use-cases/apply-interactions';
import { dropForgottenDecisions, dropForgottenEntities, dropForgottenInteractions } from './use-cases/drop-forgotten';
import { makeKeepDecisions } from './use-cases/keep-decisions';
import { makeRebuildProjection } from './use-cases/rebuild-projection';
import { makeRefoldStates, type RefoldStates } from './use-cases/refold-states';
import { makeUseCases } from './use-cases/use-cases';

const GROUP = 'feature-store';
const MIGRATIONS = join(__dirname, '..', 'migrations');
const vocabulary: InteractionVocabulary = { isKnown: (type) => interactionType(type) !== undefined, strengthOf };

type FeatureStorePlatform = PlatformOf<'redis' | 'event-log' | 'object-store', string>;

/** Starts the feature-store: what is known of users, items and what people did, and the features computed from it. */
export function startFeatureStore(
  config: FeatureStoreConfig,
  overrides: Partial<Platform> = {},
): Promise<RunningService> {
  return startService({
    name: 'feature-store',
    settings: config,
    migrations: MIGRATIONS,
    uses: ['redis', 'event-log', 'object-store'],
    compose: (platform, stack) => compose(config, platform, stack),
    overrides,
  });
}

async function compose(config: FeatureStoreConfig, platform: FeatureStorePlatform, stack: Stack) {
  const { clock, database, redis, eventLog, objectStore, privacy } = platform;
  const store = postgresEventStore(database);
  const projection = cachedFeatureProjection(redisFeatureProjection(redis), {
    maxStates: config.slabStates,
    freshMs: config.slabFreshMs,
    stopwatch: () => performance.now(),
  });
  const { archive, requireDays } = openArchive(platform);
  const refoldStates = makeRefoldStates({ refold: postgresRefoldStore(database, vocabulary), requireDays });
  await refoldChanged(platform, refoldStates);
  const rebuild = await keepProjectionWhole(platform, stack, store, projection);
  const newEventId = makeEventIds({ clock, random: randomBytes });
  const forgotten = await openForgottenUsers(platform, stack);
  const applying = await consumers(platform, store, projection, forgotten);
  const erasure = await openErasure(platform, stack, {
    ...{ group: GROUP, projection, vocabulary, newEventId, archive, requireDays, consumers: applying },
  });
  const use = makeUseCases({
    ...{ clock, vocabulary, store, projection, refoldStates, forgotten, newEventId, archive, requireDays },
    ...(await openDataQuality(config, platform, stack)),
    ...erasure.needs,
    interactions: publishInteractions(eventLog, GROUP),
    entities: publishEntityChanges(eventLog),
    consentReaders: consentReaders(eventLog),
    recent: redisRecentEventIds(redis, clock),
    history: postgresHistoryReader(database),
    openWriter: (options) => new ParquetDatasetWriter(objectStore, privacy.userKeyOf, options),
    examples: openExamplesBuilder(config, platform),
    datasets: postgresDatasets(database),
    caughtUp: erasure.caughtUp,
    onProjectionMissing: rebuild,
    deadLetters: deadLetterLog(eventLog),
    redriven: postgresRedrivenDeadLetters(database, clock),
    userKeyOf: privacy.userKeyOf,
  });
  await maintain(config, platform, stack, archive);
  return { handlers: handlersOf(use), subscriptions: [...applying, ...erasure.subscriptions] };
}

/** Consumers and reads need states of this build's schema, so this comes before them. */
async function refoldChanged({ logger }: FeatureStorePlatform, refoldStates: RefoldStates): Promise<void> {
  const count = await refoldStates();
  if (count > 0) logger.info({ count }, 'features changed: states were folded again from the history');
}

/** Rebuilds the projection now and whenever Redis comes back as another server; returns what starts a rebuild. */
async function keepProjectionWhole(
  { logger }: FeatureStorePlatform,
  stack: Stack,
  store: EventStore,
  projection: FeatureProjection,
): Promise<() => void> {
  const rebuildProjection = makeRebuildProjection({ store, projection });
  const stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const rebuild = () => {
    if (stopping.signal.aborted) return;
    running = rebuildProjection({ signal: stopping.signal }).catch((err) => {
      if (!stopping.signal.aborted) logger.warn({ err }, 'features could not be projected; reads use PostgreSQL');
    });
  };
  const count = await rebuildProjection();
  if (count > 0) logger.info({ count }, 'features were projected into Redis');
  projection.onReturn(rebuild);
  stack.defer('projection', async () => {
    stopping.abort();
    await running;
  });
  return rebuild;
}

function consumers(
  { clock, eventLog }: FeatureStorePlatform,
  store: EventStore,
  projection: FeatureProjection,
  forgotten: ForgottenWatch,
): Promise<[Subscription, Subscription, Subscription]> {
  const given = { eventLog, group: GROUP };
  const needs = { store, projection, vocabulary, clock };
  const applyInteractions = dropForgottenInteractions(makeApplyInteractions(needs), forgotten);
  const applyEntityChanges = dropForgottenEntities(makeApplyEntityChanges(needs), forgotten, withoutAuthor);
  const keepDecisions = dropForgottenDecisions(makeKeepDecisions(needs), forgotten);
  return Promise.all([
    onInteraction({ ...given, vocabulary, applyInteractions }),
    onEntity({ ...given, applyEntityChanges }),
    onDecision({ ...given, keepDecisions }),
  ]);
}
