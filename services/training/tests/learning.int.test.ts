import { loadSettings } from '@attune/config';
import { type Client, createClient, monitoring, SERVICES, TOPIC_CODECS, TOPICS, training } from '@attune/contracts';
import { openEventLog } from '@attune/event-log';
import type { RunningService } from '@attune/kit';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { settingsOf, useInfra } from '@attune/testkit';
import { trainingSettings } from '../src/config';
import type { ServingSight } from '../src/learning-ports';
import type { Dataset, DatasetBuilder } from '../src/ports';
import { startTraining } from '../src/service';
import { writeTastes } from './a-dataset';

jest.setTimeout(180_000);
const infra = useInfra();
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const SETTINGS = { rank: 16, iterations: 6, threads: 1 };

let service: RunningService;
let client: Client<training.TrainingServiceServer> & AsyncDisposable;
let database: Database;
let look: () => Promise<boolean>;
/** What was recorded ends here. */
let nowMs = 30 * DAY_MS;
let serving: ServingSight = {};

const datasets: DatasetBuilder = {
  find: async (datasetId) => datasetUntil(Number(datasetId.slice('until-'.length))),
  build: ({ to }) => datasetUntil(Math.min(nowMs, to?.getTime() ?? nowMs) - 1),
};

function datasetUntil(untilMs: number): Promise<Dataset> {
  return writeTastes(infra.objectStoreUrl, `until-${untilMs}`, { untilMs });
}

beforeAll(async () => {
  const env = {
    ...settingsOf(infra),
    ATTUNE_TRAINING_LEARNING_SHADOW_MS: String(5 * MINUTE_MS),
    ATTUNE_TRAINING_LEARNING_CANARY_MS: String(10 * MINUTE_MS),
    ATTUNE_TRAINING_LEARNING_NEW_LEAST: '500',
    ATTUNE_TRAINING_LEARNING_PROOF_LEAST: '500',
  };
  service = await startTraining(loadSettings(trainingSettings, env), {
    datasets,
    clock: () => new Date(nowMs),
    trialReports: { of: async () => serving },
    onLearning: (given) => {
      look = given;
    },
  });
  client = createClient({ definition: SERVICES.training.definition, address: service.address, caller: 'test' });
  const schema = schemaFor(infra.namespace, 'training');
  database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: 'test' });
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

/** So many interactions came in, spread evenly over these days. */
async function arrive(count: number, fromDay: number, toDay: number): Promise<void> {
  const minutes = Array.from({ length: 100 }, (_, at) => new Date((fromDay + ((toDay - fromDay) * at) / 100) * DAY_MS));
  await database.query(
    `INSERT INTO learning_arrivals SELECT date_trunc('minute', at), $2 FROM unnest($1::timestamptz[]) AS at
     ON CONFLICT (minute) DO UPDATE SET count = learning_arrivals.count + excluded.count`,
    [minutes, count / 100],
  );
}

async function trainFirst(): Promise<void> {
  const request = training.StartTrainingRequest.fromPartial({ model: 'als', promote: true });
  const { run } = await client.startTraining({ ...request, settings: { values: SETTINGS } });
  await ended(run!.runId);
}

async function ended(runId: string): Promise<training.TrainingRun> {
  const steps = await Array.fromAsync(client.watchTraining({ runId }, { deadlineMs: 60_000 }));
  return steps.at(-1)!.run!;
}

const explain = async (model = 'als') => (await client.explainRetraining({ model })).decisions[0]!;
const cycles = async (model = '') =>
  (await client.listLearningCycles(training.ListLearningCyclesRequest.fromPartial({ model }))).cycles;
const { LearningStage, ModelStage } = training;

async function stageOf(version: string): Promise<training.ModelStage> {
  const { versions } = await client.listModelVersions(training.ListModelVersionsRequest.fromPartial({ model: 'als' }));
  return versions.find(({ ref }) => ref!.version === version)!.stage;
}

/** Lets the cycle that is under way train its challenger. */
async function trained(): Promise<training.LearningCycle> {
  await look();
  const [cycle] = await cycles();
  await ended(cycle!.runId);
  await look();
  return (await cycles())[0]!;
}

