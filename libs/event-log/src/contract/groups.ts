import { Collector } from '../testing/collector';
import { aTopic, type ContractHarness, keyPerText, someRecords, texts } from './harness';

/** Groups, sharing of partitions, and takeover. */
export function describeGroups({ open }: ContractHarness): void {
  it('gives every record to each of two groups', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(20), keyPerText));
    const [one, two] = [new Collector(), new Collector()];
    const subscriptions = await Promise.all([
      log.subscribe({ topic: topic.name, group: 'one', handle: one.handle }),
      log.subscribe({ topic: topic.name, group: 'two', handle: two.handle }),
    ]);
    await Promise.all(subscriptions.map((subscription) => subscription.caughtUp()));
    expect(one.texts().sort()).toEqual(texts(20).sort());
    expect(two.texts().sort()).toEqual(texts(20).sort());
  });

  it('gives a group that reads two topics all of both', async () => {
    await using log = (await open()).log;
    const topics = [aTopic(), aTopic()];
    await log.ensureTopics(topics);
    const collectors = topics.map(() => new Collector());
    const subscriptions = await Promise.all(
      topics.map(({ name }, i) => log.subscribe({ topic: name, group: 'g', handle: collectors[i]!.handle })),
    );
    for (const { name } of topics) await log.append(name, someRecords(texts(20), keyPerText));
    await Promise.all(subscriptions.map((subscription) => subscription.caughtUp()));
    expect(collectors.map((collector) => collector.texts().sort())).toEqual([texts(20).sort(), texts(20).sort()]);
    expect((await log.lag(topics[1]!.name, 'g')).reduce((sum, { records }) => sum + records, 0)).toBe(0);
  });

  it('shares the partitions between two consumers of one group', async () => {
    await using first = (await open()).log;
    await using second = (await open()).log;
    const topic = aTopic();
    await first.ensureTopics([topic]);
    const [one, two] = [new Collector(), new Collector()];
    const subscription = await first.subscribe({ topic: topic.name, group: 'g', handle: one.handle });
    await second.subscribe({ topic: topic.name, group: 'g', handle: two.handle });
    // rounds of records until both have had some: how long the division takes is the adapter's own
    let rounds = 0;
    while (one.records.length === 0 || two.records.length === 0) {
      rounds += 1;
      await first.append(topic.name, someRecords(texts(20, `round${rounds}-`), keyPerText));
      await subscription.caughtUp();
    }
    expect(new Set([...one.texts(), ...two.texts()]).size).toBe(rounds * 20);
  });

  it('hands the partitions of a killed consumer to another, without losing what was not committed', async () => {
    const killed = await open();
    await using survivor = (await open()).log;
    const topic = aTopic({ partitions: 2 });
    await survivor.ensureTopics([topic]);
    const inHand = new Collector();
    let wakeUp = () => {};
    const asleep = new Promise<void>((resolve) => {
      wakeUp = resolve;
    });
    const hang = async (batch: Parameters<typeof inHand.handle>[0]) => {
      inHand.add(batch);
      await asleep;
    };
    await killed.log.subscribe({ topic: topic.name, group: 'g', handle: hang });
    await survivor.append(topic.name, someRecords(texts(20), keyPerText));
    await inHand.until(({ records }) => records.length > 0);
    killed.crash();
    const seen = new Collector();
    const subscription = await survivor.subscribe({ topic: topic.name, group: 'g', handle: seen.handle });
    await subscription.caughtUp();
    expect(seen.texts().sort()).toEqual(texts(20).sort());
    wakeUp();
    await killed.log[Symbol.asyncDispose]();
  }, 60_000);

  it('delivers again what a consumer handled but did not live to commit', async () => {
    const killed = await open();
    await using survivor = (await open()).log;
    const topic = aTopic({ partitions: 1 });
    await survivor.ensureTopics([topic]);
    await survivor.append(topic.name, someRecords(['handled, then killed']));
    const handled = new Collector();
    const handleAndDie = async (batch: Parameters<typeof handled.handle>[0]) => {
      killed.crash();
      handled.add(batch);
    };
    await killed.log.subscribe({ topic: topic.name, group: 'g', handle: handleAndDie });
    await handled.untilDistinct(1);
    const again = new Collector();
    await survivor.subscribe({ topic: topic.name, group: 'g', handle: again.handle });
    await again.untilDistinct(1, 40_000);
    expect(again.texts()).toEqual(['handled, then killed']);
    await killed.log[Symbol.asyncDispose]();
  }, 60_000);

  it('says to another process when a group has handled what was appended before', async () => {
    await using log = (await open()).log;
    await using other = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(10), keyPerText));
    const seen = new Collector();
    let mayGoOn = () => {};
    const gate = new Promise<void>((resolve) => {
      mayGoOn = resolve;
    });
    const subscription = await log.subscribe({ topic: topic.name, group: 'g', handle: seen.handle });
    await subscription.caughtUp();
    await subscription[Symbol.asyncDispose]();
    const slow = async (batch: Parameters<typeof seen.handle>[0]) => {
      seen.add(batch);
      await gate;
    };
    await log.subscribe({ topic: topic.name, group: 'g', handle: slow });
    await log.append(topic.name, someRecords(['last']));
    let isHandled = false;
    const handled = other.handled(topic.name, 'g').then(() => (isHandled = true));
    await seen.until(() => seen.texts().includes('last'));
    expect(isHandled).toBe(false);
    mayGoOn();
    await handled;
  });

  it('does not wait for a group that never began, and waits no longer than it is told', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(1)));
    await log.handled(topic.name, 'nobody');
    const seen = new Collector();
    await using subscription = await log.subscribe({ topic: topic.name, group: 'g', handle: seen.handle });
    await subscription.caughtUp();
    await subscription[Symbol.asyncDispose]();
    await log.append(topic.name, someRecords(texts(1)));
    const stop = new AbortController();
    const handled = log.handled(topic.name, 'g', { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(handled).rejects.toThrow('enough');
  });

  it('begins at the end when a new group asks for it, and keeps that place', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(10, 'old'), keyPerText));
    const seen = new Collector();
    const subscription = await log.subscribe({ topic: topic.name, group: 'g', from: 'end', handle: seen.handle });
    await log.append(topic.name, someRecords(texts(10, 'new'), keyPerText));
    await subscription.caughtUp();
    expect(seen.texts().sort()).toEqual(texts(10, 'new').sort());
  });

  it('begins at a time when a new group asks for it', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(10, 'old'), keyPerText));
    const from = await aMomentAfter(Date.now());
    await log.append(topic.name, someRecords(texts(10, 'new'), keyPerText));
    const seen = new Collector();
    const subscription = await log.subscribe({ topic: topic.name, group: 'g', from, handle: seen.handle });
    await subscription.caughtUp();
    expect(seen.texts().sort()).toEqual(texts(10, 'new').sort());
  });
}

/** A time that lies strictly between what was appended before the call and what is appended after it. */
export async function aMomentAfter(earlierMs: number): Promise<Date> {
  while (Date.now() < earlierMs + 10) await new Promise((resolve) => setTimeout(resolve, 1));
  return new Date(earlierMs + 5);
}
