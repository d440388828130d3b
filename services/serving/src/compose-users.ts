import { setTimeout } from 'node:timers/promises';
import { TOPICS } from '@attune/contracts';
import { paced, type SubscribeOptions, type Subscription } from '@attune/event-log';
import type { PlatformOf, Stack } from '@attune/kit';
import type { ServingConfig } from './config';
import { makeOnEntity } from './events/on-entity';
import { makeOnErasure } from './events/on-erasure';
import { makeOnInteraction } from './events/on-interaction';
import { publishErasureDone } from './events/publish-erasure-done';
import { type Replay, rebuildProjection } from './events/rebuild-projection';
import { FeatureStoreUsers } from './grpc/feature-store-users';
import type { ConsentReader, KeptUserReader, Waiting, WaitingDecisions } from './ports';
import { CachedUsers, longestStaleMs } from './storage/cached-users';
import { RedisConsents } from './storage/redis-consents';
import { RedisForgottenUsers } from './storage/redis-forgotten-users';
import { readKeptUser } from './storage/redis-kept-users';
import { RedisPopularityCounter } from './storage/redis-popularity-counter';
import { RedisSeenItems } from './storage/redis-seen-items';
import { RedisUserStore } from './storage/redis-user-store';
import { makeEraseUser } from './use-cases/erase-user';
import { makeReadConsent } from './use-cases/read-consent';

const GROUP = 'serving';
const MAX_BATCH = 5_000;
/** Between what a replica read and what it does with it lie a few milliseconds, and clocks differ in their pace. */
const STALE_MARGIN_MS = 50;

/** What serving is given to know users. */
export interface UsersNeeds {
  readonly config: ServingConfig;
  readonly platform: PlatformOf<'redis' | 'event-log' | 'object-store', undefined>;
  readonly stack: Stack;
  readonly stopwatch: () => number;
  readonly decisions: WaitingDecisions;
}

/** What the pipeline reads of users. */
export interface Users {
  readonly users: KeptUserReader;
  readonly consents: ConsentReader;
  /** Starts the consumers that keep it fresh. */
  subscribe(): Promise<readonly Subscription[]>;
}

/** Wires what serving knows of users: what they have seen, hidden and refused, how that is kept whole, and how it is forgotten. */
export async function composeUsers(needs: UsersNeeds): Promise<Users> {
  const { config, platform, stopwatch, decisions } = needs;
  const { redis, eventLog, clock, privacy } = platform;
  const users = new CachedUsers({
    read: (userId) => readKeptUser(redis, userId, privacy.userKeyOf),
    maxUsers: config.seenCacheUsers,
    freshMs: config.seenFreshMs,
    stopwatch,
  });
  const consents = new RedisConsents(redis);
  const forgotten = new RedisForgottenUsers(redis, privacy.userKeyOf);
  const forget = (userIds: Iterable<string>) => users.invalidate(userIds);
  const seenItems = new RedisSeenItems(redis);
  const onInteraction = makeOnInteraction({
    ...{ seenItems, forgotten, forget },
    popularity: new RedisPopularityCounter(redis, clock),
  });
  const staleMs = longestStaleMs(config.seenFreshMs) + STALE_MARGIN_MS;
  const untilOthersForget = (signal: AbortSignal) => setTimeout(staleMs, undefined, { signal });
  const rebuilt = await keepWhole(needs, [
    { topic: TOPICS.interactions.name, handle: onInteraction },
    {
      topic: TOPICS.entities.name,
      handle: makeOnEntity({ consents, forgotten, forget, untilOthersForget: async () => {} }),
    },
  ]);
  const eraseUser = makeEraseUser({
    settled: async ({ signal }: Waiting) => {
      await rebuilt();
      const topics = [TOPICS.interactions.name, TOPICS.entities.name];
      await Promise.all(topics.map((topic) => eventLog.handled(topic, GROUP, { signal })));
    },
    ...{ forgotten, decisions, clock, memory: users, store: new RedisUserStore(redis) },
    publisher: publishErasureDone(eventLog, privacy),
  });
  const onEntity = makeOnEntity({ consents, forgotten, forget, untilOthersForget });
  const directory = new FeatureStoreUsers(() => platform.client('feature-store'));
  const bulk = (handle: SubscribeOptions['handle']) => ({ group: GROUP, maxBatch: MAX_BATCH, handle });
  return {
    users,
    consents: makeReadConsent({ users, directory, keeper: consents, forget }),
    subscribe: async () => [
      await eventLog.subscribe({ topic: TOPICS.interactions.name, ...bulk(paced(onInteraction, MAX_BATCH)) }),
      await eventLog.subscribe({ topic: TOPICS.entities.name, ...bulk(onEntity) }),
      await eventLog.subscribe({ topic: TOPICS.erasures.name, group: GROUP, handle: makeOnErasure({ eraseUser }) }),
    ],
  };
}

/**
 * Rebuilds the projections now, and after every reconnection: a Redis that comes back may have come back empty. Returns what
 * resolves when no rebuild of this process is under way.
 */
async function keepWhole(
  { platform: { redis, eventLog, logger }, stack }: UsersNeeds,
  replays: readonly Replay[],
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  let running = Promise.resolve();
  const rebuild = () => rebuildProjection({ redis, eventLog, replays, signal: stopping.signal, logger });
  const look = () => {
    running = running.then(rebuild).catch((err: unknown) => {
      if (!stopping.signal.aborted) logger.warn({ err }, 'what is known of users could not be rebuilt');
    });
  };
  await rebuild();
  redis.on('ready', look);
  stack.defer('watch of the projection', async () => {
    redis.off('ready', look);
    stopping.abort();
    await running;
  });
  return () => running;
}
