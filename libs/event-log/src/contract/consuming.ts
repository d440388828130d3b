import { Collector } from '../testing/collector';
import { aTopic, type ContractHarness, keyPerText, someRecords, texts } from './harness';

/** Order, bytes, positions and waiting. */
export function describeConsuming({ open }: ContractHarness): void {
  it('keeps the order of each key under concurrent appends', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    const keys = ['ada', 'ben', 'cem', 'dia', 'eve'];
    const appends = texts(40).map((text) =>
      log.append(
        topic.name,
        someRecords(
          keys.map((k) => `${k} ${text}`),
          (t) => t.slice(0, 3),
        ),
      ),
    );
    await Promise.all(appends);
    const seen = new Collector();
    await log.subscribe({ topic: topic.name, group: 'g', handle: seen.handle });
    await seen.until(({ records }) => records.length >= 200);
    for (const key of keys) {
      const ofKey = seen.texts().filter((text) => text.startsWith(key));
      expect(ofKey).toEqual(texts(40).map((text) => `${key} ${text}`));
    }
  });

  it('gives bytes, keys and headers back as they were appended', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    const big = Buffer.alloc(1024 * 1024, 'm');
    const values = [Buffer.from([0, 255, 0, 10, 13]), Buffer.alloc(0), big];
    const headers = { 'event-type': 'like', note: 'ключ\n', empty: '' };
    await log.append(
      topic.name,
      values.map((value) => ({ key: 'ключ\0 1', value, headers })),
    );
    const seen = new Collector();
    await log.subscribe({ topic: topic.name, group: 'g', handle: seen.handle });
    await seen.until(({ records }) => records.length === 3);
    expect(seen.records.map((record) => Buffer.from(record.value).equals(values.shift()!))).toEqual([true, true, true]);
    expect(seen.records.map((record) => record.key)).toEqual(Array(3).fill('ключ\0 1'));
    expect(seen.records.map((record) => ({ ...record.headers }))).toEqual(Array(3).fill(headers));
  });

  it('says when the log took a record', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    const before = Date.now();
    await log.append(topic.name, someRecords(['now']));
    const after = Date.now();
    const seen = new Collector();
    await log.subscribe({ topic: topic.name, group: 'g', handle: seen.handle });
    await seen.untilDistinct(1);
    const at = seen.records[0]!.appendedAt.getTime();
    // the server's clock may differ from ours by a tick
    expect(at).toBeGreaterThanOrEqual(before - 5);
    expect(at).toBeLessThanOrEqual(after + 5);
  });

  it('never gives a handler more than maxBatch records, nor records of two partitions', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(50), keyPerText));
    const seen = new Collector();
    const batches: { size: number; partitions: number }[] = [];
    const handle = async (batch: Parameters<typeof seen.handle>[0]) => {
      batches.push({ size: batch.length, partitions: new Set(batch.map((record) => record.partition)).size });
      seen.add(batch);
    };
    await log.subscribe({ topic: topic.name, group: 'g', maxBatch: 7, handle });
    await seen.untilDistinct(50);
    expect(Math.max(...batches.map((batch) => batch.size))).toBeLessThanOrEqual(7);
    expect(new Set(batches.map((batch) => batch.partitions))).toEqual(new Set([1]));
  });

  it('delivers what was appended while the consumer was away, and nothing twice', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(10, 'first'), keyPerText));
    const before = new Collector();
    const first = await log.subscribe({ topic: topic.name, group: 'g', handle: before.handle });
    await first.caughtUp();
    await first[Symbol.asyncDispose]();
    await log.append(topic.name, someRecords(texts(10, 'later'), keyPerText));
    const after = new Collector();
    const second = await log.subscribe({ topic: topic.name, group: 'g', handle: after.handle });
    await second.caughtUp();
    expect(before.texts().sort()).toEqual(texts(10, 'first').sort());
    expect(after.texts().sort()).toEqual(texts(10, 'later').sort());
  });

  it('is caught up only when everything appended before was handled', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    const seen = new Collector();
    const subscription = await log.subscribe({ topic: topic.name, group: 'g', maxBatch: 5, handle: seen.handle });
    await subscription.caughtUp();
    for (const round of texts(3, 'round')) {
      await log.append(topic.name, someRecords(texts(30, round), keyPerText));
      await subscription.caughtUp();
      expect(seen.distinct().filter((text) => text.startsWith(round))).toHaveLength(30);
    }
  });

  it('stops waiting to be caught up when it is told to', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(['never handled']));
    const stop = new AbortController();
    const handle = async () => {
      stop.abort(new Error('enough'));
      throw new Error('not yet');
    };
    const subscription = await log.subscribe({ topic: topic.name, group: 'g', handle });
    await expect(subscription.caughtUp({ signal: stop.signal })).rejects.toThrow('enough');
  });
}
