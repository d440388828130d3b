import { loadSettings } from '@attune/config';
import { type Client, common, createClient, SERVICES, training } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { RunningService } from '@attune/kit';
import { settingsOf, useInfra } from '@attune/testkit';
import { trainingSettings } from '../src/config';
import type { Dataset, DatasetBuilder } from '../src/ports';
import { startTraining } from '../src/service';
import { writeTastes } from './a-dataset';

jest.setTimeout(120_000);
const infra = useInfra();
const GOOD = { rank: 16, iterations: 6, threads: 1 };
/** One iteration from random numbers, held near zero: worse than counting. */
const BAD = { rank: 4, iterations: 1, regularization: 100, threads: 1 };
const DAY_MS = 86_400_000;

let service: RunningService;
let client: Client<training.TrainingServiceServer> & AsyncDisposable;
/** Runs train on what happened up to this day, evaluations see everything. */
let lastDay = 60;

const datasets: DatasetBuilder = {
  find: async (datasetId) => {
    if (datasetId === 'examples') return { ...(await tastesUntil(lastDay)), kind: 'labelled_examples' };
    return datasetId.startsWith('until-') ? tastesUntil(Number(datasetId.slice(6))) : undefined;
  },
  build: () => tastesUntil(lastDay),
};

function tastesUntil(day: number): Promise<Dataset> {
  return writeTastes(infra.objectStoreUrl, `until-${day}`, { untilMs: day * DAY_MS });
}

