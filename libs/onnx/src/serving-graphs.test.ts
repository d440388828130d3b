import { openGraphSession } from './graph-session';
import { buildRetrievalGraph, buildSimilarItemsGraph, buildTrendingGraph, normalizeRows } from './serving-graphs';
import type { TensorValue } from './tensor-value';

const rank = 4;
const itemCount = 50;
const userCount = 7;

/** Numbers without structure, the same on every run (a Weyl sequence). */
function aTable(rows: number, seed: number): Float32Array {
  return Float32Array.from({ length: rows * rank }, (_, i) => 2 * (((i + 1) * (0.618034 + seed)) % 1) - 1);
}

const userFactors = aTable(userCount, 0.1);
const itemFactors = aTable(itemCount, 0.37);

function int64(...data: number[]): TensorValue {
  return { type: 'int64', dims: [data.length], data };
}

function int32(...data: number[]): TensorValue {
  return { type: 'int32', dims: [data.length], data };
}

function bestBy(score: (item: number) => number, k: number): { indices: number[]; scores: number[] } {
  const indices = Array.from({ length: itemCount }, (_, item) => item).sort((a, b) => score(b) - score(a));
  return { indices: indices.slice(0, k), scores: indices.slice(0, k).map(score) };
}

function dot(a: Float32Array, rowA: number, b: Float32Array, rowB: number): number {
  let sum = 0;
  for (let c = 0; c < rank; c++) sum += a[rowA * rank + c]! * b[rowB * rank + c]!;
  return sum;
}

function expectScores(actual: TensorValue, expected: readonly number[]): void {
  expect(actual.data).toHaveLength(expected.length);
  expected.forEach((score, i) => {
    expect(actual.data[i]).toBeCloseTo(score, 5);
  });
}

describe('serving graphs in ONNX Runtime', () => {
  it('retrieves the items with the largest dot product for known users', async () => {
    await using session = await openGraphSession(buildRetrievalGraph({ userFactors, itemFactors, rank }));
    const { scores, item_indices } = await session.run({ user_index: int32(3), k: int64(5) });
    const expected = bestBy((item) => dot(userFactors, 3, itemFactors, item), 5);
    expect(item_indices).toEqual({ type: 'int32', dims: [1, 5], data: expected.indices });
    expectScores(scores!, expected.scores);
  });

  it('answers a batch of users in one run', async () => {
    await using session = await openGraphSession(buildRetrievalGraph({ userFactors, itemFactors, rank }));
    const { item_indices } = await session.run({ user_index: int32(0, 6), k: int64(2) });
    const expected = [0, 6].flatMap((user) => bestBy((item) => dot(userFactors, user, itemFactors, item), 2).indices);
    expect(item_indices).toEqual({ type: 'int32', dims: [2, 2], data: expected });
  });

  it('retrieves for a user vector that is not in the table', async () => {
    await using session = await openGraphSession(buildRetrievalGraph({ itemFactors, rank }));
    const vector = userFactors.subarray(rank, 2 * rank);
    const { item_indices } = await session.run({
      user_vector: { type: 'float32', dims: [1, rank], data: [...vector] },
      k: int64(4),
    });
    expect(item_indices!.data).toEqual(bestBy((item) => dot(vector, 0, itemFactors, item), 4).indices);
  });

  it('retrieves from a table that no cache keeps, for one user and for several', async () => {
    const [width, count] = [64, 70_000];
    const table = new Float32Array(width * count);
    // item i points along axis i mod 64, the further the larger i
    for (let item = 0; item < count; item++) table[item * width + (item % width)] = item + 1;
    await using session = await openGraphSession(buildRetrievalGraph({ itemFactors: table, rank: width }));
    const axes = (...along: number[]): TensorValue => ({
      type: 'float32',
      dims: [along.length, width],
      data: along.flatMap((axis) => Array.from({ length: width }, (_, at) => (at === axis ? 1 : 0))),
    });
    const one = await session.run({ user_vector: axes(5), k: int64(2) });
    expect(one.item_indices).toEqual({ type: 'int32', dims: [1, 2], data: [69_957, 69_893] });
    expect(one.scores!.data).toEqual([69_958, 69_894]);
    const two = await session.run({ user_vector: axes(5, 0), k: int64(1) });
    expect(two.item_indices!.data).toEqual([69_957, 69_952]);
  });

  it('finds similar items by cosine, the item itself first', async () => {
    const normalized = normalizeRows(itemFactors, rank);
    await using session = await openGraphSession(buildSimilarItemsGraph({ itemFactors: normalized, rank }));
    const { scores, item_indices } = await session.run({ item_index: int32(11), k: int64(6) });
    const expected = bestBy((item) => dot(normalized, 11, normalized, item), 6);
    expect(item_indices!.data).toEqual(expected.indices);
    expect(expected.indices[0]).toBe(11);
    expectScores(scores!, expected.scores);
  });

  it('lists the best fixed scores, and no more items than there are', async () => {
    const scores = Float32Array.of(0.5, 3, -1, 2);
    await using session = await openGraphSession(buildTrendingGraph({ scores }));
    const answer = await session.run({ k: int64(100) });
    expect(answer.item_indices).toEqual({ type: 'int32', dims: [1, 4], data: [1, 3, 0, 2] });
  });

  it('keeps rows of zeros when it normalizes', () => {
    expect([...normalizeRows(Float32Array.of(0, 0, 3, 4), 2)]).toEqual([
      0,
      0,
      expect.closeTo(0.6),
      expect.closeTo(0.8),
    ]);
  });

  it('refuses a table that does not divide into rows', () => {
    expect(() => buildTrendingGraph({ scores: new Float32Array(0) })).toThrow(
      expect.objectContaining({ code: 'invalid.graph' }),
    );
  });

  it('says so when the runtime refuses the bytes', async () => {
    await expect(openGraphSession(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'invalid.model' });
  });
});
