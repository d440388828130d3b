import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { EventRecord } from '@attune/event-log';
import type { Decision } from '../domain/decision';
import { DecisionBuffer } from './publish-decision';

const silent = { warn: () => undefined };
const aDecision = (decisionId: string, userId = 'ann'): Decision => ({
  decisionId,
  userId,
  surface: 'home',
  surfaceVersion: 1,
  relatedToItemId: '',
  decidedAt: new Date(0),
  requestedCount: 1,
  strategy: 'popularity_based',
  strategyPropensity: 1,
  strategyChosenBy: 'surface',
  sources: [],
  filters: [],
  slate: [],
  runnersUp: [],
  models: [],
  partModels: {},
  degraded: [],
  traceId: '',
  latencyMs: 1,
  context: {},
  personalization: 'personal',
  candidateCount: 0,
  userFeatures: [],
  itemFeatures: undefined,
  shadows: [],
  variants: [],
  parameters: {},
  policyContext: [],
  explorationChoice: undefined,
});

/** A log that fails the first `failures` appends. */
function aLog(failures = 0) {
  const ids: string[] = [];
  let left = failures;
  const append = async (_topic: string, records: readonly EventRecord[]) => {
    if (left-- > 0) throw new AppError('unavailable.redis', 'away');
    for (const { value } of records) ids.push(TOPIC_CODECS.decisions.decode(value).decision!.decisionId);
  };
  return { ids, append };
}

/** Resolves after so many turns of the queue of promises. */
async function afterTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await undefined;
}

describe('DecisionBuffer', () => {
  it('sends also what comes in the very moment when the last batch has arrived', async () => {
    for (let later = 0; later < 8; later++) {
      const { ids, append } = aLog();
      const eventLog = {
        append: async (topic: string, records: readonly EventRecord[]) => {
          await append(topic, records);
          if (ids.length === 1) void afterTurns(later).then(() => buffer.publish(aDecision('last')));
        },
      };
      const buffer: DecisionBuffer = new DecisionBuffer({ eventLog, maxWaiting: 10, logger: silent });
      buffer.publish(aDecision('first'));
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect([later, ...ids]).toEqual([later, 'first', 'last']);
    }
  });

  it('appends every record in order, keyed by user, by the time it is drained', async () => {
    const eventLog = aLog();
    const buffer = new DecisionBuffer({ eventLog, maxWaiting: 1_000, logger: silent });
    const ids = Array.from({ length: 450 }, (_, i) => `d${i}`);
    for (const id of ids) buffer.publish(aDecision(id));
    await buffer.drain(5_000);
    expect(eventLog.ids).toEqual(ids);
  });

  it('keeps records while the log is away', async () => {
    const eventLog = aLog(2);
    const buffer = new DecisionBuffer({ eventLog, maxWaiting: 10, logger: silent });
    buffer.publish(aDecision('d'));
    await buffer.drain(5_000);
    expect(eventLog.ids).toEqual(['d']);
  });

  it('takes no more than it may hold', () => {
    const buffer = new DecisionBuffer({
      eventLog: { append: () => new Promise(() => undefined) },
      maxWaiting: 2,
      logger: silent,
    });
    expect(['a', 'b', 'c'].map((id) => buffer.publish(aDecision(id)))).toEqual([true, true, false]);
    expect(buffer.isFull).toBe(true);
  });

  it('gives up in time when the log stays away', async () => {
    const warnings: object[] = [];
    const logger = { warn: (details: object) => warnings.push(details) };
    const buffer = new DecisionBuffer({ eventLog: aLog(Number.POSITIVE_INFINITY), maxWaiting: 2, logger });
    buffer.publish(aDecision('a'));
    await buffer.drain(20);
    expect(warnings).toContainEqual({ lost: 1 });
  });

  it('drops the records of a user who is erased, and no others', async () => {
    const eventLog = aLog();
    const buffer = new DecisionBuffer({ eventLog, maxWaiting: 1_000, logger: silent });
    for (let i = 0; i < 6; i++) buffer.publish(aDecision(`d${i}`, i % 2 === 0 ? 'ann' : 'ben'));
    expect(await buffer.eraseOf('ann')).toBe(3);
    await buffer.drain(5_000);
    expect(eventLog.ids).toEqual(['d1', 'd3', 'd5']);
  });

  it('drops records on their way that the log did not take', async () => {
    const first = Promise.withResolvers<void>();
    const ids: string[] = [];
    const append = async (_topic: string, records: readonly EventRecord[]) => {
      if (ids.push('attempt') === 1) return first.promise;
      for (const { value } of records) ids.push(TOPIC_CODECS.decisions.decode(value).decision!.decisionId);
    };
    const buffer = new DecisionBuffer({ eventLog: { append }, maxWaiting: 1_000, logger: silent });
    buffer.publish(aDecision('d1', 'ann'));
    buffer.publish(aDecision('d2', 'ben'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ids).toEqual(['attempt']);
    buffer.publish(aDecision('d3', 'ann'));
    const erased = buffer.eraseOf('ann');
    first.reject(new AppError('unavailable.redis', 'away'));
    expect(await erased).toBe(2);
    await buffer.drain(5_000);
    expect(ids).toEqual(['attempt', 'attempt', 'd2']);
  });
});
