import { loadSettings } from '@attune/config';
import { type Client, common, createClient, SERVICES, training } from '@attune/contracts';
import { CategoryCounts, DistributionSketch } from '@attune/drift';
import type { RunningService } from '@attune/kit';
import { openObjectStore } from '@attune/object-store';
import { openGraphSession, readArtifact } from '@attune/onnx';
import { settingsOf, useInfra } from '@attune/testkit';
import { trainingSettings } from '../src/config';
import type { DatasetBuilder } from '../src/ports';
import { startTraining } from '../src/service';
import { chanceOf, writeExamples } from './labelled-examples';

const infra = useInfra();
const objectStore = openObjectStore(infra.objectStoreUrl);
const asked: unknown[] = [];
const datasets: DatasetBuilder = {
  find: async () => undefined,
  build: ({ need }) => {
    asked.push(need);
    return writeExamples(infra.objectStoreUrl, 'examples');
  },
};

let service: RunningService;
let client: Client<training.TrainingServiceServer> & AsyncDisposable;
let run: training.TrainingRun;

beforeAll(async () => {
  service = await startTraining(loadSettings(trainingSettings, settingsOf(infra)), { datasets });
  client = createClient({ definition: SERVICES.training.definition, address: service.address, caller: 'test' });
  const request = training.StartTrainingRequest.fromPartial({ model: 'engagement', promote: true });
  const started = await client.startTraining({ ...request, settings: { values: { epochs: 8, hidden: '16' } } });
  const steps = await Array.fromAsync(client.watchTraining({ runId: started.run!.runId }, { deadlineMs: 60_000 }));
  run = steps.at(-1)!.run!;
}, 60_000);

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

describe('training the engagement model', () => {
  it('asks for labelled examples and learns from them what users do', () => {
    expect(run).toMatchObject({ state: common.RunState.SUCCEEDED });
    expect(asked).toEqual([{ kind: 'labelled_examples' }]);
    // the best that can be known has an area of about .79 here; what chance alone gives is .5
    expect(run.metrics.click_auc).toBeGreaterThan(0.73);
    expect(run.metrics.click_calibration_error ?? 0).toBeLessThan(0.1);
    expect(run.metrics.comment_is_base_rate).toBe(1);
  });

  it('goes into production because it beats the base rates on examples that it never saw, user by user', async () => {
    expect(run.promotion).toContain('in production');
    expect(run.metrics.log_loss).toBeLessThan(run.metrics.base_rate_log_loss!);
    const question = training.ListEvaluationsRequest.fromPartial({ model: 'engagement' });
    const { evaluations } = await client.listEvaluations(question);
    expect(evaluations[0]).toMatchObject({ comparisons: [{ opponent: 'base_rate' }] });
  });

  it('stores a graph that takes raw features by name, missing ones too, and gives probabilities', async () => {
    const { manifest, models } = await readArtifact(objectStore, run.modelVersion!.digest);
    expect(manifest).toMatchObject({
      modelKind: 'engagement',
      featureSchemaHash: 'schema',
      features: ['user_keen', 'item_popular'],
      labels: ['click', 'like', 'comment', 'share'],
    });
    await using session = await openGraphSession(models.get('predict')!);
    const data = [1, 1, -1, -1, Number.NaN, 0];
    const { probabilities } = await session.run({ features: { type: 'float32', dims: [3, 2], data } });
    const click = [0, 4, 8].map((at) => probabilities!.data[at]!);
    expect(Math.abs(click[0]! - chanceOf(1, 1))).toBeLessThan(0.12);
    expect(Math.abs(click[1]! - chanceOf(-1, -1))).toBeLessThan(0.12);
    expect(click.every((p) => p > 0 && p < 1)).toBe(true);
  });

  it('keeps how the features were distributed that it learned from, as one counts by hand, for whoever compares', async () => {
    const found = await client.getFeatureProfile({ model: 'engagement', version: '' });
    expect(found.ref).toEqual(run.modelVersion);
    expect(found.features.map(({ name }) => name)).toEqual(['item_category', 'item_popular', 'user_keen']);
    const [category, popular, keen] = found.features.map(({ parts }) => parts);
    expect(popular!.map(({ part }) => part)).toEqual(['newest', 'newest engaged', 'older', 'older engaged']);
    const sketches = keen!.map(({ values }) => DistributionSketch.decode(values!.value));
    const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
    // of 3,000 examples each seventeenth lacks the feature, and the newest fifth was not learned from
    expect(sum(sketches.map(({ totalCount }) => totalCount))).toBe(3_000);
    expect(sum(sketches.map(({ count, totalCount }) => totalCount - count))).toBe(Math.ceil(3_000 / 17));
    expect(sketches[0]!.totalCount + sketches[1]!.totalCount).toBe(600);
    expect(sketches[3]!.mean).toBeGreaterThan(sketches[2]!.mean + 0.5);
    const words = category!.map(({ values }) => [...CategoryCounts.decode(values!.value).counts]);
    expect(words.map(([one]) => one![0])).toEqual(['news', 'news', 'news', 'news']);
    await expect(client.getFeatureProfile({ model: 'engagement', version: '7' })).rejects.toMatchObject({
      code: 'not_found.model_version',
    });
  });

  it('says of a stored version that its training measures it, instead of evaluating it by rankings', async () => {
    const request = training.EvaluateModelRequest.fromPartial({ model: 'engagement' });
    await expect(client.evaluateModel(request, { deadlineMs: 30_000 })).rejects.toMatchObject({
      code: expect.stringMatching(/^(unimplemented|failed_precondition)\./),
      message: expect.stringContaining('measured by its training'),
    });
  });
});
