import { loadSettings } from '@attune/config';
import { type Client, common, createClient, SERVICES, training } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { RunningService } from '@attune/kit';
import { openObjectStore } from '@attune/object-store';
import { readArtifact } from '@attune/onnx';
import { settingsOf, useInfra } from '@attune/testkit';
import { trainingSettings } from '../src/config';
import type { DatasetBuilder } from '../src/ports';
import { startTraining } from '../src/service';
import { writeSmallDataset } from './a-dataset';

const infra = useInfra();
const objectStore = openObjectStore(infra.objectStoreUrl);

const find = async () => undefined;

const smallDataset: DatasetBuilder = {
  find,
  build: async ({ onProgress }) => {
    onProgress(1, 192);
    return writeSmallDataset(infra.objectStoreUrl, 'test', (user) => `u${user}`);
  },
};

/** A dataset that is never finished: its run can only be cancelled. */
const endlessDataset: DatasetBuilder = {
  find,
  build: ({ signal, onProgress }) => {
    onProgress(0.5, 1);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  },
};

const failingDataset: DatasetBuilder = {
  find,
  build: () => Promise.reject(new AppError('failed_precondition.dataset_empty', 'the dataset has no interactions')),
};

function configOf(namespace: string) {
  return loadSettings(trainingSettings, settingsOf({ ...infra, namespace }));
}

type TrainingClient = Client<training.TrainingServiceServer>;

async function withTraining<T>(
  { namespace, datasets }: { namespace: string; datasets: DatasetBuilder },
  work: (client: TrainingClient, service: RunningService) => Promise<T>,
): Promise<T> {
  await using service = await startTraining(configOf(namespace), { datasets });
  await using client = createClient({
    definition: SERVICES.training.definition,
    address: service.address,
    caller: 'test',
  });
  return await work(client, service);
}

const start = (model: string, rest: Partial<training.StartTrainingRequest> = {}): training.StartTrainingRequest => ({
  ...training.StartTrainingRequest.fromPartial({ model }),
  ...rest,
});

async function follow(client: TrainingClient, runId: string): Promise<training.WatchTrainingResponse[]> {
  return Array.fromAsync(client.watchTraining({ runId }, { deadlineMs: 60_000 }));
}

async function train(client: TrainingClient, model: string, rest: Partial<training.StartTrainingRequest> = {}) {
  const { run } = await client.startTraining(start(model, rest));
  return (await follow(client, run!.runId)).at(-1)!.run!;
}

const als = { values: { rank: 8, iterations: 3, threads: 1 } };

