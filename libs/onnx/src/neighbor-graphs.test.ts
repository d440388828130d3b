import { openGraphSession } from './graph-session';
import {
  buildRetrievalByHistoryGraph,
  buildRetrievalByWholeHistoryGraph,
  buildSimilarFromTableGraph,
  type NeighborTable,
} from './neighbor-graphs';
import type { TensorValue } from './tensor-value';

// item 3 has one neighbour; the rest of its row names itself
const table: NeighborTable = {
  itemCount: 4,
  width: 2,
  indices: Int32Array.of(1, 2, 0, 3, 3, 0, 0, 3),
  weights: Float32Array.of(0.5, 0.25, 0.5, 0.125, 1, -0.5, 2, 0),
};

function vector(type: TensorValue['type'], ...data: number[]): TensorValue {
  return { type, dims: [data.length], data };
}

describe('buildRetrievalByHistoryGraph', () => {
  it('adds up what the items of a history speak for', async () => {
    await using session = await openGraphSession(buildRetrievalByHistoryGraph(table));
    const answer = await session.run({
      history_items: vector('int32', 0, 2, 1),
      history_weights: vector('float32', 2, 1, 4),
      k: vector('int64', 4),
    });
    expect(answer.scores).toEqual({ type: 'float32', dims: [1, 4], data: [1.5, 1.5, 1, 0.5] });
    expect(answer.item_indices).toEqual({ type: 'int32', dims: [1, 4], data: [0, 3, 1, 2] });
  });

  it('answers an empty history with zeros, and no more items than there are', async () => {
    await using session = await openGraphSession(buildRetrievalByHistoryGraph(table));
    const empty = { history_items: vector('int32'), history_weights: vector('float32'), k: vector('int64', 9) };
    expect((await session.run(empty)).scores!.data).toEqual([0, 0, 0, 0]);
  });

  it('refuses a table that names an item which does not exist', () => {
    const wrong = { ...table, indices: table.indices.map((item) => item + 1) };
    expect(() => buildRetrievalByHistoryGraph(wrong)).toThrow(expect.objectContaining({ code: 'invalid.graph' }));
  });
});

describe('buildRetrievalByWholeHistoryGraph', () => {
  // the weights of the table above, with zeros where it names nobody
  const weights = Float32Array.of(0, 0.5, 0.25, 0, 0.5, 0, 0, 0.125, -0.5, 0, 0, 1, 2, 0, 0, 0);

  it('answers as the table with all weights does', async () => {
    await using session = await openGraphSession(buildRetrievalByWholeHistoryGraph({ itemCount: 4, weights }));
    const answer = await session.run({
      history_items: vector('int32', 0, 2, 1),
      history_weights: vector('float32', 2, 1, 4),
      k: vector('int64', 9),
    });
    expect(answer.scores).toEqual({ type: 'float32', dims: [1, 4], data: [1.5, 1.5, 1, 0.5] });
  });

  it('answers an empty history with zeros', async () => {
    await using session = await openGraphSession(buildRetrievalByWholeHistoryGraph({ itemCount: 4, weights }));
    const empty = { history_items: vector('int32'), history_weights: vector('float32'), k: vector('int64', 2) };
    expect((await session.run(empty)).scores!.data).toEqual([0, 0]);
  });
});

describe('buildSimilarFromTableGraph', () => {
  it('answers with the first k of each row', async () => {
    await using session = await openGraphSession(buildSimilarFromTableGraph(table));
    const answer = await session.run({ item_index: vector('int32', 2, 0), k: vector('int64', 1) });
    expect(answer.scores).toEqual({ type: 'float32', dims: [2, 1], data: [1, 0.5] });
    expect(answer.item_indices).toEqual({ type: 'int32', dims: [2, 1], data: [3, 1] });
  });

  it('answers with no more than the table has', async () => {
    await using session = await openGraphSession(buildSimilarFromTableGraph(table));
    const answer = await session.run({ item_index: vector('int32', 3), k: vector('int64', 50) });
    expect(answer.item_indices!.data).toEqual([0, 3]);
  });
});
