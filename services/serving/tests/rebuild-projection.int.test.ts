import { TOPICS } from '@attune/contracts';
import type { DeliveredRecord, EventLog } from '@attune/event-log';
import { closeRedis, openRedis } from '@attune/redis';
import { useInfra } from '@attune/testkit';
import { ColumnarItemCatalog } from '../src/domain/catalog/item-catalog';
import { rebuildProjection } from '../src/events/rebuild-projection';
import { aRecord, keptUsersOn } from './fixtures/kept-users';

const { redisUrl, namespace } = useInfra();
const redis = openRedis({ url: redisUrl, keyPrefix: `${namespace}:serving:`, connectionName: 'test' });
const catalog = new ColumnarItemCatalog();
catalog.numberOf('item');
const { onInteraction, summary } = keptUsersOn(redis, catalog);
const consume = (...batch: DeliveredRecord[]) =>
  onInteraction(batch, { partition: 0, deadLetter: async () => undefined });
const did = (user: string, type: string, at: number) => aRecord({ user, type, item: 'item', at });
const hiddenBy = async (userId: string) => (await summary(userId)).hidden;

describe('a rebuild of the projection beside the live consumer', () => {
  beforeEach(() => redis.ping().then(() => redis.del('projection')));
  afterAll(async () => {
    const users = ['ann', 'ben', 'cleo', 'dora'].map((user) => `{user:${user}}`);
    await redis.del(
      'projection',
      ...users.flatMap((user) => ['hidden', 'hidings', 'recents', 'marks'].map((name) => `${user}:${name}`)),
    );
    await closeRedis(redis);
  });

  /** Replays the records; the consumer handles the newer ones when the replay has read its last but has not applied it. */
  async function rebuild(replayed: readonly DeliveredRecord[], newer: readonly DeliveredRecord[]): Promise<boolean> {
    const read: EventLog['read'] = async function* () {
      yield* replayed;
      await consume(...newer);
    };
    const replays = [{ topic: TOPICS.interactions.name, handle: onInteraction }];
    const { signal } = new AbortController();
    let tookOver = false;
    const takeOver = async () => {
      tookOver = true;
    };
    await rebuildProjection({
      redis,
      eventLog: { read },
      replays,
      takeOver,
      signal,
      logger: { info: () => undefined },
    });
    return tookOver;
  }

  it('does not hide again what was unhidden meanwhile', async () => {
    await rebuild([did('ann', 'hide', 1)], [did('ann', 'unhide', 2)]);
    expect(await hiddenBy('ann')).toEqual([]);
  });

  it('does not show again what was hidden meanwhile', async () => {
    await rebuild([did('ben', 'hide', 1), did('ben', 'unhide', 2)], [did('ben', 'hide', 3)]);
    expect(await hiddenBy('ben')).toEqual(['item']);
  });

  it('lets the last of one moment win, in the order of the log', async () => {
    await consume(did('cleo', 'hide', 1));
    await consume(did('cleo', 'unhide', 1));
    expect(await hiddenBy('cleo')).toEqual([]);
  });

  it('does not like again what was hidden meanwhile', async () => {
    await rebuild([did('dora', 'like', 1)], [did('dora', 'hide', 2)]);
    expect((await summary('dora')).recents).toEqual([]);
  });

  it('happens once for what an earlier build left in another form, and takes that over first', async () => {
    await redis.set('projection', '1');
    expect(await rebuild([did('dora', 'view', 3)], [])).toBe(true);
    expect((await summary('dora', ['item'])).seen).toEqual(['item']);
    expect(await rebuild([], [])).toBe(false);
    expect(await redis.get('projection')).toBe('3');
  });
});
