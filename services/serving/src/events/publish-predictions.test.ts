import { type events, TOPIC_CODECS } from '@attune/contracts';
import type { EventRecord } from '@attune/event-log';
import type { MadePredictions } from '../ports';
import { PredictionBuffer } from './publish-predictions';

const silent = { warn: () => undefined };
const all = { logger: silent, share: 1, draw: () => 0 };
const made = (predictionId: string, ...users: string[]): MadePredictions => ({
  ...{ predictionId, predictedAt: new Date(0), model: { name: 'engagement', version: '1', digest: '' } },
  ...{ areProbabilities: true, latencyMs: 3 },
  predictions: users.map((userId, at) => ({ userId, itemId: `i${at}`, score: at / 10 })),
});

function aLog() {
  const records: events.PredictionsMade[] = [];
  const append = async (_topic: string, batch: readonly EventRecord[]) => {
    for (const { value } of batch) records.push(TOPIC_CODECS.predictions.decode(value));
  };
  return { records, append };
}

describe('PredictionBuffer', () => {
  it('appends one record per user of a call, with the items in their order', async () => {
    const eventLog = aLog();
    const buffer = new PredictionBuffer({ eventLog, maxWaiting: 100, ...all });
    buffer.publish(made('p1', 'ann', 'ben', 'ann'));
    await buffer.drain(5_000);
    expect(eventLog.records).toMatchObject([
      { predictionId: 'p1', userId: 'ann', itemIds: ['i0', 'i2'], scores: [0, 0.2], areProbabilities: true },
      { predictionId: 'p1', userId: 'ben', itemIds: ['i1'], scores: [0.1] },
    ]);
  });

  it('makes no record before the answer has gone', async () => {
    const eventLog = { append: jest.fn(async () => undefined) };
    const buffer = new PredictionBuffer({ eventLog, maxWaiting: 100, ...all });
    buffer.publish(made('p1', 'ann'));
    await Promise.resolve();
    expect(eventLog.append).not.toHaveBeenCalled();
    await buffer.drain(5_000);
    expect(eventLog.append).toHaveBeenCalledTimes(1);
  });

  it('holds a bounded number of calls and records while the log is away', async () => {
    let appended = 0;
    const append = async (_topic: string, batch: readonly EventRecord[]) => {
      appended += batch.length;
      if (appended > 0) throw new Error('away');
    };
    const buffer = new PredictionBuffer({ eventLog: { append }, maxWaiting: 5, ...all });
    for (let call = 0; call < 1_000; call++) buffer.publish(made(`p${call}`, 'ann', 'ben'));
    expect(await buffer.eraseOf('ann')).toBeLessThanOrEqual(5);
    await buffer.drain(10);
  });

  it('tells of a share of the calls', async () => {
    const eventLog = aLog();
    const draws = [0.4, 0.6];
    const buffer = new PredictionBuffer({ eventLog, maxWaiting: 100, ...all, share: 0.5, draw: () => draws.shift()! });
    buffer.publish(made('p1', 'ann'));
    buffer.publish(made('p2', 'ann'));
    await buffer.drain(5_000);
    expect(eventLog.records.map(({ predictionId }) => predictionId)).toEqual(['p1']);
  });

  it('drops the records of a user who is erased, and no others', async () => {
    const eventLog = aLog();
    const buffer = new PredictionBuffer({ eventLog, maxWaiting: 100, ...all });
    buffer.publish(made('p1', 'ann', 'ben'));
    expect(await buffer.eraseOf('ann')).toBe(1);
    await buffer.drain(5_000);
    expect(eventLog.records.map(({ userId }) => userId)).toEqual(['ben']);
  });
});
