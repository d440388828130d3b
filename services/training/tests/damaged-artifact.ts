import type { ObjectStore } from '@attune/object-store';
import {
  artifactKey,
  buildRetrievalGraph,
  canonicalJson,
  GraphBuilder,
  type Manifest,
  sha256,
  writeArtifact,
} from '@attune/onnx';

const RANK = 4;
const COUNT = 40;

/** Stores a sound small als artifact of a data set; resolves to its digest. */
export async function storeSound(store: ObjectStore, datasetHash: string): Promise<string> {
  const ids = (prefix: string) => Array.from({ length: COUNT }, (_, n) => `${prefix}${n}`);
  const user_index = { type: 'int32', dims: [1], data: [0] } as const;
  const k = { type: 'int64', dims: [1], data: [3] } as const;
  const { digest } = await writeArtifact(store, {
    modelKind: 'als',
    settings: {},
    datasetHash,
    featureSchemaHash: '',
    metrics: {},
    createdAt: new Date('2026-01-01T00:00:00Z'),
    graphs: [{ name: 'retrieval', model: retrieval(), goldenInputs: [{ user_index, k }] }],
    itemIds: ids('i'),
    userKeys: ids('u'),
  });
  return digest;
}

/** The sound graph, or one with changed numbers of users. */
export function retrieval(change: (userFactors: Float32Array) => void = () => undefined): Uint8Array {
  const numbers = (step: number) => Float32Array.from({ length: COUNT * RANK }, (_, at) => Math.sin(at * step));
  const userFactors = numbers(0.7);
  change(userFactors);
  return buildRetrievalGraph({ userFactors, itemFactors: numbers(1.3), rank: RANK });
}

/** A graph with the inputs and outputs of the sound one that reserves gigabytes as soon as it runs. */
export function greedyGraph(): Uint8Array {
  const graph = new GraphBuilder('retrieval');
  graph.input({ name: 'user_index', type: 'int32', shape: ['batch'] });
  graph.input({ name: 'k', type: 'int64', shape: [1] });
  graph.initializer('factor', BigInt64Array.of(2n ** 28n), [1]);
  graph.initializer('first', BigInt64Array.of(0n), [1, 1]);
  graph.node({ op: 'Mul', inputs: ['k', 'factor'], outputs: ['size'] });
  graph.node({ op: 'ConstantOfShape', inputs: ['size'], outputs: ['huge'] });
  graph.node({ op: 'Gather', inputs: ['huge', 'first'], outputs: ['scores'], attributes: { axis: 0 } });
  graph.node({ op: 'Cast', inputs: ['scores'], outputs: ['item_indices'], attributes: { to: 6 } });
  graph.output({ name: 'scores', type: 'float32', shape: ['batch', 'k'] });
  graph.output({ name: 'item_indices', type: 'int32', shape: ['batch', 'k'] });
  return graph.finish();
}

/** What is done to a sound artifact. Digests are made right again, except of files that `after` changes. */
export interface Damage {
  readonly manifest?: (manifest: Manifest) => void;
  readonly graph?: Uint8Array;
  readonly after?: (store: ObjectStore, digest: string) => Promise<void>;
}

/** Stores a damaged copy; resolves to its digest. */
export async function storeDamaged(store: ObjectStore, sound: string, damage: Damage): Promise<string> {
  const manifest = JSON.parse(Buffer.from(await store.get(artifactKey(sound, 'manifest.json'))).toString()) as Manifest;
  // another digest than the sound one, which stays as it is
  manifest.metrics.copies = 1;
  if (damage.graph !== undefined) {
    const file = manifest.files.find(({ name }) => name === 'retrieval.onnx')!;
    Object.assign(file, { sha256: sha256(damage.graph), sizeBytes: damage.graph.byteLength });
  }
  damage.manifest?.(manifest);
  const body = Buffer.from(canonicalJson(manifest));
  const digest = sha256(body);
  for (const { name } of manifest.files) {
    const bytes = name === 'retrieval.onnx' ? damage.graph : undefined;
    await store.put(artifactKey(digest, name), bytes ?? (await store.get(artifactKey(sound, name))));
  }
  await store.put(artifactKey(digest, 'manifest.json'), body);
  await damage.after?.(store, digest);
  return digest;
}
