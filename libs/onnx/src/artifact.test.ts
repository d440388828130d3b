import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { canonicalJson } from './canonical-json';
import { verifyGolden } from './golden';
import { openGraphSession } from './graph-session';
import type { Manifest } from './manifest';
import { type Artifact, readArtifact } from './read-artifact';
import { buildRetrievalGraph, buildTrendingGraph } from './serving-graphs';
import type { TensorMap } from './tensor-value';
import { type ArtifactContent, artifactKey, sha256, writeArtifact } from './write-artifact';

const folder = mkdtempSync(join(tmpdir(), 'attune-artifact-'));
const store = openObjectStore(pathToFileURL(folder).href);
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function aContent(overrides: Partial<ArtifactContent> = {}): ArtifactContent {
  const k = { type: 'int64', dims: [1], data: [2] } as const;
  const user_index = { type: 'int32', dims: [1], data: [1] } as const;
  const model = buildRetrievalGraph({
    userFactors: Float32Array.of(1, 0, 0.5, 0.25),
    itemFactors: Float32Array.of(1, 2, 3, -1, 0.5, 0.5),
    rank: 2,
  });
  return {
    modelKind: 'als',
    settings: { rank: 2 },
    datasetHash: 'd1',
    featureSchemaHash: 'f1',
    metrics: { 'ndcg@10': 0.25 },
    createdAt: new Date('2026-01-02T03:04:05Z'),
    graphs: [{ name: 'retrieval', model, goldenInputs: [{ k, user_index }] }],
    itemIds: ['i1', 'i"2\n', 'é3'],
    userKeys: ['k1', 'k2'],
    ...overrides,
  };
}

/** Stores a changed manifest under its own, right digest: what an attacker or a bug in a writer could do. */
async function rewrite(digest: string, change: (manifest: Manifest) => void, files: Record<string, Uint8Array> = {}) {
  const manifest = JSON.parse(
    Buffer.from(await store.get(artifactKey(digest, 'manifest.json'))).toString(),
  ) as Manifest;
  change(manifest);
  const body = Buffer.from(canonicalJson(manifest));
  const changed = sha256(body);
  for (const { name } of manifest.files) {
    await store.put(artifactKey(changed, name), files[name] ?? (await store.get(artifactKey(digest, name))));
  }
  await store.put(artifactKey(changed, 'manifest.json'), body);
  return changed;
}

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
    const changed = await rewrite(digest, change);
    await expect(readArtifact(store, changed)).rejects.toMatchObject({
      code: 'data_loss.artifact',
      message: expect.stringContaining(problem),
    });
  });

  it('are refused with stored values that are not finite', async () => {
    const { digest } = await writeArtifact(store, aContent());
    const poisoned = buildRetrievalGraph({
      userFactors: Float32Array.of(1, 0, Number.NaN, 0.25),
      itemFactors: Float32Array.of(1, 2, 3, -1, 0.5, 0.5),
      rank: 2,
    });
    const changed = await rewrite(
      digest,
      (manifest) => {
        const file = manifest.files.find(({ name }) => name === 'retrieval.onnx')!;
        file.sha256 = sha256(poisoned);
      },
      { 'retrieval.onnx': poisoned },
    );
    await expect(readArtifact(store, changed)).rejects.toMatchObject({
      message: 'retrieval.onnx: initializer "user_factors" has values that are not finite',
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
