import { createHash } from 'node:crypto';
import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { canonicalJson } from './canonical-json';
import { OPSET } from './graph-builder';
import { openGraphSession } from './graph-session';
import { encodeIds } from './id-index';
import { type Manifest, manifestSchema } from './manifest';
import { readModel } from './read-model';
import type { TensorMap } from './tensor-value';

/** One graph to store, with inputs that show what it answers. */
export interface ArtifactGraph {
  /** For instance `retrieval`; its file becomes `retrieval.onnx`. */
  readonly name: string;
  readonly model: Uint8Array;
  readonly goldenInputs: readonly TensorMap[];
}

/** Everything that an artifact is made of. */
export interface ArtifactContent {
  readonly modelKind: string;
  readonly settings: Manifest['settings'];
  readonly datasetHash: string;
  readonly featureSchemaHash: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly createdAt: Date;
  readonly graphs: readonly ArtifactGraph[];
  /** Item ids by row of the graphs' item tables. */
  readonly itemIds: readonly string[];
  /** Keyed hashes of users by row, for models that know users. An artifact never holds plain ids of users. */
  readonly userKeys?: readonly string[];
  /** Names of the columns of the input `features`, for models that read features. */
  readonly features?: readonly string[];
  /** Names of the columns of the output `probabilities`, for models that predict several things. */
  readonly labels?: readonly string[];
}

const ITEMS_FILE = 'items.jsonl';
const USERS_FILE = 'users.jsonl';
const GOLDEN_TOLERANCE = 1e-4;

/** The key of one file of an artifact. */
export function artifactKey(digest: string, file: string): string {
  return `artifacts/${digest}/${file}`;
}

/** SHA-256 in lower-case hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Stores an artifact under the digest of its manifest. The graphs run once here, which records their golden outputs and proves
 * that they run. The manifest is written last, so an artifact exists whole or not at all; writing the same one again is harmless.
 */
export async function writeArtifact(
  objectStore: ObjectStore,
  content: ArtifactContent,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly digest: string; readonly manifest: Manifest; readonly sizeBytes: number }> {
  const files = new Map<string, Uint8Array>([[ITEMS_FILE, encodeIds(content.itemIds)]]);
  if (content.userKeys !== undefined) files.set(USERS_FILE, encodeIds(content.userKeys));
  for (const { name, model } of content.graphs) files.set(`${name}.onnx`, model);
  const manifest = manifestSchema.parse(await describe(content, files));
  const body = new TextEncoder().encode(canonicalJson(manifest));
  const digest = sha256(body);
  for (const [name, bytes] of files) await objectStore.put(artifactKey(digest, name), bytes, { signal });
  await objectStore.put(artifactKey(digest, 'manifest.json'), body, { signal });
  const sizeBytes = [...files.values(), body].reduce((total, bytes) => total + bytes.byteLength, 0);
  return { digest, manifest, sizeBytes };
}

async function describe(content: ArtifactContent, files: ReadonlyMap<string, Uint8Array>): Promise<Manifest> {
  const {
    modelKind,
    settings,
    datasetHash,
    featureSchemaHash,
    metrics,
    createdAt,
    itemIds,
    userKeys,
    features,
    labels,
  } = content;
  const graphs: Manifest['graphs'] = [];
  for (const graph of content.graphs) graphs.push(await describeGraph(graph));
  return {
    formatVersion: 1,
    modelKind,
    settings,
    datasetHash,
    featureSchemaHash,
    metrics: { ...metrics },
    createdAt: createdAt.toISOString(),
    opset: OPSET,
    files: [...files].map(([name, bytes]) => ({ name, sizeBytes: bytes.byteLength, sha256: sha256(bytes) })),
    graphs,
    items: { file: ITEMS_FILE, count: itemIds.length },
    users: userKeys && { file: USERS_FILE, count: userKeys.length },
    userIdentity: userKeys && 'user_key',
    features: features && [...features],
    labels: labels && [...labels],
  };
}

async function describeGraph({ name, model, goldenInputs }: ArtifactGraph): Promise<Manifest['graphs'][number]> {
  const { inputs, outputs } = readModel(model);
  await using session = await openGraphSession(model);
  const golden: Manifest['graphs'][number]['golden'] = [];
  for (const input of goldenInputs) {
    const output = await session.run(input);
    if (Object.values(output).some(({ data }) => !data.every(Number.isFinite))) {
      throw new AppError('internal.diverged', `graph "${name}" answers numbers that are not finite`);
    }
    golden.push({ inputs: copyTensors(input), outputs: copyTensors(output) });
  }
  return {
    name,
    file: `${name}.onnx`,
    inputs: inputs.map(({ shape, ...rest }) => ({ ...rest, shape: [...shape] })),
    outputs: outputs.map(({ shape, ...rest }) => ({ ...rest, shape: [...shape] })),
    golden,
    tolerance: GOLDEN_TOLERANCE,
  };
}

function copyTensors(tensors: TensorMap): Manifest['graphs'][number]['golden'][number]['inputs'] {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, dims, data }]) => [name, { type, dims: [...dims], data: [...data] }]),
  );
}
