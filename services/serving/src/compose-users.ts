import { setTimeout } from 'node:timers/promises';
import { TOPICS } from '@attune/contracts';
import { paced, type SubscribeOptions, type Subscription } from '@attune/event-log';
import { consumeErasures, erasureReceipts, type PlatformOf, type Stack } from '@attune/kit';
import type { Items } from './compose-items';
import type { ServingConfig } from './config';
import type { WaitingDecisions } from './decision-ports';
import { makeOnEntity, type OnEntityParts } from './events/on-entity';
import { makeOnInteraction, type OnInteractionParts } from './events/on-interaction';
import { type Replay, rebuildProjection } from './events/rebuild-projection';
import { FeatureStoreUsers } from './grpc/feature-store-users';
import type { Waiting } from './ports';
import { CachedSocialProof } from './storage/cached-social-proof';
import { CachedUsers, longestStaleMs } from './storage/cached-users';
import { RedisConsents } from './storage/redis-consents';
import { RedisForgottenUsers } from './storage/redis-forgotten-users';
import { makeReadKeptUser } from './storage/redis-kept-users';
import { RedisLikes } from './storage/redis-likes';
import { RedisPopularityCounter } from './storage/redis-popularity-counter';
import { RedisRecents } from './storage/redis-recents';
import { RedisRelations } from './storage/redis-relations';
import { RedisSeenItems } from './storage/redis-seen-items';
import { RedisUserStore } from './storage/redis-user-store';
import { makeTakeOverOldUsers } from './storage/take-over-old-users';
import { makeEraseUser } from './use-cases/erase-user';
import { makeReadBlocks } from './use-cases/read-blocks';
import { makeReadConsent } from './use-cases/read-consent';
import { makeReadSocialProof } from './use-cases/read-social-proof';
import { makeReadUser } from './use-cases/read-user';
import type { BlockReader, ConsentReader, KeptUserReader, SocialReader, UserMemory } from './user-ports';

const GROUP = 'serving';
const MAX_BATCH = 5_000;
/** Between what a replica read and what it does with it lie a few milliseconds, and clocks differ in their pace. */
const STALE_MARGIN_MS = 50;

/** Redis that failed five times in a row is asked once a second. */
const USERS_CIRCUIT = { failures: 5, retryMs: 1_000 };

/** What serving is given to know users. */
export interface UsersNeeds {
  readonly config: ServingConfig;
  readonly platform: PlatformOf<'redis' | 'event-log' | 'object-store', undefined>;
  readonly stack: Stack;
  readonly stopwatch: () => number;
  readonly decisions: WaitingDecisions;
  readonly recent: UserMemory;
  readonly items: Items;
  /** The consumer of `factors.v1`, by which a lost store is filled again. */
  readonly onFactors: Replay['handle'];
  /** Counts clicks on slates while there is a canary. */
  readonly outcomes: OnInteractionParts['outcomes'];
}

/** What the pipeline reads of users. */
export interface Users {
  readonly users: KeptUserReader;
  readonly consents: ConsentReader;
  readonly blocks: BlockReader;
  readonly social: SocialReader;
  /** Starts the consumers that keep it fresh. */
  subscribe(): Promise<readonly Subscription[]>;
}

/** Wires what serving knows of users: what they saw, liked, hid, follow, block and refused, how that is kept whole, and forgotten. */
export async function composeUsers(needs: UsersNeeds): Promise<Users> {
  const { platform, decisions, recent } = needs;
  const { redis, eventLog, clock, privacy } = platform;
  const kept = keptUsers(needs);
  const { consumers, ...readers } = kept;
  const rebuilt = await keepWhole(needs, [
    { topic: TOPICS.interactions.name, handle: consumers.onInteraction },
    { topic: TOPICS.entities.name, handle: consumers.makeOnEntity(async () => {}) },
    { topic: TOPICS.factors.name, handle: needs.onFactors },
  ]);
  const eraseUser = makeEraseUser({
    settled: async ({ signal }: Waiting) => {
      await rebuilt();
      const topics = [TOPICS.interactions.name, TOPICS.entities.name, TOPICS.factors.name];
      await Promise.all(topics.map((topic) => eventLog.handled(topic, GROUP, { signal })));
    },
    ...{ forgotten: consumers.forgotten, decisions, clock, store: new RedisUserStore(redis, privacy.userKeyOf) },
    memory: {
      forget: (userId) => {
        readers.users.forget(userId);
        readers.social.forget(userId);
        recent.forget(userId);
      },
    },
    publisher: erasureReceipts('serving', { eventLog, privacy }),
  });
  const staleMs = longestStaleMs(needs.config.seenFreshMs) + STALE_MARGIN_MS;
  const onEntity = consumers.makeOnEntity((signal) => setTimeout(staleMs, undefined, { signal }));
  const bulk = (handle: SubscribeOptions['handle']) => ({ group: GROUP, maxBatch: MAX_BATCH, handle });
  return {
    ...readers,
    subscribe: async () => [
      await eventLog.subscribe({
        topic: TOPICS.interactions.name,
        ...bulk(paced(consumers.onInteraction, MAX_BATCH)),
      }),
      await eventLog.subscribe({ topic: TOPICS.entities.name, ...bulk(onEntity) }),
      await eventLog.subscribe({ topic: TOPICS.factors.name, group: GROUP, handle: needs.onFactors }),
      await eventLog.subscribe({ topic: TOPICS.erasures.name, group: GROUP, handle: consumeErasures(eraseUser) }),
    ],
  };
}

