import type { ManifestGraph } from '@attune/onnx';
import * as ort from 'onnxruntime-node';
import type { OpenKind } from '../engine';
import { type NeighborRows, type NeighborTables, sharedFloats, sharedInts } from '../model-tables';
import { countTensor, type RunnableGraph, rankingOf, rowsTensor } from '../open-graph';
import type { Job, JobAnswer } from '../protocol';
import { brokenArtifact, copyInto, StoredTensors } from '../verified-artifact';

/** Opens `item_item` and `content`: what items say for each other. */
export const openNeighbors: OpenKind = async (artifact, given) => {
  const byHistory = artifact.need('history_items', 'history_weights');
  const byItem = artifact.need('item_index');
  const { count } = artifact.manifest.items;
  const similar = await artifact.open(byItem);
  const ofItems = given === undefined ? neighborsIn(similar.model, byItem, count) : undefined;
  await similar.session.close();
  const { model, session } = await artifact.open(byHistory);
  const tables = given ?? tablesOf(neighborsIn(model, byHistory, count), ofItems!);
  if (tables.form === 'neighbors' && tables.history.rows !== undefined) {
    await session.close();
    return { tables, nativeBytes: 0 };
  }
  const engine = { batchLimit: 1, run: (jobs: readonly Job[]) => answerAll(session, jobs) };
  return { tables, engine, nativeBytes: model.byteLength };
};

/** Content stores the same table for both questions; it is kept once. */
function tablesOf(history: NeighborRows, similar: NeighborRows): NeighborTables {
  const isSame =
    history.width === similar.width && same(history.rows, similar.rows) && same(history.weights, similar.weights);
  return { form: 'neighbors', history, similar: isSame ? history : similar };
}

function same(a: Float32Array | Int32Array | undefined, b: Float32Array | Int32Array | undefined): boolean {
  if (a === undefined || b === undefined || a.byteLength !== b.byteLength) return false;
  const bytes = (table: Float32Array | Int32Array) => Buffer.from(table.buffer, table.byteOffset, table.byteLength);
  return bytes(a).equals(bytes(b));
}

function neighborsIn(model: Uint8Array, graph: ManifestGraph, itemCount: number): NeighborRows {
  const stored = new StoredTensors(model, graph);
  if (stored.has('item_weights')) {
    const { raw } = stored.table('item_weights', itemCount, itemCount);
    return { width: itemCount, rows: undefined, weights: copyInto(raw, sharedFloats(raw.byteLength / 4)) };
  }
  const weights = stored.table('neighbor_weights', itemCount);
  const width = weights.dims[1]!;
  const rows = copyInto(stored.table('neighbor_indices', itemCount, width).raw, sharedInts(itemCount * width));
  if (rows.some((row) => row < 0 || row >= itemCount)) {
    throw brokenArtifact(`${graph.file}: a neighbour is not one of its ${itemCount} items`);
  }
  return { width, rows, weights: copyInto(weights.raw, sharedFloats(itemCount * width)) };
}

async function answerAll(session: RunnableGraph, jobs: readonly Job[]): Promise<JobAnswer[]> {
  const answers: JobAnswer[] = [];
  for (const job of jobs) if (job.do === 'by_history') answers.push(await answer(session, job));
  return answers;
}

/** Without items for which nothing speaks: they have the score 0, and fill a list that would otherwise be shorter. */
async function answer(session: RunnableGraph, job: Extract<Job, { do: 'by_history' }>): Promise<JobAnswer> {
  const { rows, scores } = rankingOf(
    await session.run({
      history_items: rowsTensor(job.rows),
      history_weights: new ort.Tensor('float32', job.weights, [job.weights.length]),
      k: countTensor(job.count),
    }),
  );
  const spoken = Array.from(scores.keys()).filter((place) => scores[place] !== 0);
  if (spoken.length === scores.length) return { rows, scores };
  const at = (place: number) => spoken[place]!;
  return {
    rows: Int32Array.from({ length: spoken.length }, (_, place) => rows[at(place)]!),
    scores: Float32Array.from({ length: spoken.length }, (_, place) => scores[at(place)]!),
  };
}
