import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { DeliveredRecord, EventLog } from '@attune/event-log';
import { closeRedis, openRedis } from '@attune/redis';
import { useInfra } from '@attune/testkit';
import { makeOnInteraction } from '../src/events/on-interaction';
import { rebuildProjection } from '../src/events/rebuild-projection';
import { RedisForgottenUsers } from '../src/storage/redis-forgotten-users';
import { readKeptUser } from '../src/storage/redis-kept-users';
import { RedisSeenItems } from '../src/storage/redis-seen-items';

const { redisUrl, namespace } = useInfra();
const redis = openRedis({ url: redisUrl, keyPrefix: `${namespace}:serving:`, connectionName: 'test' });
const keyOf = (userId: string) => userId;
const seenItems = new RedisSeenItems(redis);
const onInteraction = makeOnInteraction({
  seenItems,
  popularity: { record: async () => undefined },
  forgotten: new RedisForgottenUsers(redis, keyOf),
  forget: () => undefined,
});
const consume = (...batch: DeliveredRecord[]) =>
  onInteraction(batch, { partition: 0, deadLetter: async () => undefined });

/** What a user did with the item, taken by the log at a time of its own. */
function aRecord(userId: string, type: string, at: number): DeliveredRecord {
  const interaction = { eventId: `${type}-${at}`, userId, itemId: 'item', type };
  const event = TOPIC_CODECS.interactions.fromPartial({ interaction, acceptedAt: new Date(0) });
  return {
    topic: TOPICS.interactions.name,
    partition: 0,
    position: String(at),
    key: userId,
    value: TOPIC_CODECS.interactions.encode(event).finish(),
    headers: {},
    appendedAt: new Date(at),
  };
}

const hiddenBy = async (userId: string) => [...(await readKeptUser(redis, userId, keyOf)).hidden];

describe('a rebuild of the projection beside the live consumer', () => {
  beforeEach(() => redis.ping().then(() => redis.del('projection')));
  afterAll(async () => {
    await redis.del('projection', ...['ann', 'ben', 'cleo'].flatMap((user) => [`hidden:${user}`, `hidings:${user}`]));
    await closeRedis(redis);
  });

  /** Replays the records; the consumer handles the newer ones when the replay has read its last but has not applied it. */
  async function rebuild(replayed: readonly DeliveredRecord[], newer: readonly DeliveredRecord[]): Promise<void> {
    const read: EventLog['read'] = async function* () {
      yield* replayed;
      await consume(...newer);
    };
    const replays = [{ topic: TOPICS.interactions.name, handle: onInteraction }];
    const { signal } = new AbortController();
    await rebuildProjection({ redis, eventLog: { read }, replays, signal, logger: { info: () => undefined } });
  }

  it('does not hide again what was unhidden meanwhile', async () => {
    await rebuild([aRecord('ann', 'hide', 1)], [aRecord('ann', 'unhide', 2)]);
    expect(await hiddenBy('ann')).toEqual([]);
  });

  it('does not show again what was hidden meanwhile', async () => {
    await rebuild([aRecord('ben', 'hide', 1), aRecord('ben', 'unhide', 2)], [aRecord('ben', 'hide', 3)]);
    expect(await hiddenBy('ben')).toEqual(['item']);
  });

  it('lets the last of one moment win, in the order of the log', async () => {
    await consume(aRecord('cleo', 'hide', 1));
    await consume(aRecord('cleo', 'unhide', 1));
    expect(await hiddenBy('cleo')).toEqual([]);
  });
});
