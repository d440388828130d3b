import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@attune/contracts';
import type { Subscription } from '@attune/event-log';
import type { PlatformOf, Stack } from '@attune/kit';
import type { InteractionVocabulary } from './domain/interaction';
import { onErasure } from './events/on-erasure';
import { onErasureDone } from './events/on-erasure-done';
import { publishEntityChanges } from './events/publish-entity-changes';
import { publishErasures } from './events/publish-erasures';
import { userLog } from './events/user-log';
import type { HistoryArchive } from './history-ports';
import type { CallOptions, FeatureProjection } from './ports';
import { archivedUserData } from './storage/archived-user-data';
import { ParquetUserDatasets } from './storage/parquet-user-datasets';
import { PostgresErasures } from './storage/postgres-erasures';
import { PostgresForgottenUsers } from './storage/postgres-forgotten-users';
import { postgresUserData } from './storage/postgres-user-data';
import { postgresUserErasure } from './storage/postgres-user-erasure';
import { makeConfirmErasure } from './use-cases/confirm-erasure';
import { makeEraseFromStore } from './use-cases/erase-from-store';
import { keepErasing } from './use-cases/keep-erasing';
import type { RequireDays } from './use-cases/restore-history';
import { makeRunErasure } from './use-cases/run-erasure';

/** A replica that took nothing in for a while still hears within this time that somebody was forgotten. */
const LEARN_EVERY_MS = 1_000;

type ErasurePlatform = PlatformOf<'redis' | 'event-log' | 'object-store', string>;

interface Given {
  readonly group: string;
  readonly projection: FeatureProjection;
  readonly vocabulary: InteractionVocabulary;
  readonly newEventId: () => string;
  readonly archive: HistoryArchive;
  readonly requireDays: RequireDays;
  /** What applies the log to the store. */
  readonly consumers: readonly Subscription[];
}

/** Knows who was forgotten, from the start on and while the service runs. */
export async function openForgottenUsers(
  { database, privacy, logger }: ErasurePlatform,
  stack: Stack,
): Promise<PostgresForgottenUsers> {
  const forgotten = new PostgresForgottenUsers(database, privacy.userKeyOf);
  await forgotten.refresh();
  const timer = setInterval(() => {
    forgotten.refresh().catch((err: unknown) => logger.warn({ err }, 'could not learn who was forgotten'));
  }, LEARN_EVERY_MS).unref();
  stack.defer('forgotten users', async () => clearInterval(timer));
  return forgotten;
}

/** Wires what erases users and what gives them their data, and goes on with erasures that were cut off. */
export async function openErasure(platform: ErasurePlatform, stack: Stack, given: Given) {
  const { database, eventLog, privacy, clock, logger } = platform;
  const { group, projection, archive, consumers } = given;
  const erasures = new PostgresErasures(database, privacy.userKeyOf);
  const publisher = publishErasures(eventLog, privacy);
  const caughtUp = async ({ signal }: CallOptions) => {
    await Promise.all(consumers.map((consumer) => consumer.caughtUp(signal === undefined ? {} : { signal })));
  };
  const userDatasets = datasetsOf(platform);
  const runErasure = runnerOf(platform, { ...given, erasures, publisher, caughtUp, datasets: userDatasets });
  const subscriptions = await Promise.all([
    onErasure({ eventLog, group, confirmErasure: makeConfirmErasure({ erasures, projection, publisher, clock }) }),
    onErasureDone({ eventLog, group, erasures, publicKey: privacy.publicKey }),
  ]);
  const stopping = new AbortController();
  const onFailure = (erasureId: string, err: unknown) =>
    logger.warn({ err, erasureId }, 'an erasure was cut off; it goes on in a few seconds');
  const erasing = keepErasing({ erasures, runErasure, pause, onFailure }, stopping.signal);
  stack.defer('erasures', async () => {
    stopping.abort();
    await erasing.ended;
  });
  const { wake } = erasing;
  const readUserData = postgresUserData(database);
  const readArchivedUserData = archivedUserData(archive, privacy.userKeyOf);
  return {
    subscriptions,
    caughtUp,
    needs: { erasures, userDatasets, wake, pause, readUserData, readArchivedUserData },
  };
}

function datasetsOf({ database, objectStore, clock }: ErasurePlatform): ParquetUserDatasets {
  return new ParquetUserDatasets(objectStore, async (datasetId) => {
    await database.query('UPDATE datasets SET deleted_at = $2 WHERE dataset_id = $1', [datasetId, clock()]);
  });
}

function runnerOf(
  { database, redis, eventLog, clock, logger }: ErasurePlatform,
  given: Given & Pick<Parameters<typeof makeRunErasure>[0], 'erasures' | 'publisher' | 'caughtUp' | 'datasets'>,
) {
  const { projection, archive, requireDays, vocabulary, newEventId, erasures, publisher, caughtUp, datasets } = given;
  const onCompactFailed = (err: unknown) =>
    logger.warn({ err }, 'the space of what was erased could not be given back');
  const users = postgresUserErasure({ database, redis, vocabulary, onCompactFailed });
  const entities = publishEntityChanges(eventLog);
  return makeRunErasure({
    ...{ erasures, users, archive, publisher, caughtUp, clock },
    eraseFromStore: makeEraseFromStore({
      ...{ users, archive, requireDays, projection, entities, caughtUp, newEventId, clock },
    }),
    datasets,
    log: userLog(eventLog, clock),
    services: TOPICS.erasures.consumers,
  });
}

/** Waits, or ends at once when the signal is aborted. */
async function pause(ms: number, { signal }: CallOptions): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
