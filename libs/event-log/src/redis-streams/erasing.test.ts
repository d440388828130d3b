import { AppError } from '@attune/errors';
import { useInfra } from '@attune/testkit';
import { Redis } from 'ioredis';
import { aTopic, collect, someRecords, textOf, texts } from '../contract/harness';
import { type DeliveredRecord, SILENT_LOGGER, type TopicSpec } from '../port';
import { Collector } from '../testing/collector';
import { LogKeys } from './keys';
import { RedisStreamsEventLog } from './redis-streams-event-log';
import { TopicRegistry } from './topic-registry';

const { redisUrl, namespace } = useInfra();
const keys = new LogKeys(namespace);
const redis = new Redis(redisUrl, { disconnectTimeout: 100 });
const poison = new AppError('invalid.event', 'the event makes no sense');

afterAll(() => redis.disconnect());

async function aLog(overrides: Partial<TopicSpec> = {}) {
  const log = new RedisStreamsEventLog({ redisUrl, topicPrefix: namespace, clientId: 'test', logger: SILENT_LOGGER });
  const topic = aTopic({ partitions: 1, ...overrides });
  await log.ensureTopics([topic]);
  const name = topic.name;
  return {
    log,
    name,
    lag: async (group = 'g') => (await log.lag(name, group)).reduce((sum, { records }) => sum + records, 0),
    read: async (of = name) => (await collect(log.read(of, { from: 'start' }))).map(textOf),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

/** The names of those keys of a topic in which some bytes are stored, in the name or anywhere in the value. */
async function keysWith(topic: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const names of redis.scanStream({ match: `${namespace}:log:*${topic}*`, count: 1_000 })) {
    for (const name of names as string[]) {
      const isStream = (await redis.type(name)) === 'stream';
      // the dump of a stream is compressed
      const value = isStream ? await redis.xrangeBuffer(name, '-', '+') : [await redis.dumpBuffer(name)];
      const bytes = Buffer.concat((value as unknown[]).flat(3) as Buffer[]);
      if (name.includes(text) || bytes.includes(text)) found.push(name);
    }
  }
  return found;
}

const about = (user: string, count: number) =>
  texts(count, `${user} `).map((text) => ({ key: user, value: Buffer.from(text), headers: { who: user } }));

/** Records of ada among those of others, in entries that hold both. */
const mixed = (count: number) => about('ben', count).flatMap((record, i) => [record, about('ada', count)[i]!]);

describe('an erasure in Redis Streams', () => {
  it('leaves no byte of the records in any key of the log, dead letters and their headers included', async () => {
    await using t = await aLog({ partitions: 4 });
    const handle = async (batch: readonly DeliveredRecord[]) => {
      if (batch.some((record) => textOf(record).endsWith(' 3'))) throw new AppError('invalid.event', 'no threes');
    };
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', handle });
    await t.log.append(t.name, mixed(50));
    await subscription.caughtUp();
    expect(await keysWith(t.name, 'ada')).toHaveLength(2);
    expect((await t.log.erase(t.name, { mentions: 'ada', key: 'ada' })).count).toBe(51);
    expect(await keysWith(t.name, 'ada')).toEqual([]);
    expect((await t.read()).sort()).toEqual(texts(50, 'ben ').sort());
  });

  it('finds records of other keys that mention somebody, and takes only those that match', async () => {
    await using t = await aLog({ partitions: 4 });
    await t.log.append(t.name, [
      ...someRecords(['ben follows ada', 'ben follows adam'], () => 'ben'),
      ...someRecords(['cem follows ada'], () => 'cem'),
    ]);
    const matches = (record: DeliveredRecord) => textOf(record).endsWith(' ada');
    expect((await t.log.erase(t.name, { mentions: 'ada', matches })).count).toBe(2);
    expect(await t.read()).toEqual(['ben follows adam']);
  });

  it('writes no partition again that has no such record', async () => {
    await using t = await aLog({ partitions: 4 });
    await t.log.append(t.name, [...about('ada', 3), ...about('ben', 3), ...about('cem', 3), ...about('dia', 3)]);
    await t.log.erase(t.name, { mentions: 'ada' });
    const touched = await Promise.all([0, 1, 2, 3].map((partition) => redis.exists(keys.erasures(t.name, partition))));
    expect(touched.reduce((sum, one) => sum + one, 0)).toBe(1);
  });

  it('keeps positions, and leaves nothing to be caught up with when the last records are gone', async () => {
    await using t = await aLog();
    await t.log.append(t.name, [...about('ben', 5), ...about('ada', 5)]);
    await t.log.append(t.name, about('ada', 5));
    const positions = (await collect(t.log.read(t.name, { from: 'start' }))).map(({ position }) => position);
    await t.log.erase(t.name, { mentions: 'ada' });
    const left = await collect(t.log.read(t.name, { from: 'start' }));
    expect(left.map(({ position }) => position)).toEqual(positions.slice(0, 5));
    expect(await t.lag()).toBe(15);
    const seen = new Collector();
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', handle: seen.handle });
    await subscription.caughtUp();
    expect([seen.texts(), await t.lag()]).toEqual([texts(5, 'ben '), 0]);
    await t.log.append(t.name, about('cem', 2));
    await subscription.caughtUp();
    expect(seen.texts().slice(5)).toEqual(texts(2, 'cem '));
  });

  it('wakes readers that wait in the stream when the next record comes', async () => {
    await using t = await aLog();
    await t.log.append(t.name, mixed(3));
    const seen = new Collector();
    const options = { topic: t.name, group: 'g', maxWaitMs: 60_000, handle: seen.handle };
    const subscription = await t.log.subscribe(options);
    await subscription.caughtUp();
    await t.log.erase(t.name, { mentions: 'ada' });
    await t.log.append(t.name, about('cem', 1));
    await seen.until((collector) => collector.texts().includes('cem 0'));
    expect(seen.texts()).toHaveLength(7);
  });

  it('loses and doubles nothing while producers append and consumers read', async () => {
    await using t = await aLog();
    const seen = new Collector();
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', maxBatch: 50, handle: seen.handle });
    const rounds = texts(60, 'round');
    const isAppended = (async () => {
      for (const round of rounds) {
        const others = someRecords(texts(40, `${round} `), (text) => text);
        await t.log.append(t.name, [...others, { key: `ada ${round}`, value: Buffer.from(`ada ${round}`) }]);
      }
    })();
    let erased = 0;
    for (let i = 0; i < 12; i += 1) erased += (await t.log.erase(t.name, { mentions: 'ada' })).count;
    await isAppended;
    erased += (await t.log.erase(t.name, { mentions: 'ada' })).count;
    await subscription.caughtUp();
    const kept = rounds.flatMap((round) => texts(40, `${round} `));
    expect(seen.texts().filter((text) => !text.startsWith('ada'))).toEqual(kept);
    expect({ erased, left: await t.read() }).toEqual({ erased: rounds.length, left: kept });
    expect(await t.lag()).toBe(0);
  });

  it('is done by both when two of one partition are asked for at once', async () => {
    await using t = await aLog();
    await t.log.append(t.name, [...mixed(200), ...about('cem', 200)]);
    const counts = await Promise.all(
      ['ada', 'cem', 'ada', 'nobody'].map((mentions) => t.log.erase(t.name, { mentions })),
    );
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(400);
    expect(await t.read()).toEqual(texts(200, 'ben '));
    expect(await keysWith(t.name, ':erasing:')).toEqual([]);
  });

  it('begins anew where one was killed, and does not take over what it had written', async () => {
    await using t = await aLog();
    await t.log.append(t.name, mixed(5));
    await redis.xadd(keys.ofErasure(t.name, 0).rewritten, '1-1', 'n', '0', 'b', 'half of a stream');
    await t.log.erase(t.name, { mentions: 'ada' });
    expect(await t.read()).toEqual(texts(5, 'ben '));
  });

  it('brings nothing back that retention drops meanwhile', async () => {
    await using t = await aLog({ retentionHours: 1 });
    await t.log.append(t.name, mixed(5));
    const matches = () => true;
    const later = new Date(Date.now() + 2 * 3_600_000);
    const erasing = t.log.erase(t.name, { mentions: 'ada', matches });
    await new TopicRegistry(redis, keys).trim(later);
    await erasing;
    expect([await t.read(), await t.lag()]).toEqual([[], 0]);
  });
});

describe('a consumer that has erased records in its memory', () => {
  it('does not deliver those that wait for their batch', async () => {
    await using t = await aLog();
    const seen = new Collector();
    const handle = async (batch: readonly DeliveredRecord[]) => {
      if (seen.records.length === 0) await t.log.erase(t.name, { mentions: 'ada' });
      seen.add(batch);
    };
    await t.log.append(t.name, [...about('ben', 3), ...about('ada', 3), ...about('cem', 3)]);
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', maxBatch: 3, handle });
    await subscription.caughtUp();
    expect(seen.texts()).toEqual([...texts(3, 'ben '), ...texts(3, 'cem ')]);
  });

  it('does not try them again, and loses none of the others', async () => {
    await using t = await aLog();
    const attempts: string[][] = [];
    const handle = async (batch: readonly DeliveredRecord[]) => {
      attempts.push(batch.map(textOf));
      if (attempts.length > 1) return;
      await t.log.erase(t.name, { mentions: 'ada' });
      throw new AppError('unavailable.postgres', 'the database is away');
    };
    await t.log.append(t.name, mixed(2));
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', handle });
    await subscription.caughtUp();
    expect(attempts).toEqual([
      ['ben 0', 'ada 0', 'ben 1', 'ada 1'],
      ['ben 0', 'ben 1'],
    ]);
    expect(await t.lag()).toBe(0);
  });

  it('puts none of them into the dead letters', async () => {
    await using t = await aLog();
    const handle = async (batch: readonly DeliveredRecord[]) => {
      await t.log.erase(t.name, { mentions: 'ada' });
      throw new AppError('invalid.event', `${batch.length} records make no sense`);
    };
    await t.log.append(t.name, mixed(2));
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', handle });
    await subscription.caughtUp();
    expect(await t.read(`${t.name}.dlq`)).toEqual(['ben 0', 'ben 1']);
    expect(await keysWith(t.name, 'ada')).toEqual([]);
  });

  it('cannot dead-letter one that a handler has in hand', async () => {
    await using t = await aLog();
    const handle: Parameters<typeof t.log.subscribe>[0]['handle'] = async (batch, { deadLetter }) => {
      await t.log.erase(t.name, { mentions: 'ada' });
      for (const record of batch) await deadLetter(record, poison);
    };
    await t.log.append(t.name, mixed(1));
    const subscription = await t.log.subscribe({ topic: t.name, group: 'g', handle });
    await subscription.caughtUp();
    expect(await t.read(`${t.name}.dlq`)).toEqual(['ben 0']);
  });
});
