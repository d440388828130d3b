import { encodeFeatureTable, SERVICES, TOPIC_CODECS, TOPICS, training, monitoring as wire } from '@attune/contracts';
import { sketchOf } from '@attune/drift';
import { AppError } from '@attune/errors';
import type { EventLog } from '@attune/event-log';
import { type GrpcServer, serviceOf, startGrpcServer } from '@attune/grpc';
import { seededRandom, until, useInfra } from '@attune/testkit';
import { aClock, openLog, type Replica, startReplica } from './alerts-fleet';

jest.setTimeout(120_000);
const infra = useInfra();
const MINUTE_MS = 60_000;
const clock = aClock('2026-05-08T12:31:00Z');
const NOW = clock.now();
const SLATES = 520;
const PLACES = 4;
const nothing = () => undefined;
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };

const random = seededRandom(5);
/** How the features are made; engaged-with examples have more of everything. */
const MADE: Readonly<Record<string, (lift: number) => number>> = {
  item_age_days: (lift) => 30 * (random() + 0.2 * lift),
  item_views: (lift) => Math.floor(2_000 * (random() + 0.2 * lift)),
  item_like_ratio: (lift) => 0.3 * (random() + 0.2 * lift),
  item_popularity: (lift) => 5 * (random() + 0.2 * lift),
  user_trust_score: () => 0.5 + 0.5 * random(),
  user_last_active: () => 20 * random(),
};
const ITEM_NAMES = ['item_age_days', 'item_views', 'item_like_ratio', 'item_popularity'];

/** What the bug makes of the values of one item: days become hours of milliseconds, and two columns are swapped. */
const broken = ([age, views, ratio, popularity]: number[]) => [age! * 1_000, ratio!, views!, popularity!];

let replica: Replica;
let eventLog: EventLog;
let server: GrpcServer;
const asked: string[] = [];
let isAway = false;

/** Stands for training, which knows what version 3 learned from, and of version 2 that there is no profile. */
async function startTrainingOf(version: string): Promise<GrpcServer> {
  const features = [...Object.keys(MADE), 'item_author_trust'].map((name) => ({
    name,
    parts: ['older', 'older engaged'].map((part, lift) => {
      const values = Array.from({ length: 3_000 }, () => (MADE[name] ?? random)(lift));
      return { part, values: { $case: 'sketch' as const, value: Buffer.from(sketchOf(values).encode()) } };
    }),
  }));
  const getFeatureProfile = async (question: training.GetFeatureProfileRequest) => {
    if (isAway) throw new AppError('unavailable.test', 'training is away');
    asked.push(`${question.model} ${question.version}`);
    const ref = { name: question.model, version: question.version, digest: '' };
    return training.GetFeatureProfileResponse.fromPartial({
      ref,
      features: question.version === version ? features : [],
    });
  };
  const services = [serviceOf({ definition: SERVICES.training.definition, handlers: { getFeatureProfile } })];
  return startGrpcServer({ listen: '127.0.0.1:0', services, logger: { ...quiet, child: () => quiet } as never });
}

async function bringStage(version: string, sequence: number, minutesAgo: number): Promise<void> {
  const event = {
    ...{ eventId: `s${sequence}`, model: { name: 'engagement', version }, sequence, fromStage: 'canary' },
    ...{ toStage: 'production', changedAt: new Date(NOW.getTime() - minutesAgo * MINUTE_MS) },
  };
  const value = TOPIC_CODECS.models.encode(TOPIC_CODECS.models.fromPartial(event)).finish();
  await eventLog.append(TOPICS.models.name, [{ key: 'engagement', value }]);
}

/** Slates of the last 40 minutes. */
async function bringSlates(version: string, made: (row: number[]) => number[]): Promise<void> {
  const records = Array.from({ length: SLATES }, (_, number) => {
    const at = NOW.getTime() - 40 * MINUTE_MS + (number / SLATES) * 35 * MINUTE_MS;
    const rows = Array.from({ length: PLACES }, () =>
      made(ITEM_NAMES.map((name) => MADE[name]!(random() < 0.1 ? 1 : 0))),
    );
    const decision = {
      ...{
        decisionId: `d${version}-${number}`,
        userId: `u${number % 90}`,
        surface: 'home',
        strategy: 'hybrid',
        latencyMs: 9,
      },
      ...{ decidedAt: new Date(at), models: [{ name: 'engagement', version }] },
      slate: rows.map((_row, position) => ({ itemId: `i${position}`, position, propensity: 1, placedBy: 'rank' })),
      itemFeatures: encodeFeatureTable({
        ...{ names: ITEM_NAMES, rowCount: PLACES, values: Float64Array.from(rows.flat()), missing: new Uint8Array() },
        ...{ updatedAtMs: new Float64Array(PLACES), readAtMs: at },
      }),
      userFeatures: [
        { name: 'user_trust_score', value: { $case: 'number' as const, value: MADE.user_trust_score!(0) } },
        { name: 'user_last_active', value: { $case: 'missing' as const, value: 1 } },
      ],
    };
    const message = TOPIC_CODECS.decisions.fromPartial({ decision });
    return { key: decision.userId, value: TOPIC_CODECS.decisions.encode(message).finish() };
  });
  await eventLog.append(TOPICS.decisions.name, records);
}

