import { TOPIC_CODECS, TOPICS, monitoring as wire } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { seededRandom, until, useInfra } from '@attune/testkit';
import { aClock, openLog, type Replica, startReplica } from './alerts-fleet';

jest.setTimeout(120_000);
const infra = useInfra();
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const clock = aClock('2026-05-08T12:30:00Z');
const NOW = clock.now();
const { AlertSeverity } = wire;

let replica: Replica;
let eventLog: EventLog;

beforeAll(async () => {
  replica = await startReplica(infra, clock.now, { ATTUNE_MONITORING_MEASURE_MS: '200' });
  eventLog = await openLog(infra);
  await bringStage();
  await bringSlates();
  await bringPredictions();
  await replica.service.caughtUp();
  await until('all slates are measured', async () => (await countOf('slates', 80)) === 80 * 25, { timeoutMs: 60_000 });
});

afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await eventLog[Symbol.asyncDispose]();
});

/** The version was promoted twelve minutes ago. */
async function bringStage(): Promise<void> {
  const event = {
    ...{ eventId: 's1', model: { name: 'als', version: '8' }, changedAt: new Date(NOW.getTime() - 12 * MINUTE_MS) },
    ...{ fromStage: 'canary', toStage: 'production', sequence: 9 },
  };
  const value = TOPIC_CODECS.models.encode(TOPIC_CODECS.models.fromPartial(event)).finish();
  await eventLog.append(TOPICS.models.name, [{ key: 'als', value }]);
}

/** 25 slates a minute for 80 minutes; from ten minutes ago on they take four times as long. */
async function bringSlates(): Promise<void> {
  const random = seededRandom(3);
  const records = Array.from({ length: 80 * 25 }, (_, number) => {
    const minutesAgo = 80 - Math.floor(number / 25);
    const decision = {
      ...{ decisionId: `d${number}`, userId: `u${number % 50}`, surface: 'home', strategy: 'hybrid' },
      decidedAt: new Date(NOW.getTime() - minutesAgo * MINUTE_MS + (number % 25) * 1_000),
      latencyMs: (minutesAgo <= 10 ? 120 : 30) * (0.8 + 0.4 * random()),
      models: [{ name: 'als', version: '8' }],
      slate: [{ itemId: `i${number % 20}`, position: 0, propensity: 1, placedBy: 'rank' }],
    };
    return {
      key: decision.userId,
      value: TOPIC_CODECS.decisions.encode(TOPIC_CODECS.decisions.fromPartial({ decision })).finish(),
    };
  });
  await eventLog.append(TOPICS.decisions.name, records);
}

/** What the model said on four days before at this time, and, much higher, in the last hour. */
async function bringPredictions(): Promise<void> {
  const random = seededRandom(4);
  const records = [0, 1, 2, 3, 4].flatMap((daysAgo) =>
    Array.from({ length: 60 }, (_, number) => {
      const at = new Date(NOW.getTime() - daysAgo * DAY_MS - (number + 1) * 50_000);
      const event = {
        ...{
          predictionId: `p${daysAgo}-${number}`,
          userId: `u${number}`,
          predictedAt: at,
          areProbabilities: true,
          latencyMs: 3,
        },
        model: { name: 'engagement', version: '2' },
        itemIds: Array.from({ length: 10 }, (_, item) => `i${item}`),
        scores: Array.from({ length: 10 }, () => (daysAgo === 0 ? 0.4 : 0.1) + 0.1 * random()),
      };
      return {
        key: event.userId,
        value: TOPIC_CODECS.predictions.encode(TOPIC_CODECS.predictions.fromPartial(event)).finish(),
      };
    }),
  );
  await eventLog.append(TOPICS.predictions.name, records);
}

async function countOf(metric: string, minutes: number): Promise<number> {
  const { points } = await replica.client.getTimeSeries(
    wire.GetTimeSeriesRequest.fromPartial({
      ...{ metric, from: new Date(NOW.getTime() - minutes * MINUTE_MS), to: NOW, stepSeconds: 3_600 },
    }),
  );
  return points.reduce((sum, { value = 0 }) => sum + value, 0);
}

describe('from slates to somebody who gets up', () => {
  it('tells that answers are slow, with the version that went live before as the likely cause, after three rounds', async () => {
    for (let round = 0; round < 3; round++) {
      expect((await replica.client.listAlerts(wire.ListAlertsRequest.fromPartial({}))).alerts).toEqual([]);
      expect(await replica.detect()).toBe(true);
      clock.pass(10_000);
    }
    const { alerts } = await replica.client.listAlerts(wire.ListAlertsRequest.fromPartial({}));
    const slow = alerts.find(({ segment, kind }) => kind === 'latency' && segment === '');
    expect(slow).toMatchObject({
      ...{ subject: 'service:serving', measure: 'recommend_latency_p99_ms', severity: AlertSeverity.PAGE },
      summary: expect.stringMatching(
        /^recommend_latency_p99_ms went from 3\d(\.\d)? ms, which is usual at this time, to 14\d ms$/,
      ),
      likelyCause: expect.stringMatching(
        /^model version: als version 8 went from canary to production at 2026-05-08T12:18Z$/,
      ),
      runbook: 'docs/runbooks/latency.md',
    });
    expect(slow!.value).toBeGreaterThan(slow!.bound);
    expect(new Set(alerts.map(({ incidentId }) => incidentId)).size).toBe(1);
  });

  it('says how far a model has moved from the same times of the days before', async () => {
    const ask = () => replica.client.getDrift({ model: 'engagement', windowHours: 1 });
    const predictionOf = ({ measures }: wire.GetDriftResponse) => measures.find(({ name }) => name === 'prediction')!;
    // the days before are measured last
    const isMeasured = async () => predictionOf(await ask()).referenceCount === 2_400;
    await until('the days before are measured', isMeasured, { timeoutMs: 60_000 });
    const found = await ask();
    const prediction = predictionOf(found);
    expect(prediction).toMatchObject({ type: 'numeric', hasDrifted: true, sampleCount: 600, referenceCount: 2_400 });
    expect(prediction.tests.map(({ name }) => name)).toEqual(['psi', 'ks', 'wasserstein', 'null_rate']);
    expect(prediction.tests.find(({ name }) => name === 'ks')!.statistic).toBeCloseTo(1, 2);
    expect(found.verdict).toMatch(/prediction moved/);
  });

  it('knows no drift of a model that it never saw, and says what to do', async () => {
    await expect(replica.client.getDrift({ model: 'nobody', windowHours: 1 })).rejects.toThrow(/attune health/);
    await expect(replica.client.getDrift({ model: '', windowHours: 1_000 })).rejects.toThrow(/model is empty.*1 more/);
  });
});
