import type { Interactions } from '@attune/interactions';
import { buildCsr, seededUniform } from '@attune/kernels';
import { openGraphSession } from '@attune/onnx';
import type { TrainingData } from '../model';
import { parseSettings } from '../parse-settings';
import { ITEM_ITEM } from './item-item';
import { largestWeights } from './item-item-graphs';
import { SparseWeights } from './item-weights';

/** Seeded interactions in which users like items of their own kind; the last user and the last item have none. */
function someInteractions(userCount: number, itemCount: number, perUser = 8): Interactions {
  const uniform = seededUniform(11);
  const pairs: [number, number][] = [];
  for (let user = 0; user < userCount - 1; user++) {
    const own = new Set<number>();
    for (let n = 0; n < perUser; n++) {
      const item = Math.floor((itemCount - 1) * uniform() ** 1.5);
      own.add(uniform() < 0.7 ? item - ((item + user) % 3) : item);
    }
    for (const item of [...own].filter((i) => i >= 0).sort((a, b) => a - b)) pairs.push([user, item]);
  }
  return {
    userCount,
    itemCount,
    userIndex: Int32Array.from(pairs, ([user]) => user),
    itemIndex: Int32Array.from(pairs, ([, item]) => item),
    value: Float32Array.from(pairs, () => 1 + Math.floor(3 * uniform())),
    timeMs: new Float64Array(pairs.length).fill(Number.NaN),
  };
}

function fit(data: TrainingData, settings: object = {}) {
  return ITEM_ITEM.fit({ data, settings: parseSettings(ITEM_ITEM, { threads: 1, ...settings }) });
}

/** X [users x items] with the weights 1 of `weighting: none`. */
function matrixOf({ userCount, itemCount, userIndex, itemIndex }: Interactions): number[][] {
  const x = Array.from({ length: userCount }, () => new Array<number>(itemCount).fill(0));
  userIndex.forEach((user, e) => {
    x[user]![itemIndex[e]!] = 1;
  });
  return x;
}

function multiply(a: number[][], b: number[][]): number[][] {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
}

function transpose(a: number[][]): number[][] {
  return a[0]!.map((_, j) => a.map((row) => row[j]!));
}

/** A^-1 in float64, by Gauss and Jordan. */
function invert(matrix: number[][]): number[][] {
  const n = matrix.length;
  const a = matrix.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    const pivot = a[k]![k]!;
    a[k] = a[k]!.map((value) => value / pivot);
    for (let i = 0; i < n; i++) {
      const scale = a[i]![k]!;
      if (i !== k && scale !== 0) a[i] = a[i]!.map((value, j) => value - scale * a[k]![j]!);
    }
  }
  return a.map((row) => row.slice(n));
}

/** X B with EASE's B in float64, learned from rows scaled by (length / mean)^-power. */
function easeReference(interactions: Interactions, lambda: (own: number) => number, power: number): number[][] {
  const x = matrixOf(interactions);
  const mean = interactions.userIndex.length / interactions.userCount;
  const scaled = x.map((row) => row.map((value) => value && value * (row.reduce((a, b) => a + b, 0) / mean) ** -power));
  const gram = multiply(transpose(scaled), scaled);
  const p = invert(gram.map((row, i) => row.map((value, j) => (i === j ? value + lambda(value) : value))));
  return multiply(
    x,
    p.map((row, i) => row.map((value, j) => (i === j ? 0 : -value / p[j]![j]!))),
  );
}

function largestError(actual: Float32Array, wanted: readonly number[]): number {
  return Math.max(...wanted.map((value, at) => Math.abs(actual[at]! - value)));
}

const allUsers = ({ userCount }: Interactions) => Int32Array.from({ length: userCount }, (_, user) => user);