describe('training', () => {
  it('trains both models, streams their progress from the first step on, and registers what can be read back', async () => {
    await withTraining({ namespace: infra.namespace, datasets: smallDataset }, async (client) => {
      const { run } = await client.startTraining(start('als', { settings: als }));
      const steps = await follow(client, run!.runId);
      expect(steps[0]).toMatchObject({ sequence: 1, run: { state: common.RunState.QUEUED } });
      expect(steps.at(-1)!.run).toMatchObject({ state: common.RunState.SUCCEEDED, fraction: 1, datasetId: 'test' });
      const fractions = steps.map((step) => step.run!.fraction);
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      const { manifest } = await readArtifact(objectStore, steps.at(-1)!.run!.modelVersion!.digest);
      expect(manifest).toMatchObject({ modelKind: 'als', users: { count: 24 }, items: { count: 20 } });
      expect(await train(client, 'popularity')).toMatchObject({ state: common.RunState.SUCCEEDED });
    });
  });

  it('moves versions through the ladder and remembers what served when', async () => {
    await withTraining({ namespace: `${infra.namespace}b`, datasets: smallDataset }, async (client) => {
      await train(client, 'popularity', { promote: true });
      const between = new Date();
      await train(client, 'popularity', { promote: true });
      const { models } = await client.listModels({ pageSize: 0, pageToken: '' });
      expect(models.find(({ name }) => name === 'popularity')).toMatchObject({
        versionCount: 2,
        production: { ref: { version: '2' } },
      });
      const history = { model: 'popularity', pageSize: 0, pageToken: '' };
      const then = await client.getProductionHistory({ ...history, at: between });
      expect(then.changes).toMatchObject([{ ref: { version: '1' }, to: training.ModelStage.PRODUCTION }]);
      const { version } = await client.rollbackModel({ model: 'popularity', reason: 'worse', requestId: '' });
      expect(version).toMatchObject({ ref: { version: '1' }, stage: training.ModelStage.PRODUCTION });
      const { changes } = await client.getProductionHistory({ ...history, at: undefined });
      expect(changes[0]).toMatchObject({ ref: { version: '1' }, reason: 'worse', actor: 'test' });
    });
  });

  it('gives the same run for the same request id', async () => {
    await withTraining({ namespace: `${infra.namespace}c`, datasets: smallDataset }, async (client) => {
      const first = await client.startTraining(start('popularity', { requestId: 'once' }));
      const second = await client.startTraining(start('popularity', { requestId: 'once' }));
      expect(second.run!.runId).toBe(first.run!.runId);
      await follow(client, first.run!.runId);
      expect((await client.listRuns({ model: '', state: 0, pageSize: 0, pageToken: '' })).runs).toHaveLength(1);
    });
  });

  it('cancels a run that is running', async () => {
    await withTraining({ namespace: `${infra.namespace}d`, datasets: endlessDataset }, async (client) => {
      const { run } = await client.startTraining(start('als'));
      for await (const step of client.watchTraining({ runId: run!.runId }, { deadlineMs: 30_000 })) {
        if (step.run!.state === common.RunState.RUNNING) await client.cancelTraining({ runId: run!.runId });
      }
      const ended = await client.getRun({ runId: run!.runId });
      expect(ended.run).toMatchObject({ state: common.RunState.CANCELLED });
    });
  });

  it('says on the run why it failed and leaves the registry as it was', async () => {
    await withTraining({ namespace: `${infra.namespace}e`, datasets: failingDataset }, async (client) => {
      const run = await train(client, 'popularity', { promote: true });
      expect(run).toMatchObject({
        state: common.RunState.FAILED,
        problem: { code: 'failed_precondition.dataset_empty', message: 'the dataset has no interactions' },
      });
      expect((await client.listModels({ pageSize: 0, pageToken: '' })).models.every((m) => m.versionCount === 0)).toBe(
        true,
      );
    });
  });

  it('finishes after a restart what was queued when it stopped', async () => {
    const namespace = `${infra.namespace}f`;
    const runId = await withTraining({ namespace, datasets: endlessDataset }, async (client) => {
      const { run } = await client.startTraining(start('popularity'));
      for await (const step of client.watchTraining({ runId: run!.runId }, { deadlineMs: 30_000 })) {
        if (step.run!.state === common.RunState.RUNNING) break;
      }
      return run!.runId;
    });
    await withTraining({ namespace, datasets: smallDataset }, async (client) => {
      expect((await follow(client, runId)).at(-1)!.run).toMatchObject({ state: common.RunState.SUCCEEDED, attempt: 2 });
    });
  });

  it.each([
    ['an unknown trainer', start('magic'), 'model'],
    ['an unknown setting', start('als', { settings: { values: { rang: 8 } } }), 'settings.rang'],
    ['a setting out of range', start('als', { settings: { values: { rank: -1 } } }), 'settings.rank'],
  ])('refuses %s and names the field', async (_, request, field) => {
    await withTraining({ namespace: `${infra.namespace}g`, datasets: smallDataset }, async (client) => {
      const error: AppError = await client.startTraining(request).catch((failure) => failure);
      expect(error.code).toMatch(/^invalid\./);
      expect(error.violations[0]!.field).toBe(field);
    });
  });

  it('says that a run or a version does not exist', async () => {
    await withTraining({ namespace: `${infra.namespace}g`, datasets: smallDataset }, async (client) => {
      await expect(client.getRun({ runId: 'nobody' })).rejects.toMatchObject({ code: 'not_found.run' });
      const promotion = training.PromoteModelRequest.fromPartial({ model: 'als', version: '7' });
      await expect(client.promoteModel(promotion)).rejects.toMatchObject({ code: 'not_found.model_version' });
    });
  });
});
