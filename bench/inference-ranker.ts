import type { Interactions } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import { GraphBuilder } from '@attune/onnx';
import { type FittedModel, MODELS, parseSettings } from '@attune/recommenders';
import { alternate, median } from './cpp-yardstick.ts';
import { type Feeds, float32, int32, OrtTurns } from './ort-turns.ts';

/** Tables of MovieLens 1M's size; few interactions, since what is learned does not change what it costs to ask. */
export const SIZE = { users: 6_040, items: 3_706, perUser: 5 };
const CANDIDATES = 500;
const REQUESTS = 16;
/** The net that the goals are about. */
export const SHAPE = { embedding: 128, hidden: [256, 128, 64] };
/** Side of the square matrices whose product shows what the cores can do. */
const SIDE = 1_024;

/** Random pairs, in the order in which interactions are kept. */
export function randomInteractions({ users, items, perUser }: typeof SIZE): Interactions {
  const uniform = seededUniform(1);
  const pairs: (readonly [number, number])[] = [];
  for (let user = 0; user < users; user++) {
    const own = new Set<number>();
    while (own.size < perUser) own.add(Math.floor(items * uniform() ** 1.5));
    for (const item of [...own].sort((a, b) => a - b)) pairs.push([user, item]);
  }
  return {
    userCount: users,
    itemCount: items,
    userIndex: Int32Array.from(pairs, ([user]) => user),
    itemIndex: Int32Array.from(pairs, ([, item]) => item),
    value: new Float32Array(pairs.length).fill(1),
    timeMs: new Float64Array(pairs.length).fill(Number.NaN),
  };
}

/** A model of the catalogue, fitted. */
export async function fitModel(name: string, interactions: Interactions, settings: object): Promise<FittedModel> {
  const model = MODELS.get(name)!;
  return model.fit({ data: { interactions }, settings: parseSettings(model, settings) });
}

/** A graph of a fitted model by its name. */
export function graphOf(model: FittedModel, name: string): Uint8Array {
  return model.graphs!().find((graph) => graph.name === name)!.model;
}

/** One user and candidates for each request: for the graph of pairs, and for the ranking graph. */
function requests(): { pairs: Feeds[]; rank: Feeds[] } {
  const uniform = seededUniform(2);
  const draw = (below: number) => Math.floor(below * uniform());
  const asked = Array.from({ length: REQUESTS }, () => ({
    user: draw(SIZE.users),
    items: int32(Int32Array.from({ length: CANDIDATES }, () => draw(SIZE.items))),
  }));
  return {
    pairs: asked.map(({ user, items }) => ({
      user_indices: int32(new Int32Array(CANDIDATES).fill(user)),
      item_indices: items,
    })),
    rank: asked.map(({ user, items }) => ({ user_index: int32(Int32Array.of(user)), item_indices: items })),
  };
}

/** A product of square matrices, one of them stored, as weights of a layer are. */
function productGraph(): Uint8Array {
  const graph = new GraphBuilder('product');
  const x = graph.input({ name: 'x', type: 'float32', shape: [SIDE, SIDE] });
  const uniform = seededUniform(3);
  const stored = graph.initializer('stored', Float32Array.from({ length: SIDE ** 2 }, uniform), [SIDE, SIDE]);
  const product = graph.node({ op: 'MatMul', inputs: [x, stored], outputs: ['product'] });
  graph.node({ op: 'ReduceMax', inputs: [product], outputs: ['largest'], attributes: { keepdims: 0 } });
  graph.output({ name: 'largest', type: 'float32', shape: [] });
  return graph.finish();
}

/** Multiplications and additions of one pair as the net was trained: layers, output weights, and the product of vectors. */
function flopsOfPair(variant: string): number {
  const widths = [2 * SHAPE.embedding, ...SHAPE.hidden, 1];
  const tower = widths.slice(1).reduce((sum, width, at) => sum + 2 * width * widths[at]!, 0);
  return tower + (variant === 'neumf' ? 3 * SHAPE.embedding : 0);
}

/** The larger of two answers' differences: folding is exact but for rounding. */
async function largestDifference(a: OrtTurns, b: OrtTurns): Promise<number> {
  const [left, right] = [(await a.answer(0)).scores!.data, (await b.answer(0)).scores!.data] as Float32Array[];
  return left!.reduce((most, score, at) => Math.max(most, Math.abs(score - right![at]!)), 0);
}

/** The NCF ranker on 500 candidates of a user: as it was trained, folded, and the peak of the cores. */
export async function measureRanker(order: {
  readonly variant: string;
  readonly threads: number;
  readonly rounds: number;
}): Promise<Record<string, unknown>> {
  const { variant, threads, rounds } = order;
  const hidden = SHAPE.hidden.join('-');
  const settings = { variant, embedding: SHAPE.embedding, hidden, batchNorm: true, pretrain: 'none', epochs: 1 };
  await using model = await fitModel('neural_cf', randomInteractions(SIZE), settings);
  const asked = requests();
  const options = { threads, runs: 40 };
  const unfolded = await OrtTurns.open(graphOf(model, 'pairs'), asked.pairs, options);
  const folded = await OrtTurns.open(graphOf(model, 'rank'), asked.rank, options);
  const uniform = seededUniform(4);
  const x = float32(Float32Array.from({ length: SIDE ** 2 }, uniform), SIDE, SIDE);
  const product = await OrtTurns.open(productGraph(), [{ x }], { threads, runs: 7 });
  const difference = await largestDifference(unfolded, folded);
  const times = await alternate({ unfolded, product, folded }, { rounds, steps: 1 });
  const [unfoldedMs, foldedMs] = [median(times.unfolded), median(times.folded)];
  const gflops = (CANDIDATES * flopsOfPair(variant)) / unfoldedMs / 1e6;
  // a peak is what was reached once: a busy machine does not lower it
  const peak = (2 * SIDE ** 3) / Math.min(...times.product) / 1e6;
  return {
    variant,
    threads,
    'unfolded ms': unfoldedMs,
    'unfolded/s': Math.round((1_000 * CANDIDATES) / unfoldedMs),
    'folded ms': foldedMs,
    'folded/s': Math.round((1_000 * CANDIDATES) / foldedMs),
    'times unfolded': unfoldedMs / foldedMs,
    'unfolded GFLOP/s': gflops,
    'peak GFLOP/s': peak,
    'share of peak': gflops / peak,
    difference,
    turns: times,
  };
}
