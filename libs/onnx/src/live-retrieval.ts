import { AppError } from '@attune/errors';
import { GraphBuilder } from './graph-builder';
import { type QuantizedRows, quantizeRows } from './quantize-rows';
import { OUTPUT_NAMES, transposeTable } from './serving-graphs';

/**
 * The inputs of a live retrieval graph, which serving builds from the tables of an artifact when it loads it. Beside the artifact's
 * items it ranks rows that came later, and it can scale and shift scores.
 */
export const LIVE_INPUTS = {
  /** f32 [batch, rank] */
  vector: 'user_vector',
  /** int64 [1] */
  k: 'k',
  /** f32 [items, rank]: the items of the artifact again. An input, so that the caller's memory is read where it lies. Int8 only. */
  items: 'item_factors',
  /** f32 [m, rank]: rows behind the artifact's items, none or many; the answer names row j of them `items + j`. */
  more: 'more_factors',
  /** bool [1]: whether the next two apply. They cost a pass over all scores. */
  isAdjusted: 'is_adjusted',
  /** f32 [items], or [1] where nothing is adjusted: what an item's score is multiplied by. */
  scale: 'item_scale',
  /** f32 [items], or [1] where nothing is adjusted: what is added after that. */
  shift: 'item_shift',
} as const;

/** How many more candidates than asked the rounded scan proposes: a third of them may be wrong without anybody noticing. */
const OVERSAMPLING = { times: 3n, over: 2n, more: 8n } as const;

interface LiveModel {
  readonly itemCount: number;
  readonly rank: number;
}

/**
 * Exact retrieval whose scan reads 8 bits per number: all items are scored with rounded vectors (`MatMulNBits`, integer products), half
 * again as many candidates as asked are scored with their vectors in fp32, and the best of these are the answer, with exact scores. An
 * item can be missed only where rounding moves it by half of the list.
 */
export function buildQuantizedRetrievalGraph(model: {
  readonly itemFactors: Float32Array;
  readonly rank: number;
}): Uint8Array<ArrayBuffer> {
  const { itemFactors, rank } = model;
  const quantized = quantizeRows(itemFactors, rank);
  const itemCount = quantized.rowCount;
  const graph = new GraphBuilder('live_retrieval_int8');
  const vector = addInputs(graph, { itemCount, rank });
  graph.input({ name: LIVE_INPUTS.items, type: 'float32', shape: [itemCount, rank] });
  addScan(graph, vector, quantized);
  const wanted = addOversampling(graph, itemCount);
  const found = addCandidates(graph, 'rough_scores', wanted);
  graph.node({ op: 'Gather', inputs: [LIVE_INPUTS.items, found.rows], outputs: ['rows'], attributes: { axis: 0 } });
  const last = graph.initializer('last_axis', BigInt64Array.of(-1n), [1]);
  graph.node({ op: 'Unsqueeze', inputs: [vector, last], outputs: ['vector_column'] });
  graph.node({ op: 'MatMul', inputs: ['rows', 'vector_column'], outputs: ['dot_column'] });
  graph.node({ op: 'Squeeze', inputs: ['dot_column', last], outputs: ['dots'] });
  graph.node({ op: 'Mul', inputs: ['dots', found.scale], outputs: ['scaled_dots'] });
  const exact = graph.node({ op: 'Add', inputs: ['scaled_dots', found.shift], outputs: ['exact_scores'] });
  return finishWithMore(graph, { itemCount, vector, candidates: found.rows, scores: exact });
}

/** The same answers by a scan in fp32, which holds the items [rank x itemCount] itself: for small tables, and where rounding does harm. */
export function buildFloatRetrievalGraph(model: {
  readonly itemFactors: Float32Array;
  readonly rank: number;
}): Uint8Array<ArrayBuffer> {
  const { itemFactors, rank } = model;
  const itemCount = itemFactors.length / rank;
  const graph = new GraphBuilder('live_retrieval_fp32');
  const vector = addInputs(graph, { itemCount, rank });
  const items = graph.initializer('items', transposeTable(itemFactors, rank), [rank, itemCount]);
  graph.node({ op: 'MatMul', inputs: [vector, items], outputs: ['all_scores'] });
  const limit = graph.initializer('item_count', BigInt64Array.of(BigInt(itemCount)), [1]);
  const wanted = graph.node({ op: 'Min', inputs: [LIVE_INPUTS.k, limit], outputs: ['wanted'] });
  const { rows, scores } = addCandidates(graph, 'all_scores', wanted);
  return finishWithMore(graph, { itemCount, vector, candidates: rows, scores });
}

