import { loadSettings } from '@attune/config';
import { type Client, common, createClient, SERVICES, training } from '@attune/contracts';
import type { RunningService } from '@attune/kit';
import { openObjectStore } from '@attune/object-store';
import { artifactKey } from '@attune/onnx';
import { settingsOf, useInfra } from '@attune/testkit';
import { trainingSettings } from '../src/config';
import type { Dataset, DatasetBuilder, TrainerRunner } from '../src/ports';
import { startTraining } from '../src/service';
import { type Damage, greedyGraph, retrieval, storeDamaged, storeSound } from './damaged-artifact';

jest.setTimeout(60_000);
const infra = useInfra();
const store = openObjectStore(infra.objectStoreUrl);
const dataset: Dataset = {
  ...{ datasetId: 'test', kind: 'interactions', objectKeys: [], itemObjectKeys: [], followObjectKeys: [] },
  ...{ rowCount: 1, featureSchemaHash: '' },
};
const datasets: DatasetBuilder = { find: async () => undefined, build: async () => dataset };

let service: RunningService;
let client: Client<training.TrainingServiceServer> & AsyncDisposable;
let sound: string;
/** What the next run's training claims to have stored. */
let stored: string;
const trainer: TrainerRunner = {
  train: async () => ({ digest: stored, metrics: {}, sizeBytes: 1, userCount: 40, itemCount: 40 }),
  forget: async () => undefined,
};

beforeAll(async () => {
  const settings = { ...settingsOf(infra), ATTUNE_TRAINING_MEMORY_MB: '600' };
  service = await startTraining(loadSettings(trainingSettings, settings), { datasets, trainer });
  client = createClient({ definition: SERVICES.training.definition, address: service.address, caller: 'test' });
  sound = await storeSound(store, 'test');
  stored = sound;
  const run = await train();
  expect(run).toMatchObject({ problem: undefined, promoted: true });
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

async function train(): Promise<training.TrainingRun> {
  const request = training.StartTrainingRequest.fromPartial({
    model: 'als',
    promote: true,
    promotionTerms: { override: true, reason: 'the test wants to see it refused for its artifact alone' },
  });
  const { run } = await client.startTraining(request);
  const steps = await Array.fromAsync(client.watchTraining({ runId: run!.runId }, { deadlineMs: 50_000 }));
  return steps.at(-1)!.run!;
}

// Every kind of damage is tried in libs/onnx (verify-artifact.test.ts, artifact.test.ts); here is what the service makes of it.
describe('the registry', () => {
  it.each<[string, Damage, RegExp]>([
    [
      'a flipped byte',
      {
        after: async (objects, digest) => {
          const key = artifactKey(digest, 'retrieval.onnx');
          const bytes = await objects.get(key);
          bytes[bytes.length - 1]! ^= 1;
          await objects.put(key, bytes);
        },
      },
      /^retrieval\.onnx: SHA-256/,
    ],
    [
      'a missing file',
      { after: (objects, digest) => objects.delete(artifactKey(digest, 'users.jsonl')) },
      /users\.jsonl: the file is missing/,
    ],
    [
      'weights that are not finite',
      {
        graph: retrieval((users) => {
          users[7] = Number.NaN;
        }),
      },
      /"user_factors" has values that are not finite/,
    ],
    [
      'golden answers that it does not give',
      { manifest: (m) => void (m.graphs[0]!.golden[0]!.outputs.scores!.data[0]! += 1) },
      /golden vector 0 does not match/,
    ],
    ['a graph that takes all memory', { graph: greedyGraph() }, /takes more than 600 MB of memory/],
    ['what was trained on other data', { manifest: (m) => void (m.datasetHash = 'other') }, /of data set other/],
  ])('refuses %s, says so on the run, and leaves what serves as it is', async (_, damage, problem) => {
    stored = await storeDamaged(store, sound, damage);
    const run = await train();
    expect(run).toMatchObject({
      state: common.RunState.FAILED,
      problem: { code: 'data_loss.artifact', message: expect.stringMatching(problem) },
    });
    const { models } = await client.listModels({ pageSize: 0, pageToken: '' });
    expect(models.find(({ name }) => name === 'als')).toMatchObject({
      versionCount: 1,
      production: { ref: { version: '1', digest: sound } },
    });
  });

  it('refuses a digest under which nothing was stored', async () => {
    stored = '0'.repeat(64);
    expect(await train()).toMatchObject({ state: common.RunState.FAILED, problem: { code: 'not_found.artifact' } });
  });
});
