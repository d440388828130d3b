import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openObjectStore } from '@attune/object-store';
import { openGraphSession, readArtifact, writeArtifact } from '@attune/onnx';
import { aCommunity, aTable, testStrength } from '../../tests/an-interaction-table';
import { type TrainAlsRequest, trainAls } from './train-als';
import type { TrainedModel } from './trained-model';
import type { AlsTrainerSettings } from './trainers';

const settings: AlsTrainerSettings = {
  rank: 8,
  iterations: 8,
  regularization: 0.02,
  unobservedWeight: 0.1,
  initStd: 0.1,
  seed: 1,
  threads: 2,
};

function train(overrides: Partial<TrainAlsRequest> = {}) {
  return trainAls({ table: aCommunity(), settings, strengthOf: testStrength, ...overrides });
}

describe('trainAls', () => {
  let community: TrainedModel;
  beforeAll(async () => {
    community = await train();
  });

  it('finds what users like next better than popularity where users have tastes', () => {
    const { metrics } = community;
    expect(metrics.evaluated_users).toBe(300);
    expect(metrics['ndcg@10_low']).toBeGreaterThan(metrics['popularity_ndcg@10']!);
    expect(metrics['hit_rate@10_low']).toBeGreaterThan(metrics['popularity_hit_rate@10']!);
  });

  it('gives the same graphs for the same seed, on one thread and on two', async () => {
    const again = await train({ settings: { ...settings, threads: 1 } });
    expect(again.graphs.map(({ model }) => model)).toEqual(community.graphs.map(({ model }) => model));
    expect(again.metrics).toEqual(community.metrics);
  });

  it('retrieves the same items for a known user and for the same user as a vector', async () => {
    const [byIndex, byVector] = community.graphs;
    await using indexed = await openGraphSession(byIndex!.model);
    await using free = await openGraphSession(byVector!.model);
    const [a, b] = [await indexed.run(byIndex!.goldenInputs[1]!), await free.run(byVector!.goldenInputs[1]!)];
    expect(b.item_indices).toEqual(a.item_indices);
  });

  it('gives everything that an artifact is made of', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-als-'));
    try {
      await using store = openObjectStore(pathToFileURL(folder).href);
      const rest = { datasetHash: 'd', featureSchemaHash: 'f', createdAt: new Date(0) };
      const { digest } = await writeArtifact(store, { ...community, ...rest });
      const artifact = await readArtifact(store, digest);
      expect([...artifact.models.keys()]).toEqual(['retrieval', 'retrieval_by_vector', 'similar_items']);
      expect(artifact.userKeys).toEqual(community.userKeys);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves out users and items that nothing speaks for', async () => {
    const table = aTable(
      { user: 'a', item: 'x' },
      { user: 'b', item: 'x' },
      { user: 'b', item: 'y' },
      { user: 'c', item: 'z', type: 'hide' },
    );
    const { userKeys, itemIds } = await train({ table });
    expect(userKeys).toEqual(['a', 'b']);
    expect(itemIds).toEqual(['x', 'y']);
  });

  it('says how far it is, and with which loss', async () => {
    const steps: { fraction: number; phase: string; loss?: number }[] = [];
    await train({ onProgress: ({ fraction, phase, metrics }) => steps.push({ fraction, phase, loss: metrics?.loss }) });
    const fractions = steps.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(steps.at(-1)).toMatchObject({ fraction: 1, phase: 'trained', loss: expect.any(Number) });
    expect(steps.filter(({ phase }) => phase === 'evaluating')).toHaveLength(settings.iterations);
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const training = train({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(training).rejects.toMatchObject({ code: expect.stringMatching(/^cancelled\./) });
  });

  it.each([
    ['no interactions', aTable(), 'dataset_empty'],
    ['nothing liked', aTable({ type: 'hide' }), 'dataset_no_positives'],
    ['one user', aTable({ item: 'x' }, { item: 'y' }), 'dataset_too_small'],
    ['one item', aTable({ user: 'a' }, { user: 'b' }), 'dataset_too_small'],
  ])('refuses a dataset with %s', async (_, table, reason) => {
    await expect(train({ table })).rejects.toMatchObject({ code: `failed_precondition.${reason}` });
  });
});