function addInputs(graph: GraphBuilder, { itemCount, rank }: LiveModel): string {
  if (!Number.isInteger(itemCount) || itemCount < 1) {
    throw new AppError('invalid.graph', `item factors are not a table with rows of ${rank}`);
  }
  graph.input({ name: LIVE_INPUTS.k, type: 'int64', shape: [1] });
  graph.input({ name: LIVE_INPUTS.more, type: 'float32', shape: ['m', rank] });
  graph.input({ name: LIVE_INPUTS.isAdjusted, type: 'bool', shape: [1] });
  graph.input({ name: LIVE_INPUTS.scale, type: 'float32', shape: ['scaled'] });
  graph.input({ name: LIVE_INPUTS.shift, type: 'float32', shape: ['shifted'] });
  return graph.input({ name: LIVE_INPUTS.vector, type: 'float32', shape: ['batch', rank] });
}

/** accuracy_level 4 multiplies whole numbers; lower levels bring the table back to fp32 first and are 20 to 200 times slower. */
function addScan(graph: GraphBuilder, vector: string, quantized: QuantizedRows): void {
  const { rowCount, rank, blockSize, blocksPerRow, values, scales } = quantized;
  graph.initializer('values', values, [rowCount, blocksPerRow, blockSize]);
  graph.initializer('scales', scales, [rowCount * blocksPerRow]);
  graph.node({
    op: 'MatMulNBits',
    domain: 'com.microsoft',
    inputs: [vector, 'values', 'scales'],
    outputs: ['rough_scores'],
    attributes: { K: rank, N: rowCount, bits: 8, block_size: blockSize, accuracy_level: 4 },
  });
}

function addOversampling(graph: GraphBuilder, itemCount: number): string {
  const constant = (name: string, value: bigint) => graph.initializer(name, BigInt64Array.of(value), [1]);
  graph.node({ op: 'Mul', inputs: [LIVE_INPUTS.k, constant('times', OVERSAMPLING.times)], outputs: ['k_times'] });
  graph.node({ op: 'Div', inputs: ['k_times', constant('over', OVERSAMPLING.over)], outputs: ['k_over'] });
  graph.node({ op: 'Add', inputs: ['k_over', constant('more', OVERSAMPLING.more)], outputs: ['k_more'] });
  const limit = constant('item_count', BigInt(itemCount));
  return graph.node({ op: 'Min', inputs: ['k_more', limit], outputs: ['wanted'] });
}

/** The best items by `scores`, adjusted where that is asked, with what they were adjusted by. */
function addCandidates(graph: GraphBuilder, scores: string, wanted: string) {
  const outputs = ['candidates', 'candidate_scores', 'candidate_scale', 'candidate_shift'] as const;
  graph.node({
    op: 'If',
    inputs: [LIVE_INPUTS.isAdjusted],
    outputs,
    attributes: { then_branch: adjusted(graph, scores, wanted), else_branch: asTheyAre(graph, scores, wanted) },
  });
  const [rows, best, scale, shift] = outputs;
  return { rows, scores: best, scale, shift };
}

const TOP = { axis: -1, largest: 1, sorted: 0 };

function adjusted(around: GraphBuilder, scores: string, wanted: string) {
  const graph = new GraphBuilder('adjusted', around);
  graph.node({ op: 'Mul', inputs: [scores, LIVE_INPUTS.scale], outputs: ['scaled'] });
  graph.node({ op: 'Add', inputs: ['scaled', LIVE_INPUTS.shift], outputs: ['shifted'] });
  graph.node({ op: 'TopK', inputs: ['shifted', wanted], outputs: ['then_scores', 'then_rows'], attributes: TOP });
  for (const [table, output] of [
    [LIVE_INPUTS.scale, 'then_scale'] as const,
    [LIVE_INPUTS.shift, 'then_shift'] as const,
  ]) {
    graph.node({ op: 'Gather', inputs: [table, 'then_rows'], outputs: [output], attributes: { axis: 0 } });
  }
  return declareCandidates(graph, 'then', 'c');
}

