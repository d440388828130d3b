import { readdirSync, readFileSync } from 'node:fs';
import { loadSettings } from '@attune/config';
import { type Client, common, createClient, SERVICES, training } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { openObjectStore } from '@attune/object-store';
import { readArtifact } from '@attune/onnx';
import { settingsOf, useInfra } from '@attune/testkit';
import { trainingSettings } from '../src/config';
import type { DatasetBuilder, TrainerRunner } from '../src/ports';
import { startTraining, type TrainingOverrides } from '../src/service';
import { writeSmallDataset, writeTastes } from './a-dataset';

const infra = useInfra();
const objectStore = openObjectStore(infra.objectStoreUrl);

type TrainingClient = Client<training.TrainingServiceServer>;

async function withTraining(
  { name, settings = {}, ...overrides }: TrainingOverrides & { name: string; settings?: Record<string, string> },
  work: (client: TrainingClient) => Promise<void>,
): Promise<void> {
  const env = { ...settingsOf({ ...infra, namespace: `${infra.namespace}${name}` }), ...settings };
  await using service = await startTraining(loadSettings(trainingSettings, env), overrides);
  await using client = createClient({
    definition: SERVICES.training.definition,
    address: service.address,
    caller: 'test',
  });
  await work(client);
}

async function start(client: TrainingClient, model: string, values: Record<string, unknown> = {}): Promise<string> {
  const request = training.StartTrainingRequest.fromPartial({ model });
  return (await client.startTraining({ ...request, settings: { values } })).run!.runId;
}

async function ended(client: TrainingClient, runId: string): Promise<training.TrainingRun> {
  const steps = await Array.fromAsync(client.watchTraining({ runId }, { deadlineMs: 60_000 }));
  return steps.at(-1)!.run!;
}

/** The processes that train for this one. */
function trainingProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isOurs = readFileSync(`/proc/${pid}/status`, 'utf8').includes(`PPid:\t${process.pid}\n`);
        return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('training-child');
      } catch {
        return false; // it ended meanwhile
      }
    })
    .map(Number);
}

const tastes: DatasetBuilder = {
  find: async () => writeTastes(infra.objectStoreUrl, 'tastes'),
  build: async () => writeTastes(infra.objectStoreUrl, 'tastes'),
};

const small: DatasetBuilder = {
  find: async () => undefined,
  build: () => writeSmallDataset(infra.objectStoreUrl, 'small', (user) => `u${user}`),
};

async function keysUnder(prefix: string): Promise<string[]> {
  return (await Array.fromAsync(objectStore.list(prefix))).map(({ key }) => key);
}

describe('training when something breaks', () => {
  it('goes on from the last checkpoint when a training process is killed, and ends with the same model', async () => {
    await withTraining({ name: 'k', datasets: tastes }, async (client) => {
      const settings = { rank: 64, iterations: 25, threads: 1 };
      const whole = await ended(client, await start(client, 'als', settings));
      const runId = await start(client, 'als', settings);
      let killed = 0;
      for await (const { run } of client.watchTraining({ runId }, { deadlineMs: 60_000 })) {
        if (killed > 0 || run!.phase !== 'training' || !(run!.metrics.iteration! > 0)) continue;
        for (const pid of trainingProcesses()) killed += Number(process.kill(pid, 'SIGKILL'));
      }
      const { run } = await client.getRun({ runId });
      expect(killed).toBe(1);
      expect(run).toMatchObject({ state: common.RunState.SUCCEEDED, attempt: 2 });
      const [a, b] = await Promise.all(
        [whole, run!].map(({ modelVersion }) => readArtifact(objectStore, modelVersion!.digest)),
      );
      expect(Buffer.compare(a!.models.get('retrieval')!, b!.models.get('retrieval')!)).toBe(0);
      expect(a!.manifest.metrics['ndcg@10']).toBe(b!.manifest.metrics['ndcg@10']);
      expect(await keysUnder('checkpoints/')).toEqual([]);
    });
  });

  it('lets one run fail beside another one that succeeds', async () => {
    const settings = { ATTUNE_TRAINING_CONCURRENCY: '2' };
    const builder: DatasetBuilder = {
      ...small,
      build: (request) =>
        request.from === undefined
          ? small.build(request)
          : Promise.reject(new AppError('failed_precondition.dataset_empty', 'the dataset has no interactions')),
    };
    await withTraining({ name: 'n', datasets: builder, settings }, async (client) => {
      const request = training.StartTrainingRequest.fromPartial({ model: 'popularity', from: new Date(0) });
      const failing = (await client.startTraining(request)).run!.runId;
      const sound = await start(client, 'als', { rank: 8, threads: 1 });
      expect(await ended(client, failing)).toMatchObject({
        state: common.RunState.FAILED,
        problem: { code: 'failed_precondition.dataset_empty' },
      });
      expect(await ended(client, sound)).toMatchObject({ state: common.RunState.SUCCEEDED, attempt: 1 });
    });
  });

  it('refuses a data set that cannot fit into memory, and says what to do', async () => {
    const datasets: DatasetBuilder = {
      ...small,
      build: async (request) => ({ ...(await small.build(request)), rowCount: 2_000_000_000 }),
    };
    await withTraining({ name: 'm', datasets, settings: { ATTUNE_TRAINING_MEMORY_MB: '4000' } }, async (client) => {
      const run = await ended(client, await start(client, 'als'));
      expect(run).toMatchObject({
        state: common.RunState.FAILED,
        problem: { code: 'failed_precondition.dataset_too_large', message: expect.stringContaining('shorter time') },
      });
    });
  });

  it.each([
    ['a full disk', 'exhausted.object_store', 'the disk of the object store is full'],
    ['weights that became infinite', 'internal.diverged', 'the loss became Infinity in iteration 3'],
  ] as const)('says on the run that it failed by %s, and leaves the registry as it was', async (_, code, message) => {
    const trainer: TrainerRunner = {
      train: () => Promise.reject(new AppError(code, message)),
      forget: async () => undefined,
    };
    await withTraining({ name: 'd', datasets: small, trainer }, async (client) => {
      const run = await ended(client, await start(client, 'als'));
      expect(run).toMatchObject({ state: common.RunState.FAILED, attempt: 1, problem: { code, message } });
      const { models } = await client.listModels({ pageSize: 0, pageToken: '' });
      expect(models.every(({ versionCount }) => versionCount === 0)).toBe(true);
    });
  });

  it('begins from the version in production where that is asked for', async () => {
    await withTraining({ name: 'w', datasets: tastes }, async (client) => {
      const settings = { rank: 16, iterations: 2, threads: 1 };
      const first = await ended(client, await start(client, 'als', settings));
      const promotion = training.PromoteModelRequest.fromPartial({
        model: 'als',
        version: first.modelVersion!.version,
        override: true,
        reason: 'a start to go on from',
      });
      await client.promoteModel(promotion);
      const request = training.StartTrainingRequest.fromPartial({ model: 'als', warmStart: true });
      const { run } = await client.startTraining({ ...request, settings: { values: settings } });
      const second = await ended(client, run!.runId);
      expect(first.metrics.users_from_previous).toBe(0);
      expect(second.metrics.users_from_previous).toBeGreaterThan(100);
      expect(second.metrics.loss).toBeLessThan(first.metrics.loss!);
    });
  });
});