describe('item_item with EASE', () => {
  it.each([
    ['more users than items, by the inverse of the items', 60, 25],
    ['more items than users, by the inverse of the users', 25, 60],
  ])('equals the float64 solution with %s', async (_, userCount, itemCount) => {
    const interactions = someInteractions(userCount, itemCount);
    await using model = await fit({ interactions }, { regularization: 4, dropout: 0.25, historyDiscount: 0.5 });
    const wanted = easeReference(interactions, (own) => 4 + own / 3, 0.5).flat();
    expect(largestError(await model.scoreAll(allUsers(interactions)), wanted)).toBeLessThan(1e-4);
  });

  it('scores a new user like a user of the training with the same history', async () => {
    const interactions = someInteractions(40, 30);
    await using model = await fit({ interactions }, { weighting: 'log', regularization: 10 });
    const of = interactions.userIndex.indexOf(7);
    const count = interactions.userIndex.filter((user) => user === 7).length;
    const history = buildCsr({
      rowCount: 1,
      rows: new Int32Array(count),
      columns: interactions.itemIndex.slice(of, of + count),
      values: interactions.value.slice(of, of + count),
    });
    expect(await model.scoreHistories!(history)).toEqual(await model.scoreAll(Int32Array.of(7)));
  });

  it('says to raise a regularization that leaves float32 no digits', async () => {
    // everybody has an item that nobody else has: without regularization such an item is explained by itself alone
    const interactions = {
      userCount: 5,
      itemCount: 6,
      userIndex: Int32Array.of(0, 1, 2, 3, 4),
      itemIndex: Int32Array.of(0, 1, 2, 3, 4),
      value: new Float32Array(5).fill(1),
      timeMs: new Float64Array(5).fill(Number.NaN),
    };
    const refused = fit({ interactions }, { regularization: 1e-9, dropout: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'internal.diverged', message: expect.stringMatching('raise') });
  });

  it('takes the sparse path and says so when neither items nor users fit', async () => {
    const interactions = someInteractions(60, 25, 30);
    const settings = { regularization: 20, dropout: 0, neighbors: 24 };
    const phases: string[] = [];
    await using sparse = await ITEM_ITEM.fit({
      data: { interactions },
      settings: parseSettings(ITEM_ITEM, { ...settings, maxDenseItems: 20 }),
      onProgress: ({ phase }) => phases.push(phase),
    });
    await using exact = await fit({ interactions }, settings);
    expect(sparse.metrics).toEqual({ regularization: 20, sparse_neighbors: 24, sparse_raised_items: 0 });
    expect(exact.metrics).toEqual({ regularization: 20, inverse_size: 25 });
    expect(phases[0]).toMatch('too large');
    // pairs of items without a common user have small weights in the exact solution, and none in the sparse one
    const users = allUsers(interactions);
    expect(largestError(await sparse.scoreAll(users), [...(await exact.scoreAll(users))])).toBeLessThan(0.02);
  });

  it('takes lambda from the length of histories', async () => {
    const interactions = someInteractions(60, 25);
    await using model = await fit({ interactions }, { threads: 1 });
    const expected = 0.02 * (interactions.userIndex.length / 60) ** 2;
    expect(model.metrics.regularization).toBeCloseTo(Math.max(1, expected), 6);
  });
});

/** X D_I^-1/2 h(G) D_I^1/2 with h(G) = G (G + cutoff)^-1 in float64. */
function filterReference(interactions: Interactions, cutoff: number): number[][] {
  const x = matrixOf(interactions);
  const sums = (rows: number[][]) => rows.map((row) => row.reduce((a, b) => a + b, 0) || 1);
  const [users, items] = [sums(x), sums(transpose(x))];
  const a = x.map((row, u) => row.map((value, i) => value / Math.sqrt(users[u]! * items[i]!)));
  const gram = multiply(transpose(a), a);
  const h = multiply(gram, invert(gram.map((row, i) => row.map((value, j) => (i === j ? value + cutoff : value)))));
  return multiply(
    x,
    h.map((row, i) => row.map((value, j) => (i === j ? 0 : (value * Math.sqrt(items[j]!)) / Math.sqrt(items[i]!)))),
  );
}

