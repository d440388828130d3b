import { openDotProducts, seededUniform } from '@attune/kernels';
import { GraphBuilder } from '@attune/onnx';
import { alternate, type Contestant, median } from './cpp-yardstick.ts';
import { fitModel, graphOf, randomInteractions } from './inference-ranker.ts';
import { type Feeds, float32, int32, int64, OrtTurns } from './ort-turns.ts';

const ALS = { users: 500, items: 3_706, rank: 192 };
const HISTORY = { users: 2_000, items: 5_000, perUser: 40 };
const REQUESTS = 16;
const K = 100;

function vectors(rows: number, rank: number, seed: number): Float32Array {
  const uniform = seededUniform(seed);
  return Float32Array.from({ length: rows * rank }, () => uniform() - 0.5);
}

/** All scores of some users by the kernel that als evaluates with, beside the same product in ONNX Runtime on one thread. */
export async function measureAlsScores(rounds: number): Promise<Record<string, unknown>> {
  const { users, items, rank } = ALS;
  const asked = vectors(users, rank, 6);
  const table = vectors(items, rank, 7);
  const products = openDotProducts(table, rank);
  const kernel: Contestant = {
    async step() {
      const startMs = performance.now();
      products.of(asked);
      return performance.now() - startMs;
    },
    async close() {},
  };
  const graph = new GraphBuilder('product');
  const stored = graph.initializer('items', table, [items, rank]);
  const x = graph.input({ name: 'x', type: 'float32', shape: [users, rank] });
  graph.node({ op: 'Gemm', inputs: [x, stored], outputs: ['scores'], attributes: { transB: 1 } });
  graph.output({ name: 'scores', type: 'float32', shape: [users, items] });
  const onnxRuntime = await OrtTurns.open(graph.finish(), [{ x: float32(asked, users, rank) }], {
    threads: 1,
    runs: 1,
  });
  const times = await alternate({ kernel, onnxRuntime }, { rounds, steps: 3 });
  const [ms, ortMs] = [median(times.kernel), median(times.onnxRuntime)];
  return { ...ALS, ms, 'GFLOP/s': (2 * users * items * rank) / ms / 1e6, 'ONNX Runtime ms': ortMs, turns: times };
}

function histories(length: number): Feeds[] {
  const uniform = seededUniform(8);
  return Array.from({ length: REQUESTS }, () => ({
    history_items: int32(Int32Array.from({ length }, () => Math.floor(HISTORY.items * uniform()))),
    history_weights: float32(new Float32Array(length).fill(1), length),
    k: int64(K),
  }));
}

/**
 * Retrieval by what a user liked, with all weights between items and, where less memory is allowed, with the largest of each
 * item. The weights are those of nearest items, which are quick to find: the graphs are the same for every variant.
 */
export async function measureHistories(rounds: number): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  const interactions = randomInteractions(HISTORY);
  for (const servedMegabytes of [128, 16]) {
    const settings = { variant: 'knn', neighbors: 400, servedMegabytes };
    await using model = await fitModel('item_item', interactions, settings);
    const graph = graphOf(model, 'retrieval_by_history');
    for (const length of [20, 165]) {
      const retrieval = await OrtTurns.open(graph, histories(length), { threads: 1, runs: 40 });
      const times = await alternate({ retrieval }, { rounds, steps: 1 });
      const weights = servedMegabytes === 128 ? 'all' : 'the largest of each item';
      rows.push({
        items: HISTORY.items,
        weights,
        megabytes: graph.length / 2 ** 20,
        history: length,
        ms: median(times.retrieval),
      });
    }
  }
  return rows;
}
