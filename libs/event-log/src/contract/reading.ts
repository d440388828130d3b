import type { DeliveredRecord, EventLog } from '../port';
import { Collector } from '../testing/collector';
import { aMomentAfter } from './groups';
import { aTopic, type ContractHarness, collect, keyPerText, someRecords, textOf, texts } from './harness';

async function textsOf(records: AsyncIterable<DeliveredRecord>): Promise<string[]> {
  return (await collect(records)).map(textOf);
}

async function totalLag(log: EventLog, topic: string, group: string): Promise<number> {
  return (await log.lag(topic, group)).reduce((sum, { records }) => sum + records, 0);
}

/** Replay, lag and topics. */
export function describeReading({ open }: ContractHarness): void {
  it('replays from the start, up to the end as of the call', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    expect(await textsOf(log.read(topic.name, { from: 'start' }))).toEqual([]);
    await log.append(topic.name, someRecords(texts(1_200), keyPerText));
    const replayed = await textsOf(log.read(topic.name, { from: 'start' }));
    expect(replayed.sort()).toEqual(texts(1_200).sort());
  });

  it('replays from a time', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(10, 'old'), keyPerText));
    const from = await aMomentAfter(Date.now());
    await log.append(topic.name, someRecords(texts(10, 'new'), keyPerText));
    expect((await textsOf(log.read(topic.name, { from }))).sort()).toEqual(texts(10, 'new').sort());
  });

  it('moves no group when it replays', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(5), keyPerText));
    await textsOf(log.read(topic.name, { from: 'start' }));
    expect(await totalLag(log, topic.name, 'g')).toBe(5);
  });

  it('counts what a group has still to handle', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(30), keyPerText));
    expect(await totalLag(log, topic.name, 'g')).toBe(30);
    const seen = new Collector();
    const subscription = await log.subscribe({ topic: topic.name, group: 'g', handle: seen.handle });
    await subscription.caughtUp();
    expect(await totalLag(log, topic.name, 'g')).toBe(0);
    await subscription[Symbol.asyncDispose]();
    await log.append(topic.name, someRecords(texts(12), keyPerText));
    const lag = await log.lag(topic.name, 'g');
    expect(lag.map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
    expect(lag.reduce((sum, { records }) => sum + records, 0)).toBe(12);
  });

  it('puts a key into the partition that the port promises', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(
      topic.name,
      someRecords(['user-1', '', '日本語', 'user-3'], (text) => text),
    );
    const records = await collect(log.read(topic.name, { from: 'start' }));
    const partitions = Object.fromEntries(records.map((record) => [record.key, record.partition]));
    expect(partitions).toEqual({ 'user-1': 0, '': 1, 日本語: 2, 'user-3': 3 });
  });

  it('refuses to change the number of partitions of a topic', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.ensureTopics([topic]);
    const changed = log.ensureTopics([{ ...topic, partitions: 8 }]);
    await expect(changed).rejects.toMatchObject({ code: 'failed_precondition.topic' });
  });

  it('refuses to append to a topic that does not exist', async () => {
    await using log = (await open()).log;
    const append = log.append(aTopic().name, someRecords(['lost']));
    await expect(append).rejects.toMatchObject({ code: 'not_found.topic' });
  });
}