describe('item_item with a graph filter', () => {
  it.each([
    ['items', 60, 25],
    ['users', 25, 60],
  ])('equals the float64 filter by the inverse of the %s', async (_, userCount, itemCount) => {
    const interactions = someInteractions(userCount, itemCount);
    await using model = await fit({ interactions }, { variant: 'graph_filter', cutoff: 0.1 });
    const scores = await model.scoreAll(allUsers(interactions));
    expect(largestError(scores, filterReference(interactions, 0.1).flat())).toBeLessThan(1e-4);
  });

  it('passes everything but its own diagonal when it is sharp and as wide as the data', async () => {
    const interactions = someInteractions(60, 25);
    const settings = { variant: 'graph_filter', filter: 'sharp', factors: 25 };
    await using sharp = await fit({ interactions }, settings);
    // the smooth filter passes every eigenvalue nearly whole when the cut is far below all of them
    await using smooth = await fit({ interactions }, { variant: 'graph_filter', cutoff: 1e-4 });
    expect(sharp.metrics).toEqual({ eigenvectors: 32 });
    const users = allUsers(interactions);
    expect(largestError(await sharp.scoreAll(users), [...(await smooth.scoreAll(users))])).toBeLessThan(0.02);
  });

  it('filters by the nearest items, to the first order, where nothing fits whole, and says so', async () => {
    const interactions = someInteractions(60, 25);
    const settings = { variant: 'graph_filter', maxDenseItems: 1, neighbors: 25 };
    await using model = await fit({ interactions }, settings);
    expect(model.metrics).toEqual({ sparse_neighbors: 25 });
    // with a high cutoff m the whole filter w / (w + m) is w / m within a factor of 1 + 1 / m
    const wanted = filterReference(interactions, 1e5).map((row) => row.map((value) => 1e5 * value));
    expect(largestError(await model.scoreAll(allUsers(interactions)), wanted.flat())).toBeLessThan(1e-4);
  });
});

describe.each(['ease', 'graph_filter'])('item_item with %s and follows', (variant) => {
  const interactions = someInteractions(40, 30);
  // the last user has no history and follows user 3, twice and among others
  const follows = buildCsr({ rowCount: 40, rows: Int32Array.of(39, 39, 39, 5), columns: Int32Array.of(8, 3, 3, 8) });

  it('has scores for a user who has no history but follows somebody', async () => {
    await using model = await fit({ interactions, follows }, { variant });
    expect(model.metrics.follows_used).toBe(1);
    const scores = await model.scoreAll(Int32Array.of(39));
    expect(scores).toHaveLength(30);
    expect(scores.some((score) => score !== 0)).toBe(true);
    expect(scores.every(Number.isFinite)).toBe(true);
  });

  it('scores as without follows when they weigh nothing', async () => {
    await using without = await fit({ interactions }, { variant });
    await using unweighted = await fit({ interactions, follows }, { variant, socialWeight: 0 });
    expect(await unweighted.scoreAll(allUsers(interactions))).toEqual(await without.scoreAll(allUsers(interactions)));
  });

  it('says when there are too many users to use them', async () => {
    await using model = await fit({ interactions, follows }, { variant, maxDenseItems: 35 });
    expect(model.metrics.follows_used).toBe(0);
  });

  it('serves items alone', async () => {
    await using model = await fit({ interactions, follows }, { variant });
    const [retrieval] = model.graphs!();
    await using session = await openGraphSession(retrieval!.model);
    const answer = await session.run({ ...retrieval!.goldenInputs[0]!, k: { type: 'int64', dims: [1], data: [99] } });
    expect(answer.item_indices!.dims).toEqual([1, 30]);
  });

  it('refuses follows of somebody who does not exist', async () => {
    const wrong = buildCsr({ rowCount: 40, rows: Int32Array.of(1), columns: Int32Array.of(40) });
    await expect(fit({ interactions, follows: wrong }, { variant })).rejects.toMatchObject({ code: 'invalid.dataset' });
  });
});

