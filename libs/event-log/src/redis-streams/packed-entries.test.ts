import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AppError } from '@attune/errors';
import { useInfra } from '@attune/testkit';
import { Redis } from 'ioredis';
import { aTopic, collect, someRecords, textOf, texts } from '../contract/harness';
import { type DeliveredRecord, SILENT_LOGGER } from '../port';
import { Collector } from '../testing/collector';
import { LogKeys } from './keys';
import { RedisStreamsEventLog } from './redis-streams-event-log';
import { TopicRegistry } from './topic-registry';

const { redisUrl, namespace } = useInfra();

/** A log with one topic of one partition, and the number of stream entries in it. */
async function aLog(retentionHours?: number) {
  const log = new RedisStreamsEventLog({ redisUrl, topicPrefix: namespace, clientId: 'test', logger: SILENT_LOGGER });
  const redis = new Redis(redisUrl, { disconnectTimeout: 100 });
  const keys = new LogKeys(namespace);
  const topic = aTopic({ partitions: 1, ...(retentionHours === undefined ? {} : { retentionHours }) });
  await log.ensureTopics([topic]);
  const lag = async (group = 'g') => (await log.lag(topic.name, group))[0]!.records;
  return {
    log,
    name: topic.name,
    lag,
    entries: () => redis.xlen(keys.stream(topic.name, 0)),
    trim: (now: Date) => new TopicRegistry(redis, keys).trim(now),
    async [Symbol.asyncDispose]() {
      await log[Symbol.asyncDispose]();
      redis.disconnect();
    },
  };
}

/** Handles records up to a text and fails for ever at it, so that the group's position stays in the middle of an entry. */
function handlerUntil(text: string, handled: Collector) {
  const isStuck = Promise.withResolvers<void>();
  const handle = async (batch: readonly DeliveredRecord[]) => {
    if (batch.some((record) => textOf(record) === text)) {
      isStuck.resolve();
      throw new AppError('unavailable.postgres', 'the database is away');
    }
    handled.add(batch);
  };
  return { handle, isStuck: isStuck.promise };
}

describe('entries of many records', () => {
  it('take the records of one append together', async () => {
    await using t = await aLog();
    await t.log.append(t.name, someRecords(texts(120)));
    expect(await t.entries()).toBe(1);
  });

  it('are taken up again in the middle, at the record after the last one that was committed', async () => {
    await using t = await aLog();
    await t.log.append(t.name, someRecords(texts(100)));
    const [first, second] = [new Collector(), new Collector()];
    const { handle, isStuck } = handlerUntil('r42', first);
    const stuck = await t.log.subscribe({ topic: t.name, group: 'g', maxBatch: 10, handle });
    await isStuck;
    await stuck[Symbol.asyncDispose]();
    expect(first.texts()).toEqual(texts(100).slice(0, 40));
    expect(await t.lag()).toBe(60);
    await t.log.append(t.name, someRecords(texts(10, 'later')));
    const rest = await t.log.subscribe({ topic: t.name, group: 'g', maxBatch: 7, handle: second.handle });
    await rest.caughtUp();
    expect(second.texts()).toEqual([...texts(100).slice(40), ...texts(10, 'later')]);
    expect(await t.lag()).toBe(0);
  });

  it('fill batches up to maxBatch, across entries', async () => {
    await using t = await aLog();
    for (const round of ['a', 'b', 'c', 'd', 'e']) await t.log.append(t.name, someRecords(texts(30, round)));
    const sizes: number[] = [];
    const handle = async (batch: readonly DeliveredRecord[]) => {
      sizes.push(batch.length);
    };
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', maxBatch: 50, handle });
    await subscription.caughtUp();
    expect(sizes).toEqual([50, 50, 50]);
  });

  it('let one poison record among them go alone', async () => {
    await using t = await aLog();
    await t.log.append(t.name, someRecords(texts(20)));
    const handled = new Collector();
    const handle = async (batch: readonly DeliveredRecord[]) => {
      if (batch.some((record) => textOf(record) === 'r11')) throw new AppError('invalid.event', 'makes no sense');
      handled.add(batch);
    };
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', handle });
    await subscription.caughtUp();
    expect(handled.texts()).toEqual(texts(20).filter((text) => text !== 'r11'));
    const letters = await collect(t.log.read(`${t.name}.dlq`, { from: 'start' }));
    const [record] = (await collect(t.log.read(t.name, { from: 'start' }))).filter((each) => textOf(each) === 'r11');
    expect(letters.map((letter) => letter.headers['dlq-position'])).toEqual([record!.position]);
  });

  it('give each record a position of its own', async () => {
    await using t = await aLog();
    await t.log.append(t.name, someRecords(texts(50)));
    const positions = (await collect(t.log.read(t.name, { from: 'start' }))).map((record) => record.position);
    expect(new Set(positions).size).toBe(50);
  });

  it('are counted by their records, from wherever a group begins', async () => {
    await using t = await aLog();
    await t.log.append(t.name, someRecords(texts(30)));
    const never = async () => {
      throw new Error('not now');
    };
    for (const [group, from] of [
      ['start', 'start'],
      ['end', 'end'],
      ['early', new Date(1)],
      ['late', new Date(Date.now() + 3_600_000)],
    ] as const) {
      await t.log.subscribe({ topic: t.name, group, from, handle: never });
    }
    await t.log.append(t.name, someRecords(texts(12)));
    expect(await Promise.all(['start', 'end', 'early', 'late', 'stranger'].map(t.lag))).toEqual([42, 12, 42, 0, 42]);
  });

  it('that retention has dropped are no lag, and leave the count of records as it was', async () => {
    await using t = await aLog(1);
    await t.log.append(t.name, someRecords(texts(30)));
    await t.trim(new Date(Date.now() + 2 * 3_600_000));
    // approximate trimming leaves what shares a node with newer entries; here all are old
    expect(await t.entries()).toBe(0);
    expect(await t.lag()).toBe(0);
    await t.log.append(t.name, someRecords(texts(5, 'new')));
    expect(await t.lag()).toBe(5);
    const seen = new Collector();
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', handle: seen.handle });
    await subscription.caughtUp();
    expect(seen.texts()).toEqual(texts(5, 'new'));
    expect(await t.lag()).toBe(0);
  });

  it('are let go of once they are handled, however long the reader lives', async () => {
    await using t = await aLog();
    const handled: WeakRef<ArrayBufferLike>[] = [];
    const handle = async (batch: readonly DeliveredRecord[]) => {
      handled.push(new WeakRef(batch[0]!.value.buffer));
    };
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', handle });
    for (let round = 0; round < 20; round += 1) {
      await t.log.append(t.name, [{ key: 'k', value: Buffer.alloc(100_000, round) }]);
      await subscription.caughtUp();
    }
    await collectGarbage();
    // The newest may still be in the hands of the client's parser.
    expect(handled.slice(0, -3).filter((ref) => ref.deref() !== undefined)).toHaveLength(0);
  });
});

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  await new Promise((resolve) => setImmediate(resolve));
  runInNewContext('gc')();
}
