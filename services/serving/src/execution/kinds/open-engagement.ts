import * as ort from 'onnxruntime-node';
import type { OpenKind } from '../engine';
import { buildKeyIndex } from '../key-index';
import { type RunnableGraph, scoresOf } from '../open-graph';
import type { Job, JobAnswer } from '../protocol';
import { brokenArtifact } from '../verified-artifact';

/** Requests whose rows are predicted in one run at most. */
const BATCH = 8;

/** Opens `engagement`: probabilities for rows of features. */
export const openEngagement: OpenKind = async (artifact) => {
  const { features = [], labels = [] } = artifact.manifest;
  const graph = artifact.need('features');
  const widths = [graph.inputs[0]!.shape[1], graph.outputs[0]?.shape[1]];
  if (features.length === 0 || widths[0] !== features.length || widths[1] !== labels.length) {
    throw brokenArtifact(
      `${graph.file}: it takes ${widths[0]} features and answers ${widths[1]} labels, and the manifest names ${features.length} and ${labels.length}`,
    );
  }
  const { model, session } = await artifact.open(graph);
  const run = (jobs: readonly Job[]) => predict(session, jobs, features.length, labels.length);
  const quick = await quickPartOf(model, session, features.length);
  return {
    tables: { form: 'users', userIndex: buildKeyIndex([]), ...(quick && { quick }) },
    engine: { batchLimit: BATCH, run },
    nativeBytes: model.byteLength,
  };
};

/** Larger graphs take long to load, and that would be on the event loop. */
const QUICK_BYTES = 1_000_000;
/** What it takes to ask a worker: twice a message between threads, and a thread that must wake up. */
const QUICK_MS = 0.1;
const TRIES = 20;
/** As many as slates score at once, and as few as a caller asks about: a graph that is too slow for the one may do for the other. */
const QUICK_ROWS = [256, 4, 1];

/** A copy of the graph for the event loop, where it is small, and the most rows that take it hardly any time. */
async function quickPartOf(model: Uint8Array, session: RunnableGraph, width: number) {
  if (model.byteLength > QUICK_BYTES) return undefined;
  for (const rows of QUICK_ROWS) {
    if ((await quickestMs(session, rows, width)) > QUICK_MS) continue;
    const graph = new Uint8Array(new SharedArrayBuffer(model.byteLength));
    graph.set(model);
    return { graph, rows };
  }
  return undefined;
}

/** Of several tries, since the first ones warm up and any may be interrupted. */
async function quickestMs(session: RunnableGraph, rows: number, width: number): Promise<number> {
  const features = new ort.Tensor('float32', new Float32Array(rows * width), [rows, width]);
  let quickest = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < TRIES; tried++) {
    const startedAt = performance.now();
    await session.run({ features });
    quickest = Math.min(quickest, performance.now() - startedAt);
  }
  return quickest;
}

/** All rows as one matrix: a product of matrices reads the weights once for all of them. */
async function predict(
  session: RunnableGraph,
  jobs: readonly Job[],
  width: number,
  labels: number,
): Promise<JobAnswer[]> {
  const matrices = jobs.flatMap((job) => (job.do === 'predict' ? [job.features] : []));
  const total = matrices.reduce((sum, matrix) => sum + matrix.length, 0);
  const all = matrices.length === 1 ? matrices[0]! : new Float32Array(total);
  if (matrices.length > 1)
    for (let i = 0, at = 0; i < matrices.length; at += matrices[i++]!.length) all.set(matrices[i]!, at);
  const results = await session.run({ features: new ort.Tensor('float32', all, [total / width, width]) });
  const probabilities = scoresOf(results.probabilities);
  let at = 0;
  return matrices.map(({ length }) => {
    const count = (length / width) * labels;
    at += count;
    return { rows: new Int32Array(0), scores: probabilities.slice(at - count, at) };
  });
}