describe('item_item with neighbours', () => {
  it('equals the cosine of every pair, shrunk', async () => {
    const interactions = someInteractions(60, 25);
    const settings = { variant: 'knn', rareness: 'none', shrink: 3, neighbors: 24 };
    await using model = await fit({ interactions }, settings);
    const x = matrixOf(interactions);
    const gram = multiply(transpose(x), x);
    const cosine = gram.map((row, i) =>
      row.map((value, j) => (i === j ? 0 : value / (Math.sqrt(row[i]! * gram[j]![j]!) + 3))),
    );
    expect(largestError(await model.scoreAll(allUsers(interactions)), multiply(x, cosine).flat())).toBeLessThan(1e-5);
  });

  it('keeps the nearest neighbours of an item alone', async () => {
    const interactions = someInteractions(60, 25);
    const settings = { variant: 'knn', rareness: 'none', shrink: 0, neighbors: 1 };
    await using model = await fit({ interactions }, settings);
    const x = matrixOf(interactions);
    const gram = multiply(transpose(x), x);
    const cosine = (i: number, j: number) =>
      gram[i]![j]! === 0 ? 0 : gram[i]![j]! / Math.sqrt(gram[i]![i]! * gram[j]![j]!);
    const nearest = gram.map((row, j) =>
      row
        .map((_, i) => (i === j ? -1 : cosine(i, j)))
        .reduce((best, value, i, all) => (value > all[best]! ? i : best), 0),
    );
    const wanted = x.map((row) => nearest.map((i, j) => row[i]! * cosine(i, j)));
    expect(largestError(await model.scoreAll(allUsers(interactions)), wanted.flat())).toBeLessThan(1e-5);
  });

  it('equals walks from item to user to item', async () => {
    const interactions = someInteractions(60, 25);
    const settings = { variant: 'rp3beta', alpha: 0.8, beta: 0.4, neighbors: 24 };
    await using model = await fit({ interactions }, settings);
    const x = matrixOf(interactions);
    const users = x.map((row) => row.reduce((a, b) => a + b, 0));
    const items = transpose(x).map((row) => row.reduce((a, b) => a + b, 0));
    const walks = items.map((_, i) =>
      items.map((count, j) =>
        i === j
          ? 0
          : x.reduce((sum, row, u) => sum + row[i]! * row[j]! * (1 / Math.max(1, items[i]! * users[u]!)) ** 0.8, 0) /
              count ** 0.4 || 0,
      ),
    );
    const scaled = walks.map((row) => row.map((value) => value / (row.reduce((a, b) => a + b, 0) || 1)));
    expect(largestError(await model.scoreAll(allUsers(interactions)), multiply(x, scaled).flat())).toBeLessThan(1e-5);
  });
});