async function measured(version: string): Promise<void> {
  await replica.service.caughtUp();
  const isMeasured = async () => (await featureCount(version)) === SLATES * PLACES;
  await until('the features are measured', isMeasured, { timeoutMs: 60_000 });
}

async function featureCount(version: string): Promise<number> {
  const labels = { model: 'engagement', version, feature: 'item_popularity' };
  const from = new Date(NOW.getTime() - 60 * MINUTE_MS);
  const question = { metric: 'feature', labels, from, to: NOW, stepSeconds: 3_600 };
  const { points } = await replica.client.getTimeSeries(wire.GetTimeSeriesRequest.fromPartial(question));
  return points.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
}

async function skewAlerts(): Promise<readonly wire.Alert[]> {
  const { alerts } = await replica.client.listAlerts(wire.ListAlertsRequest.fromPartial({}));
  return alerts.filter(({ kind }) => kind === 'training_serving_skew');
}

async function detectFor(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    clock.pass(MINUTE_MS);
    expect(await replica.detect()).toBe(true);
  }
}

beforeAll(async () => {
  server = await startTrainingOf('3');
  const env = { ATTUNE_MONITORING_MEASURE_MS: '200', ATTUNE_TRAINING_ADDRESS: server.address };
  replica = await startReplica(infra, clock.now, env);
  eventLog = await openLog(infra);
  await bringStage('2', 1, 90);
  await Promise.all([bringSlates('2', broken), bringSlates('3', broken)]);
  await Promise.all([measured('2'), measured('3')]);
});

afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await eventLog[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('features in serving beside those of training', () => {
  it('are passed over for a version that has no profile, and the question says why', async () => {
    await detectFor(3);
    expect(asked).toEqual(['engagement 2']);
    expect(await skewAlerts()).toEqual([]);
    const { skews, skewVerdict } = await replica.client.getDrift({ model: 'engagement', windowHours: 1 });
    expect([skews, skewVerdict]).toEqual([[], 'version 2 was registered without a profile of its features']);
  });

  it('open alerts with both figures where they are made otherwise, within the first hour of a version', async () => {
    await bringStage('3', 2, 50);
    await replica.service.caughtUp();
    // what was found is looked at again after a quarter of an hour
    await detectFor(15);
    const alerts = await skewAlerts();
    expect(new Set(alerts.map(({ measure }) => measure))).toEqual(
      new Set(['item_age_days', 'item_views', 'item_like_ratio', 'user_last_active']),
    );
    expect(alerts[0]).toMatchObject({
      ...{ subject: 'model:engagement', severity: wire.AlertSeverity.TICKET },
      model: { name: 'engagement', version: '3' },
      runbook: 'docs/runbooks/training-serving-skew.md',
    });
    const summaryOf = (name: string) => alerts.find(({ measure }) => measure === name)!.summary;
    expect(summaryOf('item_age_days')).toMatch(/^item_age_days: values in serving are \d{3,4} times those of training/);
    expect(summaryOf('user_last_active')).toBe(
      'user_last_active: 100 % of the values are missing in serving, and 0 % were in training',
    );
    expect(alerts.find(({ measure }) => measure === 'item_views')!.likelyCause).toBe(
      "item_views and item_like_ratio have each other's values",
    );
    expect(asked).toEqual(['engagement 2', 'engagement 3']);
  });

  it('are shown one by one to whoever asks, the skewed ones first', async () => {
    const { skews, skewVerdict } = await replica.client.getDrift({ model: 'engagement', windowHours: 1 });
    expect(skewVerdict).toMatch(
      /^in 520 slates of version 3, 4 of 6 features are other than in its training set: item_/,
    );
    expect(skews.map(({ isSkewed }) => isSkewed)).toEqual([true, true, true, true, false, false]);
    // serving does not record every feature that training has
    expect(skews.map(({ name }) => name)).not.toContain('item_author_trust');
    expect(skews.find(({ name }) => name === 'item_popularity')).toMatchObject({ test: 'distribution', bound: 0.7 });
  });

  it('are said to be unknown while training is away, and what has moved is said all the same', async () => {
    isAway = true;
    clock.pass(61 * MINUTE_MS);
    const { measures, skewVerdict } = await replica.client.getDrift({ model: 'engagement', windowHours: 3 });
    expect(measures.length).toBeGreaterThan(5);
    expect(skewVerdict).toMatch(/^training cannot be asked what the version learned from: /);
    await detectFor(1);
    expect((await skewAlerts()).length).toBe(4);
  });
});
