import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openObjectStore } from '@attune/object-store';
import { aContent, aRetrievalGraph, rewrite } from '../tests/an-artifact';
import { encodeIds } from './id-index';
import type { Manifest } from './manifest';
import { verifyArtifact } from './verify-artifact';
import { DATA_TYPES, MessageWriter } from './wire';
import { artifactKey, writeArtifact } from './write-artifact';

const folder = mkdtempSync(join(tmpdir(), 'attune-verify-'));
const store = openObjectStore(pathToFileURL(folder).href);
let digest: string;
beforeAll(async () => {
  ({ digest } = await writeArtifact(store, aContent()));
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const refuse = (problem: string | RegExp, file = 'retrieval.onnx') => ({
  code: 'data_loss.artifact',
  message: expect.stringMatching(problem),
  metadata: expect.objectContaining({ file }),
});
const graphOf = (model: Uint8Array) => ({ 'retrieval.onnx': model });
const unchanged = () => undefined;

/** A model whose stored tensor says that it is of these dimensions, whatever bytes it has; as constant of an operation if asked. */
function modelWithTensor({ dims, bytes, inNode = false }: { dims: number[]; bytes: Uint8Array; inNode?: boolean }) {
  const tensor = new MessageWriter().ints(1, dims).int(2, DATA_TYPES.float32).string(8, 'w').bytes(9, bytes).finish();
  const graph = new MessageWriter().string(2, 'g');
  if (!inNode) graph.bytes(5, tensor);
  else
    graph.message(1, (node) =>
      node
        .strings(2, ['w'])
        .string(4, 'Constant')
        .message(5, (attribute) => attribute.string(1, 'value').bytes(5, tensor)),
    );
  // its output: float32 [1]
  graph.message(12, (value) =>
    value
      .string(1, 'w')
      .message(2, (type) =>
        type.message(1, (tensorType) =>
          tensorType.int(1, DATA_TYPES.float32).message(2, (shape) => shape.message(1, (dim) => dim.int(1, 1))),
        ),
      ),
  );
  const model = new MessageWriter().int(1, 10).bytes(7, graph.finish());
  return model.message(8, (opset) => opset.string(1, '').int(2, 21)).finish();
}

describe('verifyArtifact', () => {
  it('gives back an artifact that is what it says', async () => {
    expect((await verifyArtifact(store, digest)).itemIds).toHaveLength(3);
  });

  it.each<[string, string | RegExp, (manifest: Manifest) => void]>([
    [
      'golden answers that the graph does not give',
      'golden vector 0 does not match',
      (m) => {
        m.graphs[0]!.golden[0]!.outputs.scores!.data[0]! += 0.01;
      },
    ],
    [
      'golden answers for half of the outputs',
      'has the outputs \\(item_indices\\)',
      (m) => {
        delete m.graphs[0]!.golden[0]!.outputs.scores;
      },
    ],
    [
      'an input that the runtime refuses',
      'ONNX Runtime refuses',
      (m) => {
        m.graphs[0]!.golden[0]!.inputs.user_index!.data[0] = 2;
      },
    ],
  ])('refuses %s', async (_, problem, change) => {
    await expect(verifyArtifact(store, await rewrite(store, digest, change))).rejects.toMatchObject(refuse(problem));
  });

  it.each<[string, string, (manifest: Manifest) => void]>([
    [
      'a golden input that says it is huge',
      'has not the numbers of its shape',
      (m) => {
        m.graphs[0]!.golden[0]!.inputs.k!.dims = [2 ** 40];
      },
    ],
    ['a tolerance that lets everything pass', 'tolerance', (m) => void (m.graphs[0]!.tolerance = 1e9)],
  ])('refuses %s', async (_, problem, change) => {
    const changed = await rewrite(store, digest, change);
    await expect(verifyArtifact(store, changed)).rejects.toMatchObject(refuse(problem, 'manifest.json'));
  });

  it.each<[string, string | RegExp, Uint8Array]>([
    ['bytes that are no model', 'not an ONNX model|no graph', Buffer.from('MZ garbage '.repeat(50))],
    ['a model that was cut off', 'not an ONNX model', aRetrievalGraph().subarray(0, 100)],
    [
      'weights that are not finite',
      '"user_factors" has values that are not finite',
      aRetrievalGraph([1, 0, Number.NaN, 1]),
    ],
    ['a table with fewer users than there are ids', /out of|refuses/i, aRetrievalGraph([1, 0])],
    ['weights of other users', 'golden vector 0 does not match', aRetrievalGraph([1, 0, 9, 9])],
  ])('refuses %s', async (_, problem, model) => {
    const changed = await rewrite(store, digest, unchanged, graphOf(model));
    await expect(verifyArtifact(store, changed)).rejects.toMatchObject(refuse(problem));
  });

  it.each([
    ['a tensor that says it is huge', { dims: [2 ** 31, 2 ** 31], bytes: new Uint8Array(4) }, 'has 4 bytes for'],
    [
      'a constant that is not finite',
      { dims: [1], bytes: Uint8Array.of(0, 0, 0xc0, 0x7f), inNode: true },
      'not finite',
    ],
  ])('refuses %s', async (_, tensor, problem) => {
    const changed = await rewrite(
      store,
      digest,
      (manifest) => {
        Object.assign(manifest.graphs[0]!, { inputs: [], outputs: [{ name: 'w', type: 'float32', shape: [1] }] });
      },
      graphOf(modelWithTensor(tensor)),
    );
    await expect(verifyArtifact(store, changed)).rejects.toMatchObject(refuse(problem));
  });

  it('refuses an id that stands twice', async () => {
    const changed = await rewrite(store, digest, unchanged, { 'items.jsonl': encodeIds(['a', 'b', 'a']) });
    await expect(verifyArtifact(store, changed)).rejects.toMatchObject(refuse('only 2 of its 3', 'items.jsonl'));
  });

  it('refuses ids that are not text', async () => {
    const bytes = Uint8Array.of(0x22, 0xff, 0xfe, 0x22, 0x0a);
    const changed = await rewrite(store, digest, unchanged, { 'items.jsonl': bytes });
    await expect(verifyArtifact(store, changed)).rejects.toMatchObject(refuse('not UTF-8', 'items.jsonl'));
  });

  it('does not read a file that is larger than the manifest says', async () => {
    const { digest: other } = await writeArtifact(store, aContent({ datasetHash: 'grown' }));
    await store.put(artifactKey(other, 'users.jsonl'), new Uint8Array(1_000_000));
    let read = 0;
    const counting = {
      ...store,
      head: store.head.bind(store),
      get: async (key: string) => {
        if (key.endsWith('users.jsonl')) read++;
        return store.get(key);
      },
    };
    await expect(verifyArtifact(counting as never, other)).rejects.toMatchObject(
      refuse('1000000 bytes instead of', 'users.jsonl'),
    );
    expect(read).toBe(0);
  });
});