describe.each(['ease', 'graph_filter', 'knn', 'rp3beta'])('item_item with %s', (variant) => {
  it('has finite scores for users and items that the training did not see', async () => {
    const interactions = someInteractions(40, 30);
    await using model = await fit({ interactions }, { variant });
    const scores = await model.scoreAll(allUsers(interactions));
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(scores.subarray(39 * 30).every((score) => score === 0)).toBe(true);
    const empty = { rowCount: 1, offsets: new Int32Array(2), indices: new Int32Array(), values: new Float32Array() };
    expect((await model.scoreHistories!(empty)).every((score) => score === 0)).toBe(true);
  });

  it('gives the same numbers again, whatever the threads', async () => {
    const interactions = someInteractions(40, 30);
    await using one = await fit({ interactions }, { variant, threads: 1 });
    await using two = await fit({ interactions }, { variant, threads: 2 });
    const users = allUsers(interactions);
    expect(await two.scoreAll(users)).toEqual(await one.scoreAll(users));
  });

  it('scores pairs as it scores all', async () => {
    const interactions = someInteractions(40, 30);
    await using model = await fit({ interactions }, { variant });
    const all = await model.scoreAll(Int32Array.of(3, 5));
    const pairs = await model.scorePairs(Int32Array.of(3, 5, 5), Int32Array.of(4, 0, 29));
    expect([...pairs]).toEqual([all[4], all[30], all[59]]);
  });

  it('serves by history what it scores, where all weights fit', async () => {
    const interactions = someInteractions(40, 30);
    await using model = await fit({ interactions }, { variant });
    const [retrieval, similar] = model.graphs!();
    await using session = await openGraphSession(retrieval!.model);
    const items = [...interactions.itemIndex].filter((_, e) => interactions.userIndex[e] === 3);
    const answer = await session.run({
      history_items: { type: 'int32', dims: [items.length], data: items },
      history_weights: { type: 'float32', dims: [items.length], data: items.map(() => 1) },
      k: { type: 'int64', dims: [1], data: [30] },
    });
    const scores = await model.scoreAll(Int32Array.of(3));
    answer.item_indices!.data.forEach((item, place) => {
      expect(answer.scores!.data[place]).toBeCloseTo(scores[item]!, 5);
    });
    await using other = await openGraphSession(similar!.model);
    const neighbors = await other.run(similar!.goldenInputs[0]!);
    expect(neighbors.item_indices!.data).toHaveLength(10);
    expect(neighbors.item_indices!.data[0]).not.toBe(0);
  });

  it.each([
    ['one user', [0, 0, 0], [0, 1, 2]],
    ['one item', [0, 1, 2], [0, 0, 0]],
  ])('trains on %s', async (_, users, items) => {
    const interactions = {
      userCount: Math.max(...users) + 1,
      itemCount: Math.max(...items) + 1,
      userIndex: Int32Array.from(users),
      itemIndex: Int32Array.from(items),
      value: Float32Array.of(1, 1, 1),
      timeMs: new Float64Array(3).fill(Number.NaN),
    };
    await using model = await fit({ interactions }, { variant });
    expect((await model.scoreAll(allUsers(interactions))).every(Number.isFinite)).toBe(true);
    expect(model.graphs!()).toHaveLength(2);
  });

  it('refuses data in which nobody likes anything', async () => {
    const interactions = someInteractions(10, 10);
    const refused = fit({ interactions: { ...interactions, value: interactions.value.map(() => 0) } }, { variant });
    await expect(refused).rejects.toMatchObject({ code: 'failed_precondition.dataset_no_positives' });
  });

  it('stops when it is cancelled', async () => {
    const data = { interactions: someInteractions(40, 30) };
    const settings = parseSettings(ITEM_ITEM, { variant });
    const cancelled = ITEM_ITEM.fit({ data, settings, signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled.kernel' });
  });
});

describe('largestWeights', () => {
  it('keeps the weights of the largest size of each item, best first, and fills up with the item itself', () => {
    const rows = buildCsr({
      rowCount: 3,
      rows: Int32Array.of(0, 0, 1),
      columns: Int32Array.of(1, 2, 0),
      values: Float32Array.of(0.25, -0.5, 0.75),
    });
    const weights = new SparseWeights(rows);
    expect(largestWeights(weights, 3, 1)).toMatchObject({
      indices: Int32Array.of(2, 0, 2),
      weights: Float32Array.of(-0.5, 0.75, 0),
    });
    expect(largestWeights(weights, 3, 2)).toMatchObject({
      indices: Int32Array.of(1, 2, 0, 1, 2, 2),
      weights: Float32Array.of(0.25, -0.5, 0.75, 0, 0, 0),
    });
  });

  it('is what is served where all weights do not fit', async () => {
    const itemCount = 1_200;
    const interactions = someInteractions(40, itemCount);
    await using model = await fit({ interactions }, { variant: 'knn', servedMegabytes: 1 });
    const [retrieval] = model.graphs!();
    // at most a megabyte for indices and weights, where all of them would take 5.8
    expect(retrieval!.model.length).toBeLessThan(2 ** 20 + 20_000);
    await using session = await openGraphSession(retrieval!.model);
    const answer = await session.run(retrieval!.goldenInputs[0]!);
    expect(answer.scores!.data.every(Number.isFinite)).toBe(true);
  });
});
