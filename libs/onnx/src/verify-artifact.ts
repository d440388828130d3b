import { isAppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { verifyGolden } from './golden';
import { type GraphSession, openGraphSession } from './graph-session';
import type { ManifestGraph } from './manifest';
import { type Artifact, broken, readArtifact } from './read-artifact';
import { OUTPUT_NAMES } from './serving-graphs';
import type { TensorMap, TensorValue } from './tensor-value';

/**
 * Reads an artifact and checks everything that must hold before it may be registered: what `readArtifact` checks, then each graph is
 * run: on its golden inputs, whose answers must come again, and on the last user and item of the id files, which it must know. Throws
 * what `readArtifact` throws, or `data_loss.artifact` that names the file. Whoever calls this for files that somebody else wrote does
 * so in a process of its own: a graph may take all memory, or crash the runtime.
 */
export async function verifyArtifact(
  objectStore: ObjectStore,
  digest: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Artifact> {
  const artifact = await readArtifact(objectStore, digest, options);
  for (const graph of artifact.manifest.graphs) {
    options.signal?.throwIfAborted();
    await verifyGraph(graph, artifact);
  }
  return artifact;
}

async function verifyGraph(graph: ManifestGraph, { manifest, models, itemIds, userKeys }: Artifact): Promise<void> {
  try {
    await using session = await openGraphSession(models.get(graph.name)!);
    await verifyGolden((_, inputs) => session.run(inputs), { ...manifest, graphs: [graph] });
    await askTheLast(session, graph, { userCount: userKeys.length, itemCount: itemIds.length });
  } catch (error) {
    if (isAppError(error, 'invalid.model')) throw broken(graph.file, error.message, error);
    throw error;
  }
}

/** A table with fewer rows than there are ids would fail, or answer for somebody else, only when that user or item is asked for. */
async function askTheLast(
  session: GraphSession,
  graph: ManifestGraph,
  { userCount, itemCount }: { readonly userCount: number; readonly itemCount: number },
): Promise<void> {
  const last: Readonly<Record<string, number>> = { user_index: userCount - 1, item_index: itemCount - 1 };
  const inputs: TensorMap = Object.fromEntries(
    Object.entries(graph.golden[0]!.inputs).map(([name, tensor]) => [name, filled(tensor, last[name])]),
  );
  const outputs = await session.run(inputs);
  const strange = Object.entries(outputs).find(([, { data }]) => !data.every(Number.isFinite));
  if (strange !== undefined) throw broken(graph.file, `"${strange[0]}" of the last user or item is not finite`);
  const rows = outputs[OUTPUT_NAMES.itemIndices]?.data ?? [];
  const outside = rows.find((row) => row < 0 || row >= itemCount);
  if (outside !== undefined) throw broken(graph.file, `it answers with item ${outside}, and there are ${itemCount}`);
}

function filled(tensor: TensorValue, value: number | undefined): TensorValue {
  return value === undefined ? tensor : { ...tensor, data: tensor.data.map(() => value) };
}
