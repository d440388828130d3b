import { AppError, isAppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { graphProblem } from './check-graph';
import { OPSET } from './graph-builder';
import { decodeIds } from './id-index';
import { type Manifest, type ManifestGraph, manifestSchema } from './manifest';
import { artifactKey, sha256 } from './write-artifact';

/** An artifact whose every file was checked. */
export interface Artifact {
  readonly digest: string;
  readonly manifest: Manifest;
  /** The models by graph name. */
  readonly models: ReadonlyMap<string, Uint8Array>;
  readonly itemIds: readonly string[];
  /** What the model knows users by, see `manifest.userIdentity`; empty for a model that does not know users. */
  readonly userKeys: readonly string[];
}

/** No manifest that we write comes near; a larger one is not read. */
const MAX_MANIFEST_BYTES = 64 * 2 ** 20;

/** A `data_loss.artifact` that names the file and what is wrong with it. */
export function broken(file: string, problem: string, cause?: unknown): AppError {
  return new AppError('data_loss.artifact', `${file}: ${problem}`, { cause, metadata: { file } });
}

/** An artifact whose manifest was checked; its files are read, and checked, one at a time: the large ones need not be in memory at once. */
export interface OpenArtifact {
  readonly digest: string;
  readonly manifest: Manifest;
  /** The model of a graph of the manifest. */
  readGraph(graph: ManifestGraph): Promise<Uint8Array>;
  readItemIds(): Promise<string[]>;
  /** What the model knows users by, see `manifest.userIdentity`; empty for a model that does not know users. */
  readUserKeys(): Promise<string[]>;
}

/**
 * Opens an artifact: the manifest is checked against the digest, then each file as it is read: its size and SHA-256, operator set,
 * declared shapes, finite stored values, lengths of the id files. Throws `not_found.artifact`, `invalid.digest`, or
 * `data_loss.artifact` with the file's name in its message and metadata. Golden vectors: `verifyGolden`.
 */
export async function openArtifact(
  objectStore: ObjectStore,
  digest: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<OpenArtifact> {
  if (!/^[0-9a-f]{64}$/.test(digest))
    throw new AppError('invalid.digest', `"${digest}" is not the digest of an artifact`);
  const manifest = await readManifest(objectStore, digest, signal);
  const read = (name: string) => {
    const file = manifest.files.find((listed) => listed.name === name);
    if (file === undefined) throw broken(name, 'the manifest uses the file but does not list it');
    return readFile(objectStore, digest, file, signal);
  };
  const idsOf = async (index: Manifest['items']) => checkIds(index, await read(index.file));
  return {
    digest,
    manifest,
    readGraph: async (graph) => checkGraph(graph, manifest, await read(graph.file)),
    readItemIds: () => idsOf(manifest.items),
    readUserKeys: async () => (manifest.users === undefined ? [] : idsOf(manifest.users)),
  };
}

/** Reads all of an artifact; checks and throws what `openArtifact` does. */
export async function readArtifact(
  objectStore: ObjectStore,
  digest: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Artifact> {
  const { manifest, readGraph, readItemIds, readUserKeys } = await openArtifact(objectStore, digest, options);
  const used = new Set(
    [...manifest.graphs, manifest.items, ...(manifest.users ? [manifest.users] : [])].map(({ file }) => file),
  );
  const unused = manifest.files.find(({ name }) => !used.has(name));
  if (unused !== undefined) await readFile(objectStore, digest, unused, options.signal);
  const models = new Map<string, Uint8Array>();
  for (const graph of manifest.graphs) models.set(graph.name, await readGraph(graph));
  return { digest, manifest, models, itemIds: await readItemIds(), userKeys: await readUserKeys() };
}

/** The size is asked for first: a file that is larger than it should be is never read into memory. */
async function readFile(
  objectStore: ObjectStore,
  digest: string,
  { name, sizeBytes, sha256: expected }: Manifest['files'][number],
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const key = artifactKey(digest, name);
  const found = await objectStore.head(key);
  if (found === undefined) throw broken(name, 'the file is missing');
  if (found.sizeBytes !== sizeBytes) throw broken(name, `${found.sizeBytes} bytes instead of ${sizeBytes}`);
  const bytes = await objectStore.get(key, { signal }).catch((cause: unknown) => {
    if (isAppError(cause, 'not_found')) throw broken(name, 'the file is missing', cause);
    throw cause;
  });
  const actual = sha256(bytes);
  if (actual !== expected) throw broken(name, `SHA-256 ${actual} instead of ${expected}`);
  return bytes;
}

async function readManifest(objectStore: ObjectStore, digest: string, signal?: AbortSignal): Promise<Manifest> {
  const file = 'manifest.json';
  const sizeBytes = (await objectStore.head(artifactKey(digest, file)))?.sizeBytes ?? 0;
  if (sizeBytes > MAX_MANIFEST_BYTES) throw broken(file, `${sizeBytes} bytes: no manifest is so large`);
  const body = await objectStore.get(artifactKey(digest, file), { signal }).catch((cause: unknown) => {
    if (!isAppError(cause, 'not_found')) throw cause;
    throw new AppError('not_found.artifact', `artifact ${digest} does not exist`, { cause });
  });
  const actual = sha256(body);
  if (actual !== digest) throw broken(file, `SHA-256 ${actual} instead of ${digest}`);
  let parsed: ReturnType<typeof manifestSchema.safeParse>;
  try {
    parsed = manifestSchema.safeParse(JSON.parse(new TextDecoder().decode(body)));
  } catch (cause) {
    throw broken(file, 'it is not JSON', cause);
  }
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw broken(file, `${issue?.path.join('.')}: ${issue?.message}`, parsed.error);
  }
  // an operator set that this fleet never wrote may mean other operators than the ones that were tested
  if (parsed.data.opset !== OPSET) throw broken(file, `operator set ${parsed.data.opset} instead of ${OPSET}`);
  return parsed.data;
}

function checkGraph(graph: ManifestGraph, manifest: Manifest, bytes: Uint8Array): Uint8Array {
  const problem = problemOf(() => graphProblem(bytes, graph, manifest));
  if (problem !== undefined) throw broken(graph.file, problem);
  return bytes;
}

function problemOf(check: () => string | undefined): string | undefined {
  try {
    return check();
  } catch (error) {
    if (isAppError(error, 'invalid.model')) return error.message;
    throw error;
  }
}

function checkIds({ file, count }: Manifest['items'], bytes: Uint8Array): string[] {
  const ids = decodeIds(bytes, file);
  if (ids.length !== count) throw broken(file, `${ids.length} ids instead of ${count}`);
  const distinct = new Set(ids).size;
  if (distinct !== count) throw broken(file, `only ${distinct} of its ${count} ids are different`);
  return ids;
}
