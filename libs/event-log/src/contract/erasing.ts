import { AppError } from '@attune/errors';
import type { DeliveredRecord, EventLog } from '../port';
import { Collector } from '../testing/collector';
import { aTopic, type ContractHarness, collect, keyPerText, someRecords, textOf, texts } from './harness';

const HOUR_MS = 3_600_000;

async function textsIn(log: EventLog, topic: string): Promise<string[]> {
  return (await collect(log.read(topic, { from: 'start' }))).map(textOf).sort();
}

/** Erasure: at once where records can be taken out, an honest answer where they cannot. */
export function describeErasing({ open }: ContractHarness): void {
  it('erases the records of a key, or says by when they have left with the retention', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ retentionHours: 1 });
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords([...texts(20), ...texts(20, 's')], keyPerText));
    const { count, remainUntil } = await log.erase(topic.name, {
      mentions: 'user-r7',
      key: 'user-r7',
      matches: (record) => record.key === 'user-r7',
    });
    const kept = [...texts(20), ...texts(20, 's')].filter((text) => text !== 'r7');
    if (log.erases === 'records') {
      expect({ count, remainUntil }).toEqual({ count: 1, remainUntil: undefined });
      expect(await textsIn(log, topic.name)).toEqual(kept.sort());
    } else {
      expect(count).toBe(0);
      expect(remainUntil!.getTime()).toBeGreaterThan(Date.now() + HOUR_MS);
      expect(await textsIn(log, topic.name)).toEqual([...kept, 'r7'].sort());
    }
  });

  it('goes on for every group after an erasure: order, lag and being caught up', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ partitions: 1, retentionHours: 1 });
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(['gone first', ...texts(10), 'gone in between', ...texts(10, 's')]));
    const seen = new Collector();
    const before = await log.subscribe({ topic: topic.name, group: 'before', handle: seen.handle });
    await before.caughtUp();
    await log.append(topic.name, someRecords([...texts(10, 't'), 'gone last']));
    await before.caughtUp();
    await log.erase(topic.name, { mentions: 'gone' });
    await log.append(topic.name, someRecords(texts(5, 'u')));
    await log.erase(topic.name, { mentions: 'u4' });
    await before.caughtUp();
    const late = new Collector();
    const after = await log.subscribe({ topic: topic.name, group: 'after', handle: late.handle });
    await after.caughtUp();
    const lags = await Promise.all(['before', 'after'].map((group) => log.lag(topic.name, group)));
    expect(lags.flat().map(({ records }) => records)).toEqual([0, 0]);
    const isKept = (text: string) => log.erases !== 'records' || (!text.startsWith('gone') && text !== 'u4');
    const appended = ['gone first', ...texts(10), 'gone in between', ...texts(10, 's'), ...texts(10, 't'), 'gone last'];
    expect(seen.texts().filter((text) => text !== 'u4')).toEqual([...appended, ...texts(4, 'u')]);
    expect(late.texts()).toEqual([...appended, ...texts(5, 'u')].filter(isKept));
  });

  it('erases the dead letters of a topic with it', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ partitions: 1, retentionHours: 1 });
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(['ada, poison', 'ben, poison']));
    const handle = async (_batch: readonly DeliveredRecord[]) => {
      throw new AppError('invalid.event', 'the event makes no sense');
    };
    const subscription = await log.subscribe({ topic: topic.name, group: 'g', handle });
    await subscription.caughtUp();
    await log.erase(topic.name, { mentions: 'ada' });
    const letters = await textsIn(log, `${topic.name}.dlq`);
    expect(letters).toEqual(log.erases === 'records' ? ['ben, poison'] : ['ada, poison', 'ben, poison']);
  });

  it('refuses to erase from a topic that does not exist', async () => {
    await using log = (await open()).log;
    const erasure = log.erase(aTopic().name, { mentions: 'ada' });
    await expect(erasure).rejects.toMatchObject({ code: 'not_found.topic' });
  });
}
