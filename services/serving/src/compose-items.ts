import { randomUUID } from 'node:crypto';
import type { PlatformOf, Stack } from '@attune/kit';
import type { ServingConfig } from './config';
import { ColumnarItemCatalog } from './domain/catalog/item-catalog';
import { FeatureStoreItems } from './grpc/feature-store-items';
import type { ItemCatalog, ItemProjection } from './item-ports';
import { RedisItemProjection } from './storage/redis-item-projection';
import { makeFillItems } from './use-cases/fill-items';
import { type ItemFollower, makeFollowItems } from './use-cases/follow-items';
import { keepItems } from './use-cases/keep-items';

/** What serving is given to know items. */
export interface ItemsNeeds {
  readonly config: Pick<ServingConfig, 'itemPollMs'>;
  readonly platform: PlatformOf<'redis' | 'event-log' | 'object-store', undefined>;
  readonly stack: Stack;
}

/** What serving knows of items. */
export interface Items {
  readonly catalog: ItemCatalog;
  readonly projection: ItemProjection;
  readonly follower: ItemFollower;
  /** Takes over every item that there is, and from then on what changes. */
  start(): Promise<void>;
  /** Calls back whenever Redis is found to have lost what it had. */
  onLost(listener: () => void): void;
}

/** Wires the catalog of items: columns in this process, kept up with the projection that all replicas share. */
export function composeItems({ config, platform, stack }: ItemsNeeds): Items {
  const { redis, clock, logger } = platform;
  const catalog = new ColumnarItemCatalog();
  const projection = new RedisItemProjection(redis, randomUUID);
  const follower = makeFollowItems({ projection, catalog });
  const lister = new FeatureStoreItems(() => platform.client('feature-store'));
  const fill = makeFillItems({ lister, projection, holder: randomUUID(), clock });
  const listeners: (() => void)[] = [];
  const whenLost = () => {
    for (const listener of listeners) listener();
  };
  return {
    ...{ catalog, projection, follower },
    start: async () => {
      const parts = { follower, fill, pollMs: config.itemPollMs, whenLost, logger };
      await stack.open('catalog of items', () => keepItems(parts));
    },
    onLost: (listener) => void listeners.push(listener),
  };
}