function asTheyAre(around: GraphBuilder, scores: string, wanted: string) {
  const graph = new GraphBuilder('as_they_are', around);
  graph.node({ op: 'TopK', inputs: [scores, wanted], outputs: ['else_scores', 'else_rows'], attributes: TOP });
  graph.initializer('one', Float32Array.of(1), [1, 1]);
  graph.initializer('nought', Float32Array.of(0), [1, 1]);
  graph.node({ op: 'Identity', inputs: ['one'], outputs: ['else_scale'] });
  graph.node({ op: 'Identity', inputs: ['nought'], outputs: ['else_shift'] });
  return declareCandidates(graph, 'else', 'one');
}

function declareCandidates(graph: GraphBuilder, branch: string, width: string) {
  graph.output({ name: `${branch}_rows`, type: 'int64', shape: ['batch', 'c'] });
  graph.output({ name: `${branch}_scores`, type: 'float32', shape: ['batch', 'c'] });
  graph.output({ name: `${branch}_scale`, type: 'float32', shape: ['b', width] });
  graph.output({ name: `${branch}_shift`, type: 'float32', shape: ['b', width] });
  return graph.finishInner();
}

interface Candidates extends Pick<LiveModel, 'itemCount'> {
  readonly vector: string;
  /** int64 [batch, c] */
  readonly candidates: string;
  /** f32 [batch, c] */
  readonly scores: string;
}

/** Puts the rows that came later beside the candidates; the best `k` of both are the answer. */
function finishWithMore(graph: GraphBuilder, { itemCount, vector, candidates, scores }: Candidates) {
  const node = (op: string, inputs: readonly string[], output: string, attributes = {}) =>
    graph.node({ op, inputs, outputs: [output], attributes });
  const more = node('Gemm', [vector, LIVE_INPUTS.more], 'more_scores', { transB: 1 });
  const all = node('Concat', [scores, more], 'gathered_scores', { axis: 1 });
  const rows = node('Concat', [candidates, addRowsOfMore(graph, itemCount, more)], 'gathered_rows', { axis: 1 });
  const width = node('Shape', [all], 'gathered_width', { start: 1 });
  const k = node('Min', [LIVE_INPUTS.k, width], 'k_limited');
  const { scores: best, itemIndices } = OUTPUT_NAMES;
  graph.node({
    op: 'TopK',
    inputs: [all, k],
    outputs: [best, 'places'],
    attributes: { axis: -1, largest: 1, sorted: 1 },
  });
  node('GatherElements', [rows, 'places'], 'wide_rows', { axis: 1 });
  node('Cast', ['wide_rows'], itemIndices, { to: 6 });
  graph.output({ name: best, type: 'float32', shape: ['batch', 'answered'] });
  graph.output({ name: itemIndices, type: 'int32', shape: ['batch', 'answered'] });
  return graph.finish();
}

/** `itemCount`, `itemCount + 1`, ... for each row of the batch: int64 [batch, m]. */
function addRowsOfMore(graph: GraphBuilder, itemCount: number, more: string): string {
  const scalar = (name: string, value: bigint) => graph.initializer(name, BigInt64Array.of(value), []);
  const shape = graph.node({ op: 'Shape', inputs: [more], outputs: ['more_shape'] });
  const axis = graph.initializer('second', Int32Array.of(1), []);
  const m = graph.node({ op: 'Gather', inputs: [shape, axis], outputs: ['m_rows'], attributes: { axis: 0 } });
  const first = scalar('first_more', BigInt(itemCount));
  const end = graph.node({ op: 'Add', inputs: [m, first], outputs: ['end_more'] });
  const range = graph.node({ op: 'Range', inputs: [first, end, scalar('step', 1n)], outputs: ['rows_of_more'] });
  return graph.node({ op: 'Expand', inputs: [range, shape], outputs: ['rows_of_more_each'] });
}