// The tests tell one story: each goes on from what the one before left.
describe('learning by itself', () => {
  it('says of every model why it is not trained again, and when it decides next', async () => {
    await trainFirst();
    const { decisions, nextRoundAt } = await client.explainRetraining({ model: '' });
    expect(decisions.map(({ model }) => model)).toEqual(
      ['als', 'content', 'engagement', 'hybrid', 'item_item', 'mf', 'neural_cf', 'popularity'].sort(),
    );
    expect(nextRoundAt).toBeInstanceOf(Date);
    expect(decisions.every(({ retrain }) => !retrain)).toBe(true);
    const als = decisions.find(({ model }) => model === 'als')!;
    expect(als.rules.map(({ name }) => name)).toEqual([
      ...['first_version', 'drift_alert', 'new_data', 'age', 'erasure', 'asked'],
      ...['cycle_running', 'backing_off', 'too_little_data', 'not_in_use'],
    ]);
    expect(als.reason).toMatch(/0 interactions since it was trained; 500 are needed/);
    expect(decisions.find(({ model }) => model === 'mf')!.reason).toBe('nothing of it is in production');
  });

  it('trains again by itself when significant new data came, keeps the newest back, and proves the challenger on that', async () => {
    await arrive(5_000, 20, 30);
    await look();
    nowMs = 45 * DAY_MS;
    await arrive(2_500, 30.01, 45);
    expect(await explain()).toMatchObject({
      retrain: true,
      reason: expect.stringContaining('2500 interactions since'),
    });
    await look();
    const [begun] = await cycles();
    expect(begun).toMatchObject({ model: 'als', stage: LearningStage.TRAINING, champion: { version: '1' } });
    expect(await explain()).toMatchObject({ retrain: false, currentCycle: { cycleId: begun!.cycleId } });
    await trained();
    await look();
    const [proved] = await cycles();
    expect(proved!.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(proved!.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'better',
        'latency',
        'size',
        'fairness',
        'coverage',
        'segments',
        'numbers',
        'leak',
        'future',
      ]),
    );
    expect(proved).toMatchObject({ stage: LearningStage.SHADOW, challenger: { version: '2' } });
    expect(await stageOf('2')).toBe(ModelStage.SHADOW);
  });

  it('climbs through shadow and canary into production as time passes and serving says no word against it', async () => {
    nowMs += 6 * MINUTE_MS;
    await look();
    expect((await cycles())[0]).toMatchObject({ stage: LearningStage.CANARY });
    expect(await stageOf('2')).toBe(ModelStage.CANARY);
    nowMs += 11 * MINUTE_MS;
    serving = { canary: { slates: 20, verdict: 'within', reason: 'all within' } };
    await look();
    expect((await cycles())[0]).toMatchObject({ stage: LearningStage.CANARY });
    serving = { canary: { slates: 500, verdict: 'within', reason: 'all within' } };
    await look();
    expect((await cycles())[0]).toMatchObject({
      stage: LearningStage.PROMOTED,
      outcome: expect.stringContaining('500 slates'),
      failureCount: 0,
    });
    expect(await stageOf('2')).toBe(ModelStage.PRODUCTION);
    expect(await stageOf('1')).toBe(ModelStage.RETIRED);
    serving = {};
  });

  it('trains again on an open alert of drift about the model, and not on one that is over or about a service', async () => {
    nowMs = 53 * DAY_MS;
    await arrive(600, 45.1, 53);
    const { redisUrl, namespace } = infra;
    const kafkaBrokers = infra.kafkaBrokers?.split(',');
    await using log = await openEventLog({ redisUrl, kafkaBrokers, topicPrefix: namespace, clientId: 'test' });
    const alert = (alertId: string, rest: Partial<monitoring.Alert>) => ({
      key: alertId,
      value: TOPIC_CODECS.alerts
        .encode(
          TOPIC_CODECS.alerts.fromPartial({
            eventId: alertId,
            changedAt: new Date(nowMs),
            alert: {
              ...{ alertId, subject: 'model:als', kind: 'concept_drift', startedAt: new Date(49 * DAY_MS) },
              ...{ summary: 'clicks fell by 12 %', state: monitoring.AlertState.OPEN, ...rest },
            },
          }),
        )
        .finish(),
    });
    await log.append(TOPICS.alerts.name, [
      alert('over', { state: monitoring.AlertState.RESOLVED, kind: 'calibration' }),
      alert('service', { subject: 'service:serving' }),
      alert('open', {}),
      alert('open', {}),
    ]);
    await log.handled(TOPICS.alerts.name, 'training', { signal: AbortSignal.timeout(20_000) });
    const decision = await explain();
    expect(decision).toMatchObject({ retrain: true });
    expect(decision.reason).toContain('concept_drift since 1970-02-19 00:00: clicks fell by 12 %');
  });

  it('rejects a challenger that serving took back, with the reason, and then rests', async () => {
    const proved = await trained();
    expect(proved.stage).toBe(LearningStage.SHADOW);
    nowMs += 6 * MINUTE_MS;
    await look();
    expect((await cycles())[0]!.stage).toBe(LearningStage.CANARY);
    const back = { model: 'als', version: '3', stage: ModelStage.CANDIDATE, reason: 'guardrail errors: too many' };
    await client.promoteModel(training.PromoteModelRequest.fromPartial(back));
    await look();
    expect((await cycles())[0]).toMatchObject({
      stage: LearningStage.REJECTED,
      outcome: 'it was taken from canary to candidate: guardrail errors: too many (test)',
      failureCount: 1,
    });
    expect(await stageOf('3')).toBe(ModelStage.RETIRED);
    const decision = await explain();
    expect(decision).toMatchObject({ retrain: false, reason: expect.stringContaining('ended without a promotion') });
    expect(decision.notBefore!.getTime()).toBe(nowMs + 30 * MINUTE_MS);
  });

  it('trains by force whatever the decision says, with a model and a reason, and once at a time', async () => {
    const force = (rest: Partial<training.RetrainRequest>) =>
      client.retrain(training.RetrainRequest.fromPartial({ force: true, ...rest }));
    await expect(force({ reason: 'x' })).rejects.toMatchObject({ violations: [{ field: 'model' }] });
    await expect(force({ model: 'als' })).rejects.toMatchObject({ violations: [{ field: 'reason' }] });
    await expect(force({ model: 'magic', reason: 'x' })).rejects.toMatchObject({ code: 'invalid.model' });
    const [decision] = (await force({ model: 'als', reason: 'to see it' })).decisions;
    expect(decision).toMatchObject({ retrain: true, reason: 'asked: to see it' });
    expect(decision!.currentCycle).toMatchObject({ stage: LearningStage.TRAINING });
    const [again] = (await force({ model: 'als', reason: 'again' })).decisions;
    expect(again).toMatchObject({ retrain: false, reason: expect.stringContaining('is under way') });
  });

  it('rejects what was proved beside another version than the one in production now', async () => {
    await trained();
    await client.rollbackModel(training.RollbackModelRequest.fromPartial({ model: 'als', reason: 'by hand' }));
    await look();
    expect((await cycles())[0]).toMatchObject({
      stage: LearningStage.REJECTED,
      outcome: 'v1 is in production now, and it began beside v2',
    });
  });

  it('puts a first version into production that its run speaks for, without a trial beside nobody', async () => {
    nowMs += 60 * MINUTE_MS;
    const request = training.RetrainRequest.fromPartial({ model: 'popularity', force: true, reason: 'none serves' });
    const { runId } = (await client.retrain(request)).decisions[0]!.currentCycle!;
    await look();
    await ended(runId);
    await look();
    expect((await cycles('popularity'))[0]).toMatchObject({
      stage: LearningStage.PROMOTED,
      champion: undefined,
      outcome: expect.stringContaining('in production: the first version'),
    });
  });

  it('tells cycles newest first, page by page', async () => {
    const all = (await cycles('als')).slice(0, 4);
    expect(all.length).toBeGreaterThanOrEqual(3);
    const request = training.ListLearningCyclesRequest.fromPartial({ model: 'als', pageSize: 2 });
    const first = await client.listLearningCycles(request);
    const second = await client.listLearningCycles({ ...request, pageToken: first.nextPageToken });
    expect([...first.cycles, ...second.cycles].map(({ cycleId }) => cycleId)).toEqual(
      all.map(({ cycleId }) => cycleId),
    );
    expect(await cycles('mf')).toEqual([]);
  });
});
