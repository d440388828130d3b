import { seededUniform } from '@attune/kernels';
import { buildQuantizedRetrievalGraph, LIVE_INPUTS, OUTPUT_NAMES } from '@attune/onnx';
import * as ort from 'onnxruntime-node';
import { median } from '../cpp-yardstick.ts';
import { fitModel, graphOf, randomInteractions } from '../inference-ranker.ts';
import { seededTable } from './synthetic-models.ts';

/** Candidates that are retrieved and ranked. */
const CANDIDATES = 500;
const NCF = { users: 1_000, items: 10_000, perUser: 5 };
const SHAPE = { embedding: 64, hidden: '128-64', epochs: 1 };
const THREAD = { intraOpNumThreads: 1, interOpNumThreads: 1 } as const;

/** The graphs that a slate cannot do without, ready to be run in this process. */
export interface InProcessGraphs extends AsyncDisposable {
  /** The median time of retrieving 500 candidates by an int8 scan and ranking them, in milliseconds. */
  median(runs: number): Promise<number>;
}

/** Opens the int8 scan of `items` and a folded ranker. The ranker's tables are of 10,000 items: it only gathers from them. */
export async function measureGraphs({
  items,
  rank,
}: {
  readonly items: number;
  readonly rank: number;
}): Promise<InProcessGraphs> {
  const itemFactors = seededTable(items, rank, 1);
  const scan = await ort.InferenceSession.create(buildQuantizedRetrievalGraph({ itemFactors, rank }), THREAD);
  await using ranker = await fitModel('neural_cf', randomInteractions(NCF), SHAPE);
  const rankGraph = await ort.InferenceSession.create(graphOf(ranker, 'rank'), THREAD);
  const uniform = seededUniform(9);
  const fixed = {
    [LIVE_INPUTS.k]: new ort.Tensor('int64', BigInt64Array.of(BigInt(CANDIDATES)), [1]),
    [LIVE_INPUTS.items]: new ort.Tensor('float32', itemFactors, [items, rank]),
    [LIVE_INPUTS.more]: new ort.Tensor('float32', new Float32Array(0), [0, rank]),
    [LIVE_INPUTS.isAdjusted]: new ort.Tensor('bool', Uint8Array.of(0), [1]),
    [LIVE_INPUTS.scale]: new ort.Tensor('float32', Float32Array.of(1), [1]),
    [LIVE_INPUTS.shift]: new ort.Tensor('float32', Float32Array.of(0), [1]),
  };

  async function run(): Promise<number> {
    const startedAt = performance.now();
    const vector = Float32Array.from({ length: rank }, () => uniform() - 0.5);
    const found = await scan.run({ ...fixed, [LIVE_INPUTS.vector]: new ort.Tensor('float32', vector, [1, rank]) });
    const rows = found[OUTPUT_NAMES.itemIndices]!.data as Int32Array;
    const candidates = Int32Array.from(rows, (row) => row % NCF.items);
    await rankGraph.run({
      user_index: new ort.Tensor('int32', Int32Array.of(Math.floor(NCF.users * uniform())), [1]),
      item_indices: new ort.Tensor('int32', candidates, [candidates.length]),
    });
    return performance.now() - startedAt;
  }

  return {
    async median(runs) {
      const times: number[] = [];
      for (let at = 0; at < runs; at++) times.push(await run());
      return median(times);
    },
    // The graph of a million items holds half a gigabyte, and the next size has its own.
    [Symbol.asyncDispose]: async () => {
      await Promise.all([scan.release(), rankGraph.release()]);
    },
  };
}