beforeAll(async () => {
  service = await startTraining(loadSettings(trainingSettings, settingsOf(infra)), { datasets });
  client = createClient({
    definition: SERVICES.training.definition,
    address: service.address,
    caller: 'test',
    defaultDeadlineMs: 60_000,
  });
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

async function train(
  values: Record<string, unknown>,
  rest: Partial<training.StartTrainingRequest> = {},
): Promise<training.TrainingRun> {
  const request = training.StartTrainingRequest.fromPartial({ model: 'als', settings: { values }, ...rest });
  const { run } = await client.startTraining(request);
  const steps = await Array.fromAsync(client.watchTraining({ runId: run!.runId }, { deadlineMs: 60_000 }));
  return steps.at(-1)!.run!;
}

const promote = (version: string, rest: Partial<training.PromoteModelRequest> = {}) =>
  client.promoteModel(training.PromoteModelRequest.fromPartial({ model: 'als', version, ...rest }));
const refused = (version: string, rest: Partial<training.PromoteModelRequest> = {}): Promise<AppError> =>
  promote(version, rest).then(
    () => new AppError('internal.promoted', 'it was promoted'),
    (error: AppError) => error,
  );
const evaluate = (version: string, rest: Partial<training.EvaluateModelRequest> = {}) =>
  client.evaluateModel(training.EvaluateModelRequest.fromPartial({ model: 'als', version, ...rest }));
const history = async () =>
  (await client.getProductionHistory(training.GetProductionHistoryRequest.fromPartial({ model: 'als' }))).changes;
const inProduction = async () => {
  const { models } = await client.listModels({ pageSize: 0, pageToken: '' });
  return models.find(({ name }) => name === 'als')?.production?.ref?.version;
};

// The tests tell one story: each goes on from what the one before left.
describe('a model on its way into production', () => {
  it('starts with a version that is shown to be better than popularity, and keeps the grounds', async () => {
    lastDay = 30;
    const run = await train(GOOD, { promote: true });
    expect(run).toMatchObject({
      state: common.RunState.SUCCEEDED,
      kind: training.RunKind.TRAINING,
      promotion: expect.stringMatching(/^in production: ndcg@10 .* plain popularity, gain \+/),
      evaluationId: run.runId,
    });
    const [change] = await history();
    expect(change).toMatchObject({
      ref: { version: '1' },
      to: training.ModelStage.PRODUCTION,
      actor: 'test',
      grounds: { rule: 'first', opponent: 'popularity', evaluationId: run.runId, datasetId: 'until-30' },
    });
    expect(change!.grounds!.gain!.low).toBeGreaterThan(0);
    expect(change!.evidence['ndcg@10']).toBeGreaterThan(0);
  });

  it('keeps a worse version a candidate, says why, and lets it in by an override with a reason alone', async () => {
    const run = await train(BAD, { promote: true });
    expect(run).toMatchObject({
      state: common.RunState.SUCCEEDED,
      promotion: expect.stringMatching(/^stays a candidate: als v2 is not shown to be better: .* of als v1/),
    });
    expect(await inProduction()).toBe('1');
    expect(await refused('2')).toMatchObject({ code: 'failed_precondition.not_better' });
    expect(await refused('2', { override: true })).toMatchObject({
      code: 'invalid.promotion',
      violations: [{ field: 'reason' }],
    });
    await promote('2', { override: true, reason: 'to try the alarm' });
    expect((await history())[0]).toMatchObject({
      ref: { version: '2' },
      reason: 'to try the alarm',
      grounds: { rule: 'override' },
    });
  });

  it('asks stored versions what users did since, and promotes by that', async () => {
    expect(await refused('1')).toMatchObject({ code: 'failed_precondition.no_evaluation' });
    lastDay = 60;
    const { evaluation, metrics, run } = await evaluate('1');
    expect(run).toMatchObject({ kind: training.RunKind.EVALUATION, state: common.RunState.SUCCEEDED });
    expect(evaluation).toMatchObject({ ref: { version: '1' }, datasetId: 'until-60', caveat: '', actor: 'test' });
    expect(evaluation!.askedFrom!.getTime()).toBeLessThanOrEqual(30 * DAY_MS + 1);
    expect(evaluation!.comparisons.map(({ opponent, method }) => [opponent, method])).toEqual([
      ['2', 'artifact'],
      ['popularity', 'baseline'],
    ]);
    expect(metrics.map(({ name }) => name)).toContain('ndcg@10');
    const promoted = await promote('1', { reason: 'it is better' });
    expect(promoted.version).toMatchObject({ ref: { version: '1' }, stage: training.ModelStage.PRODUCTION });
    expect((await history())[0]!.grounds).toMatchObject({ rule: 'better', evaluationId: evaluation!.evaluationId });
  });

  it('starts an evaluation for a caller that watches it, and keeps it', async () => {
    const { run, evaluation, metrics } = await evaluate('2', { startOnly: true, metrics: ['recall@5'] });
    expect({ evaluation, metrics }).toEqual({ evaluation: undefined, metrics: [] });
    const steps = await Array.fromAsync(client.watchTraining({ runId: run!.runId }, { deadlineMs: 60_000 }));
    const { evaluationId } = steps.at(-1)!.run!;
    const kept = (await client.getEvaluation({ evaluationId })).evaluation!;
    expect(kept.metrics.map(({ name }) => name)).toEqual(['recall@5']);
    expect(kept.comparisons[0]).toMatchObject({ opponent: '1', method: 'artifact' });
    expect(kept.comparisons[0]!.gains[0]!.high).toBeLessThan(0);
    const list = training.ListEvaluationsRequest.fromPartial({ model: 'als', version: '2', pageSize: 1 });
    const first = await client.listEvaluations(list);
    expect(first.evaluations).toEqual([kept]);
    const second = await client.listEvaluations({ ...list, pageToken: first.nextPageToken });
    expect(second).toMatchObject({ evaluations: [{ method: expect.stringContaining('hidden') }], nextPageToken: '' });
  });

  it('evaluates on what the versions have seen where that is named, and does not promote by it', async () => {
    const { evaluation } = await evaluate('2', { datasetId: 'until-30' });
    expect(evaluation!.caveat).toMatch(/remember/);
    const { evaluationId } = evaluation!;
    expect(await refused('2', { evaluationId })).toMatchObject({ code: 'failed_precondition.evaluation_not_fair' });
  });

  it.each([
    ['a data set that does not exist', '1', { datasetId: 'f'.repeat(64) }, 'not_found.dataset'],
    ['a data set of another kind', '1', { datasetId: 'examples' }, 'invalid.dataset'],
    ['a version that does not exist', '99', {}, 'not_found.model_version'],
    ['a metric that does not exist', '1', { metrics: ['accuracy'] }, 'invalid.metrics'],
  ])('refuses to evaluate by %s', async (_, version, rest, code) => {
    await expect(evaluate(version, rest)).rejects.toMatchObject({ code });
  });

  it('says that nothing happened since where nothing did', async () => {
    lastDay = 30;
    await expect(evaluate('1')).rejects.toMatchObject({ code: 'failed_precondition.no_fresh_data' });
  });

  it('trains the recipe in production again on newer data into production, without asking for a gain', async () => {
    lastDay = 40;
    const run = await train(GOOD, { promote: true });
    expect(run).toMatchObject({
      problem: undefined,
      promoted: true,
      promotion: expect.stringMatching(/^in production: the settings of als v1, trained on data set until-40/),
    });
  });

  it('lets one after the other decide when several move at once', async () => {
    const moves = [
      promote('2', { override: true, reason: 'one' }),
      promote('1', { override: true, reason: 'two' }),
      client.rollbackModel(training.RollbackModelRequest.fromPartial({ model: 'als', reason: 'three' })),
      promote('3', { override: true, reason: 'four' }),
    ];
    const outcomes = await Promise.allSettled(moves);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(3);
    const changes = [...(await history())].reverse();
    // replayed, the history never has two in production, and ends with the one that is there
    let serving: string | undefined;
    for (const { ref, from, to } of changes) {
      if (to === training.ModelStage.PRODUCTION) {
        expect(serving).toBeUndefined();
        serving = ref!.version;
      } else if (from === training.ModelStage.PRODUCTION) {
        expect(ref!.version).toBe(serving);
        serving = undefined;
      }
    }
    expect(await inProduction()).toBe(serving);
  });

  it('goes further back with every rollback, and keeps who and why', async () => {
    await promote('1', { override: true, reason: 'a known start' });
    await promote('2', { override: true, reason: 'then the second' });
    await promote('3', { override: true, reason: 'then the third' });
    const back = async () => {
      const request = training.RollbackModelRequest.fromPartial({ model: 'als', reason: 'clicks fell' });
      return (await client.rollbackModel(request)).version!.ref!.version;
    };
    expect([await back(), await back()]).toEqual(['2', '1']);
    expect((await history())[0]).toMatchObject({
      actor: 'test',
      reason: 'clicks fell',
      grounds: { rule: 'rollback', summary: 'rolled back from v2' },
    });
  });

  it('climbs the ladder without evidence up to production, which is left by being replaced alone', async () => {
    const { SHADOW, CANARY, RETIRED } = training.ModelStage;
    expect((await promote('3', { stage: SHADOW })).version!.stage).toBe(SHADOW);
    expect((await promote('3', { stage: CANARY })).version!.stage).toBe(CANARY);
    expect((await promote('3', { stage: RETIRED, reason: 'no good' })).version!.stage).toBe(RETIRED);
    expect(await refused('1', { stage: RETIRED })).toMatchObject({
      code: 'failed_precondition.stage',
      message: expect.stringContaining('promote that one, or roll back'),
    });
  });

  it('answers what served at a time', async () => {
    const [now] = await history();
    const at = new Date((await history()).at(-1)!.at!.getTime() - 1);
    const ask = (moment: Date) =>
      client.getProductionHistory(training.GetProductionHistoryRequest.fromPartial({ model: 'als', at: moment }));
    expect((await ask(at)).changes).toEqual([]);
    expect((await ask(new Date())).changes[0]!.ref!.version).toBe(await inProduction());
    expect(now!.at).toBeInstanceOf(Date);
  });
});
