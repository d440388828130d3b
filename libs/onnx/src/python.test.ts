import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openObjectStore } from '@attune/object-store';
import { aContent } from '../tests/an-artifact';
import { openGraphSession } from './graph-session';
import { buildSimilarItemsGraph, buildTrendingGraph, normalizeRows } from './serving-graphs';
import { artifactKey, writeArtifact } from './write-artifact';

const PYTHON = process.env.ATTUNE_PYTHON ?? 'python3';
const SCRIPT = join(__dirname, '..', 'python', 'check_artifact.py');
const hasRuntime = spawnSync(PYTHON, ['-c', 'import numpy, onnxruntime'], { stdio: 'ignore' }).status === 0;

if (hasRuntime) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-python-'));
  const store = openObjectStore(pathToFileURL(folder).href);
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const items = normalizeRows(Float32Array.of(1, 2, 3, -1, 0.5, 0.5), 2);
  const k = (count: number) => ({ type: 'int64', dims: [1], data: [count] }) as const;
  const item_index = { type: 'int32', dims: [2], data: [0, 2] } as const;
  const content = aContent({
    graphs: [
      ...aContent().graphs,
      {
        name: 'similar_items',
        model: buildSimilarItemsGraph({ itemFactors: items, rank: 2 }),
        goldenInputs: [{ item_index, k: k(3) }],
      },
      {
        name: 'trending',
        model: buildTrendingGraph({ scores: Float32Array.of(1, 1, 2) }),
        goldenInputs: [{ k: k(2) }],
      },
    ],
  });
  const check = (digest: string, ...options: string[]) =>
    spawnSync(PYTHON, [SCRIPT, join(folder, artifactKey(digest, '')), ...options], { encoding: 'utf8' });

  describe('the artifact in Python', () => {
    it('has its digests and gives the golden answers', async () => {
      const { digest } = await writeArtifact(store, content);
      const { stdout, stderr } = check(digest);
      expect(stderr).toBe('');
      const { largestDifference } = JSON.parse(stdout);
      expect(Object.keys(largestDifference)).toEqual(['retrieval', 'similar_items', 'trending']);
      // float32 sums of a few numbers; another order of addition moves the last bit
      for (const difference of Object.values(largestDifference)) expect(difference).toBeLessThan(1e-6);
    });

    it('recommends the same items with the same scores', async () => {
      const { digest } = await writeArtifact(store, content);
      const { items: fromPython } = JSON.parse(check(digest, '--user', 'k2', '--count', '3').stdout);
      await using session = await openGraphSession(content.graphs[0]!.model);
      const { scores, item_indices } = await session.run({
        k: k(3),
        user_index: { type: 'int32', dims: [1], data: [1] },
      });
      expect(fromPython.map(({ item }: { item: string }) => item)).toEqual(
        item_indices!.data.map((row) => content.itemIds[row]),
      );
      fromPython.forEach(({ score }: { score: number }, at: number) => {
        expect(score).toBeCloseTo(scores!.data[at]!, 6);
      });
    });

    it('is refused with a changed byte', async () => {
      const { digest } = await writeArtifact(store, aContent({ datasetHash: 'python' }));
      const key = artifactKey(digest, 'retrieval.onnx');
      const bytes = await store.get(key);
      bytes[bytes.length - 1]! ^= 1;
      await store.put(key, bytes);
      const { status, stderr } = check(digest);
      expect({ status, stderr: stderr.trim() }).toEqual({
        status: 1,
        stderr: 'refused: retrieval.onnx does not have its digest',
      });
    });
  });
} else {
  it('says aloud that the artifact was not tried in Python', () => {
    process.stderr.write(
      `\nSKIPPED: artifacts in Python: ${PYTHON} has no onnxruntime and numpy (see ATTUNE_PYTHON)\n`,
    );
    expect(hasRuntime).toBe(false);
  });
}
