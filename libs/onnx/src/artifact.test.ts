import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { aContent, rewrite } from '../tests/an-artifact';
import { verifyGolden } from './golden';
import { openGraphSession } from './graph-session';
import type { Manifest } from './manifest';
import { type Artifact, readArtifact } from './read-artifact';
import { buildTrendingGraph } from './serving-graphs';
import type { TensorMap } from './tensor-value';
import { artifactKey, writeArtifact } from './write-artifact';

const folder = mkdtempSync(join(tmpdir(), 'attune-artifact-'));
const store = openObjectStore(pathToFileURL(folder).href);
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function withRun(
  artifact: Artifact,
  use: (run: (graph: string, inputs: TensorMap) => Promise<TensorMap>) => Promise<void>,
) {
  await using session = await openGraphSession(artifact.models.get('retrieval')!);
  await use((_, inputs) => session.run(inputs));
}

describe('artifacts', () => {
  it('come back as they were written', async () => {
    const content = aContent();
    const { digest } = await writeArtifact(store, content);
    const artifact = await readArtifact(store, digest);
    expect(artifact.itemIds).toEqual(content.itemIds);
    expect(artifact.userKeys).toEqual(content.userKeys);
    expect(artifact.manifest.userIdentity).toBe('user_key');
    expect(artifact.models.get('retrieval')).toEqual(new Uint8Array(content.graphs[0]!.model));
    expect(artifact.manifest).toMatchObject({ modelKind: 'als', metrics: { 'ndcg@10': 0.25 }, users: { count: 2 } });
  });

  it('have the same digest for the same content and another for other settings', async () => {
    const one = await writeArtifact(store, aContent());
    expect((await writeArtifact(store, aContent())).digest).toBe(one.digest);
    expect((await writeArtifact(store, aContent({ settings: { rank: 3 } }))).digest).not.toBe(one.digest);
  });

  it('are invisible until their manifest is written', async () => {
    const keys: string[] = [];
    const recording: ObjectStore = {
      ...store,
      put: async (key) => {
        keys.push(key);
        return { sizeBytes: 0, sha256: '' };
      },
    };
    await writeArtifact(recording, aContent());
    expect(keys.at(-1)).toMatch(/manifest\.json$/);
    expect(keys).toHaveLength(4);
  });

  it('pass their golden vectors when nothing changed', async () => {
    const { digest } = await writeArtifact(store, aContent());
    const artifact = await readArtifact(store, digest);
    await withRun(artifact, async (run) => {
      await expect(verifyGolden(run, artifact.manifest)).resolves.toBeUndefined();
    });
  });

  it('fail their golden vectors when the graph answers something else', async () => {
    const { digest } = await writeArtifact(store, aContent());
    const { manifest } = await readArtifact(store, digest);
    const [first] = manifest.graphs[0]!.golden;
    const wrong = { ...first!.outputs, scores: { ...first!.outputs.scores!, data: [9, 1] } };
    await expect(verifyGolden(async () => wrong, manifest)).rejects.toMatchObject({
      code: 'data_loss.artifact',
      message: expect.stringContaining('"scores"[0] is 9'),
      metadata: { file: 'retrieval.onnx' },
    });
  });

  it('name the file whose bytes changed', async () => {
    const { digest } = await writeArtifact(store, aContent({ datasetHash: 'changed' }));
    const key = artifactKey(digest, 'retrieval.onnx');
    const bytes = await store.get(key);
    bytes[bytes.length - 1]! ^= 1;
    await store.put(key, bytes);
    await expect(readArtifact(store, digest)).rejects.toMatchObject({
      code: 'data_loss.artifact',
      message: expect.stringMatching(/^retrieval\.onnx: SHA-256/),
    });
  });

  it('name the file that is missing', async () => {
    const { digest } = await writeArtifact(store, aContent({ datasetHash: 'missing' }));
    await store.delete(artifactKey(digest, 'users.jsonl'));
    await expect(readArtifact(store, digest)).rejects.toMatchObject({ message: 'users.jsonl: the file is missing' });
  });

  it('name a manifest that does not have its digest', async () => {
    const { digest } = await writeArtifact(store, aContent({ datasetHash: 'manifest' }));
    await store.put(artifactKey(digest, 'manifest.json'), Buffer.from('{}'));
    await expect(readArtifact(store, digest)).rejects.toMatchObject({ metadata: { file: 'manifest.json' } });
  });

  it.each<[string, (manifest: Manifest) => void, string]>([
    ['another operator set', (m) => void (m.opset = 7), 'operator set 7'],
    ['another input shape', (m) => void (m.graphs[0]!.inputs[0]!.shape = [1, 9]), 'its inputs are'],
    ['a wrong number of items', (m) => void (m.items.count = 4), '3 ids instead of 4'],
    ['a file outside its folder', (m) => void (m.graphs[0]!.file = '../x'), 'plain file name'],
    ['an unlisted file', (m) => void (m.graphs[0]!.file = 'other.onnx'), 'does not list'],
  ])('are refused with %s', async (_, change, problem) => {
    const { digest } = await writeArtifact(store, aContent());
    const changed = await rewrite(store, digest, change);
    await expect(readArtifact(store, changed)).rejects.toMatchObject({
      code: 'data_loss.artifact',
      message: expect.stringContaining(problem),
    });
  });

  it('do not exist under a digest that nobody wrote, and are never looked up by anything but a digest', async () => {
    await expect(readArtifact(store, '0'.repeat(64))).rejects.toMatchObject({ code: 'not_found.artifact' });
    await expect(readArtifact(store, '../secrets')).rejects.toMatchObject({ code: 'invalid.digest' });
  });

  it('are not written when a graph answers numbers that are not finite', async () => {
    const graphs = [
      {
        name: 'trending',
        model: buildTrendingGraph({ scores: Float32Array.of(1, Number.POSITIVE_INFINITY) }),
        goldenInputs: [{ k: { type: 'int64', dims: [1], data: [2] } as const }],
      },
    ];
    await expect(writeArtifact(store, aContent({ graphs }))).rejects.toMatchObject({ code: 'internal.diverged' });
  });
});