/** What is kept of users: its readers, and the consumers that write it. */
function keptUsers({ config, platform, stopwatch, items, outcomes }: UsersNeeds) {
  const { redis, clock, privacy } = platform;
  const { catalog } = items;
  const users = new CachedUsers({
    read: makeReadUser({
      read: makeReadKeptUser({ redis, catalog, userKeyOf: privacy.userKeyOf }),
      ...{ patienceMs: config.userReadTimeoutMs, circuit: USERS_CIRCUIT, clock },
    }),
    ...{ maxUsers: config.seenCacheUsers, freshMs: config.seenFreshMs, stopwatch },
  });
  const consents = new RedisConsents(redis);
  const relations = new RedisRelations(redis);
  const directory = new FeatureStoreUsers(() => platform.client('feature-store'));
  const forget = (userIds: Iterable<string>) => users.invalidate(userIds);
  const social = new CachedSocialProof({
    read: makeReadSocialProof({
      ...{ followees: relations, keeper: relations, consents, directory, clock },
      likes: new RedisLikes(redis, catalog),
    }),
    mayStillBeTold: (people) => consents.allAgree(people),
    ...{
      maxUsers: config.seenCacheUsers,
      freshMs: config.socialFreshMs,
      consentFreshMs: config.seenFreshMs,
      stopwatch,
    },
  });
  const forgotten = new RedisForgottenUsers(redis, privacy.userKeyOf);
  const onInteraction = makeOnInteraction({
    ...{ forgotten, forget, outcomes },
    seenItems: new RedisSeenItems(redis, { maxSeen: config.seenMaxItems, maxShown: config.shownMaxItems }),
    recents: new RedisRecents(redis),
    popularity: new RedisPopularityCounter(redis, clock),
  });
  const onEntityParts = {
    ...{ consents, relations, forgotten, items: items.projection },
    forget: (userIds: Iterable<string>) => {
      const ids = [...userIds];
      forget(ids);
      social.invalidate(ids);
    },
    itemsChanged: () => items.follower.catchUp(),
  };
  return {
    users,
    consents: makeReadConsent({ users, directory, keeper: consents, forget }),
    blocks: makeReadBlocks({ users, directory, keeper: relations, catalog, forget }),
    social,
    consumers: {
      ...{ forgotten, onInteraction },
      makeOnEntity: (untilOthersForget: OnEntityParts['untilOthersForget']) =>
        makeOnEntity({ ...onEntityParts, untilOthersForget }),
    },
  };
}

/**
 * Rebuilds the projections now, after every reconnection, since a Redis that comes back may have come back empty, and when it is found to have
 * lost what it had. Returns what
 * resolves when no rebuild of this process is under way.
 */
async function keepWhole(
  { platform: { redis, eventLog, logger, clock }, stack, items }: UsersNeeds,
  replays: readonly Replay[],
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const parts = { redis, eventLog, replays, logger, takeOver: makeTakeOverOldUsers(redis, clock) };
  let running = Promise.resolve();
  const rebuild = () => rebuildProjection({ ...parts, signal: stopping.signal });
  const look = () => {
    running = running.then(rebuild).catch((err: unknown) => {
      if (!stopping.signal.aborted) logger.warn({ err }, 'what is known of users and items could not be rebuilt');
    });
  };
  look();
  await running;
  redis.on('ready', look);
  // a server that lost everything need not have lost its connections
  items.onLost(look);
  stack.defer('watch of the projection', async () => {
    redis.off('ready', look);
    stopping.abort();
    await running;
  });
  return () => running;
}
