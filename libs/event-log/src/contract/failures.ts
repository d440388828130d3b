import { AppError } from '@attune/errors';
import type { DeliveredRecord, EventLog } from '../port';
import { Collector } from '../testing/collector';
import { aTopic, type ContractHarness, collect, keyPerText, someRecords, textOf, texts } from './harness';

const poison = new AppError('invalid.event', 'the event makes no sense');

async function readAll(log: EventLog, topic: string): Promise<DeliveredRecord[]> {
  return collect(log.read(topic, { from: 'start' }));
}

/** Retries, poison, dead letters and the watchdog. */
export function describeFailures({ open }: ContractHarness): void {
  it('retries a failing handler and keeps the order', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(10)));
    const handled = new Collector();
    let failures = 3;
    const handle = async (batch: readonly DeliveredRecord[]) => {
      if (batch.some((record) => textOf(record) === 'r4') && failures-- > 0) {
        throw new AppError('unavailable.postgres', 'the database is away');
      }
      handled.add(batch);
    };
    const subscription = await log.subscribe({ topic: topic.name, group: 'g', maxBatch: 2, handle });
    await subscription.caughtUp();
    expect(handled.texts()).toEqual(texts(10));
  });

  it('goes on with other partitions while one is being retried', async () => {
    await using log = (await open()).log;
    const topic = aTopic();
    await log.ensureTopics([topic]);
    await log.append(
      topic.name,
      someRecords(['stuck'], () => 'user-stuck'),
    );
    const handled = new Collector();
    let stuckPartition: number | undefined;
    const isStuckMet = new Collector();
    const handle = async (batch: readonly DeliveredRecord[]) => {
      if (batch.some((record) => textOf(record) === 'stuck')) {
        stuckPartition = batch[0]!.partition;
        isStuckMet.add(batch);
        throw new Error('away for ever');
      }
      handled.add(batch);
    };
    await log.subscribe({ topic: topic.name, group: 'g', handle });
    await isStuckMet.until(({ records }) => records.length >= 3);
    await log.append(topic.name, someRecords(texts(40), keyPerText));
    const all = await readAll(log, topic.name);
    const elsewhere = all.filter((record) => record.partition !== stuckPartition).length;
    await handled.untilDistinct(elsewhere);
    expect(handled.records).toHaveLength(elsewhere);
  });

  it('dead-letters one poison record once and lets the rest flow', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    const handled = new Collector();
    const handle = async (batch: readonly DeliveredRecord[]) => {
      if (batch.some((record) => textOf(record) === 'r3')) throw poison;
      handled.add(batch);
    };
    const headers = { 'event-type': 'like' };
    await log.append(
      topic.name,
      someRecords(texts(8)).map((record) => ({ ...record, headers })),
    );
    const subscription = await log.subscribe({ topic: topic.name, group: 'g', handle });
    await subscription.caughtUp();
    expect(handled.distinct()).toEqual(texts(8).filter((text) => text !== 'r3'));
    const letters = await readAll(log, `${topic.name}.dlq`);
    expect(letters.map(textOf)).toEqual(['r3']);
    expect(letters[0]!.key).toBe('user-1');
    const [record] = (await readAll(log, topic.name)).filter((each) => textOf(each) === 'r3');
    expect({ ...letters[0]!.headers }).toEqual({
      'event-type': 'like',
      'dlq-reason': 'invalid.event: the event makes no sense',
      'dlq-topic': topic.name,
      'dlq-partition': '0',
      'dlq-position': record!.position,
      'dlq-group': 'g',
      'dlq-attempts': '1',
    });
  });

  it('dead-letters a record that fails too often, when the consumer sets a limit', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(['never']));
    const handle = async () => {
      throw new Error('always');
    };
    const subscription = await log.subscribe({ topic: topic.name, group: 'g', maxAttempts: 3, handle });
    await subscription.caughtUp();
    const letters = await readAll(log, `${topic.name}.dlq`);
    expect(letters.map((letter) => letter.headers['dlq-attempts'])).toEqual(['3']);
  });

  it('does not deliver a record again that the handler dead-lettered itself', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(texts(4)));
    const attempts: string[][] = [];
    const subscription = await log.subscribe({
      topic: topic.name,
      group: 'g',
      handle: async (batch, { deadLetter }) => {
        attempts.push(batch.map(textOf));
        const bad = batch.find((record) => textOf(record) === 'r1');
        if (bad === undefined) return;
        await deadLetter(bad, poison);
        throw new Error('and then the database went away');
      },
    });
    await subscription.caughtUp();
    expect(attempts.flat().filter((text) => text === 'r1')).toHaveLength(1);
    expect((await readAll(log, `${topic.name}.dlq`)).map(textOf)).toEqual(['r1']);
  });

  it('restarts a consumer that is alive but not moving', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(['hangs once']));
    const handled = new Collector();
    let aborted = 0;
    const subscription = await log.subscribe({
      topic: topic.name,
      group: 'g',
      stallTimeoutMs: 200,
      handle: async (batch, { signal }) => {
        if (aborted > 0) return handled.add(batch);
        signal.addEventListener('abort', () => {
          aborted += 1;
        });
        await new Promise(() => {});
      },
    });
    await subscription.caughtUp();
    expect(handled.texts()).toEqual(['hangs once']);
    expect({ aborted, restarts: subscription.restarts }).toEqual({ aborted: 1, restarts: 1 });
  });

  it('leaves a slow handler alone that sends heartbeats', async () => {
    await using log = (await open()).log;
    const topic = aTopic({ partitions: 1 });
    await log.ensureTopics([topic]);
    await log.append(topic.name, someRecords(['slow']));
    const handled = new Collector();
    const subscription = await log.subscribe({
      topic: topic.name,
      group: 'g',
      stallTimeoutMs: 400,
      handle: async (batch, { heartbeat }) => {
        const end = Date.now() + 1_000;
        while (Date.now() < end) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          heartbeat();
        }
        handled.add(batch);
      },
    });
    await subscription.caughtUp();
    expect(handled.texts()).toEqual(['slow']);
    expect(subscription.restarts).toBe(0);
  });
}
