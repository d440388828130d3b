import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { InteractionTable } from '@attune/interactions';
import { openObjectStore } from '@attune/object-store';
import { openGraphSession, readArtifact, writeArtifact } from '@attune/onnx';
import { type Checkpoint, type CheckpointStore, MODELS } from '@attune/recommenders';
import { aCommunity, aTable, testStrength } from '../../tests/an-interaction-table';
import { prepareMaterial } from './material';
import { type TrainModelRequest, trainModel } from './train-model';
import type { TrainedModel } from './trained-model';
import { requireTrainer, TRAINERS } from './trainers';

const als = requireTrainer(TRAINERS, 'als');
const definition = MODELS.get('als')!;
const settings = als.parseSettings({ rank: 8, iterations: 8, regularization: 0.02, unobservedWeight: 0.1 });

function train({ table = aCommunity(), ...overrides }: Partial<TrainModelRequest> & { table?: InteractionTable } = {}) {
  const material = prepareMaterial({ table, items: new Map(), follows: [] }, definition, { strengthOf: testStrength });
  return trainModel({ definition, material, settings, ...overrides });
}

/** Checkpoints in memory, by part. */
function memoryCheckpoints() {
  const kept = new Map<string, Checkpoint>();
  const of = (part: string): CheckpointStore => ({
    load: async () => kept.get(part),
    save: async (checkpoint) => void kept.set(part, structuredClone(checkpoint)),
  });
  return { of, kept };
}

const modelsOf = ({ graphs }: TrainedModel) => graphs.map(({ model }) => Buffer.from(model).toString('base64'));

describe('trainModel', () => {
  let community: TrainedModel;
  beforeAll(async () => {
    community = await train();
  });

  it('finds what users like next better than popularity where users have tastes', () => {
    const { metrics } = community;
    expect(metrics.evaluated_users).toBe(300);
    expect(metrics['ndcg@10_low']).toBeGreaterThan(metrics['popularity_ndcg@10']!);
    expect(metrics['hr@10_low']).toBeLessThanOrEqual(metrics['hr@10']!);
  });

  it('gives the same graphs and metrics for the same seed, on one thread and on two', async () => {
    const again = await train({ settings: { ...settings, threads: 1 } });
    expect(modelsOf(again)).toEqual(modelsOf(community));
    expect(again.metrics['ndcg@10']).toBe(community.metrics['ndcg@10']);
  });

  it('goes on where it was cut off, and ends with the same bytes', async () => {
    const { of, kept } = memoryCheckpoints();
    const controller = new AbortController();
    const cut = train({
      checkpointsOf: of,
      signal: controller.signal,
      onProgress: ({ phase, metrics }) => {
        if (phase === 'training' && metrics?.iteration === 4) controller.abort();
      },
    });
    await expect(cut).rejects.toMatchObject({ code: expect.stringMatching(/^cancelled\./) });
    expect(kept.get('training')!.step).toBeGreaterThanOrEqual(3);
    const phases: string[] = [];
    const resumed = await train({ checkpointsOf: of, onProgress: ({ phase }) => phases.push(phase) });
    expect(phases).not.toContain('measuring');
    expect(modelsOf(resumed)).toEqual(modelsOf(community));
    expect(resumed.metrics['ndcg@10']).toBe(community.metrics['ndcg@10']);
  });

  it('retrieves the same items for a known user and for the same user as a vector', async () => {
    const byName = new Map(community.graphs.map((graph) => [graph.name, graph]));
    const [byIndex, byVector] = [byName.get('retrieval')!, byName.get('retrieval_by_vector')!];
    await using indexed = await openGraphSession(byIndex.model);
    await using free = await openGraphSession(byVector.model);
    const [a, b] = [await indexed.run(byIndex.goldenInputs[1]!), await free.run(byVector.goldenInputs[1]!)];
    expect(b.item_indices).toEqual(a.item_indices);
  });

  it('gives everything that an artifact is made of', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-als-'));
    try {
      await using store = openObjectStore(pathToFileURL(folder).href);
      const { digest } = await writeArtifact(store, { ...community, datasetHash: 'd', createdAt: new Date(0) });
      const artifact = await readArtifact(store, digest);
      expect([...artifact.models.keys()]).toEqual(['retrieval', 'retrieval_by_vector', 'similar_items']);
      expect(artifact.userKeys).toEqual(community.userKeys);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says how far it is, and with which loss', async () => {
    const steps: { fraction: number; phase: string; loss?: number }[] = [];
    await train({ onProgress: ({ fraction, phase, metrics }) => steps.push({ fraction, phase, loss: metrics?.loss }) });
    const fractions = steps.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(steps.at(-1)).toMatchObject({ fraction: 1, phase: 'trained', loss: expect.any(Number) });
    expect(steps.filter(({ phase }) => phase === 'measuring').length).toBeGreaterThanOrEqual(8);
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const training = train({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(training).rejects.toMatchObject({ code: expect.stringMatching(/^cancelled\./) });
  });

  it('measures nothing where nobody has anything to hide, and trains all the same', async () => {
    const table = aTable({ user: 'a', item: 'x' }, { user: 'b', item: 'y' });
    const { metrics, itemIds } = await train({ table, settings: { ...settings, rank: 4 } });
    expect(metrics.evaluated_users).toBe(0);
    expect(itemIds).toEqual(['x', 'y']);
  });

  it('knows every model of the catalogue as a trainer, with its defaults', () => {
    expect([...TRAINERS.keys()]).toEqual(expect.arrayContaining([...MODELS.keys()]));
    for (const trainer of TRAINERS.values()) expect(trainer.parseSettings({})).toEqual(trainer.defaults);
  });
});
