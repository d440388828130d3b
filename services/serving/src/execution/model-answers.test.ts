import { buildCsr } from '@attune/kernels';
import type { FittedModel } from '@attune/recommenders';
import { seededRandom } from '@attune/testkit';
import { waiting } from '../../tests/fixtures/a-request';
import { ids, ModelShop, neighborGraphs, train, trainEngagement } from '../../tests/fixtures/trained-models';
import type { Asker, BorrowedModel, ModelKind } from '../model-ports';

const USERS = 40;
const ITEMS = 50;
const COUNT = 20;
const user = (row: number): Asker => ({ by: 'user', userId: `user-${row}` });

let shop: ModelShop;

beforeAll(() => {
  shop = new ModelShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const borrowed: BorrowedModel[] = [];
afterEach(() => {
  for (const model of borrowed.splice(0)) model[Symbol.dispose]();
});

/** A trained model in production on a host of its own. */
async function serve(kind: ModelKind, fitted: Pick<FittedModel, 'graphs'>, more: object = {}) {
  const { host, catalog } = shop.host();
  const ref = await shop.write({ kind, graphs: fitted.graphs!(), ...more });
  await host.load(ref, { stage: 'production', canaryShare: 0 }, waiting);
  const model = host.borrow(kind, 'anybody')!;
  borrowed.push(model);
  return { model, catalog };
}

/** Retrieval and scores must say what the training engine says: `expected` [items], by row. */
async function expectSame(
  { model, catalog }: { readonly model: BorrowedModel; readonly catalog: { find(id: string): number } },
  asker: Asker,
  expected: ArrayLike<number>,
) {
  const numbers = Int32Array.from({ length: ITEMS }, (_, row) => catalog.find(`item-${row}`));
  const rowOf = new Map(Array.from(numbers, (item, row) => [item, row]));
  const stranger = catalog.find('stranger-0');
  const scored = await model.score(asker, Int32Array.of(stranger, ...numbers), waiting);
  expect(scored[0]).toBeNaN();
  for (let row = 0; row < ITEMS; row++) expect(Math.abs(scored[row + 1]! - expected[row]!)).toBeLessThan(1e-5);
  const { items, scores, isKnown } = await model.retrieve(asker, COUNT, waiting);
  expect(isKnown).toBe(true);
  const best = Array.from(expected).sort((a, b) => b - a);
  expect(items.length).toBeGreaterThan(0);
  for (let place = 0; place < items.length; place++) {
    expect(Math.abs(scores[place]! - best[place]!)).toBeLessThan(1e-5);
    expect(Math.abs(expected[rowOf.get(items[place]!)!]! - best[place]!)).toBeLessThan(1e-5);
  }
  return items.length;
}

const historyOf = (catalog: { find(id: string): number }, rows: readonly number[]): Asker => ({
  by: 'history',
  items: rows.map((row) => catalog.find(`item-${row}`)),
  weights: rows.map(() => 1),
});

/** What the training engine makes of one history of strength 1 each. */
const byHistory = (fitted: FittedModel, rows: readonly number[]) =>
  fitted.scoreHistories!(
    buildCsr({
      rowCount: 1,
      rows: new Int32Array(rows.length),
      columns: Int32Array.from(rows),
      values: new Float32Array(rows.length).fill(1),
    }),
  );

describe('a served model answers what the trained one says', () => {
  it('als: for users, vectors and items, with its spread', async () => {
    await using fitted = await train('als', { rank: 12, iterations: 4, threads: 1 });
    const served = await serve('als', fitted, { userIds: ids('user', USERS) });
    for (const row of [0, 7, USERS - 1]) {
      const expected = await fitted.scoreAll(Int32Array.of(row));
      expect(await expectSame(served, user(row), expected)).toBe(COUNT);
      const vector = served.model.vectorOfUser(`user-${row}`)!;
      await expectSame(served, { by: 'vector', vector }, expected);
      const mean = expected.reduce((sum, score) => sum + score, 0) / ITEMS;
      const variance = expected.reduce((sum, score) => sum + (score - mean) ** 2, 0) / ITEMS;
      const spread = served.model.spreadOf(user(row))!;
      expect(spread.mean).toBeCloseTo(mean, 5);
      expect(spread.deviation).toBeCloseTo(Math.sqrt(variance), 5);
    }
  });

  it('als: neighbours by cosine, without the item itself', async () => {
    await using fitted = await train('als', { rank: 12, iterations: 4, threads: 1 });
    const { model, catalog } = await serve('als', fitted, { userIds: ids('user', USERS) });
    const item = catalog.find('item-4');
    const own = model.vectorOfItem(item)!;
    const length = (vector: Float32Array) => Math.hypot(...vector);
    const cosines = Array.from({ length: ITEMS }, (_, row) => {
      const other = model.vectorOfItem(catalog.find(`item-${row}`))!;
      return { row, cosine: own.reduce((sum, x, c) => sum + x * other[c]!, 0) / length(own) / (length(other) || 1) };
    });
    const expected = cosines.filter(({ row }) => row !== 4).sort((a, b) => b.cosine - a.cosine);
    const asker: Asker = { by: 'item', item };
    const { items, scores } = await model.retrieve(asker, 10, waiting);
    expect(Array.from(items, catalog.idOf.bind(catalog))).toEqual(
      expected.slice(0, 10).map(({ row }) => `item-${row}`),
    );
    const again = await model.score(asker, Int32Array.from(items), waiting);
    for (let at = 0; at < 10; at++) {
      expect(scores[at]).toBeCloseTo(expected[at]!.cosine, 5);
      expect(again[at]).toBeCloseTo(expected[at]!.cosine, 5);
    }
  });

  it('popularity: for everybody', async () => {
    await using fitted = await train('popularity');
    const served = await serve('popularity', fitted);
    const expected = await fitted.scoreAll(Int32Array.of(0));
    expect(await expectSame(served, { by: 'everybody' }, expected)).toBe(COUNT);
    expect(served.model.spreadOf(user(1))!.mean).toBeCloseTo(expected.reduce((sum, x) => sum + x, 0) / ITEMS, 4);
  });

  it('item_item: for histories', async () => {
    await using fitted = await train('item_item', { threads: 1, variant: 'ease', weighting: 'none' });
    const served = await serve('item_item', fitted);
    for (const rows of [[3], [1, 4, 10, 22]]) {
      await expectSame(served, historyOf(served.catalog, rows), await byHistory(fitted, rows));
    }
  });

  it('item_item by the largest weights of each item, where not all are served', async () => {
    const uniform = seededRandom(5);
    const width = 6;
    const indices = Int32Array.from({ length: ITEMS * width }, () => Math.floor(ITEMS * uniform()));
    const table = { itemCount: ITEMS, width, indices, weights: Float32Array.from(indices, uniform) };
    const served = await serve('item_item', { graphs: () => neighborGraphs(table) });
    const rows = [2, 2, 9, 30];
    const expected = new Float32Array(ITEMS);
    for (const row of rows) {
      for (let at = row * width; at < (row + 1) * width; at++) expected[indices[at]!]! += table.weights[at]!;
    }
    const found = await expectSame(served, historyOf(served.catalog, rows), expected);
    // and nothing for which none of the four speaks
    expect(found).toBe(Math.min(COUNT, expected.filter((score) => score !== 0).length));
  });

  it('content: for histories, and items by what they are about', async () => {
    await using fitted = await train('content', { threads: 1, servedNeighbors: ITEMS - 1, weighting: 'none' });
    const served = await serve('content', fitted);
    const expected = await byHistory(fitted, [3]);
    expected[3] = 0;
    await expectSame(served, historyOf(served.catalog, [3]), expected);
    const { items } = await served.model.retrieve({ by: 'item', item: served.catalog.find('item-3') }, 5, waiting);
    const found = Array.from(items, (item) => Number(served.catalog.idOf(item).slice(5)));
    expect(found).toHaveLength(5);
    expect(found).not.toContain(3);
    expect(found.every((row) => row % 3 === 0)).toBe(true);
  });

  it('neural_cf: for users', async () => {
    await using fitted = await train('neural_cf', { epochs: 1, threads: 1 });
    const served = await serve('neural_cf', fitted, { userIds: ids('user', USERS) });
    for (const row of [0, 21]) await expectSame(served, user(row), await fitted.scoreAll(Int32Array.of(row)));
  });

  it('mf: ratings of pairs, and it does not rank', async () => {
    await using fitted = await train('mf', { rank: 4 });
    const { model, catalog } = await serve('mf', fitted, { userIds: ids('user', USERS) });
    const rows = Int32Array.from({ length: ITEMS }, (_, row) => row);
    const expected = await fitted.scorePairs(new Int32Array(ITEMS).fill(5), rows);
    const scores = await model.score(
      user(5),
      rows.map((row) => catalog.find(`item-${row}`)),
      waiting,
    );
    for (const row of rows) expect(Math.abs(scores[row]! - expected[row]!)).toBeLessThan(1e-5);
    await expect(model.retrieve(user(5), 3, waiting)).rejects.toMatchObject({ code: 'unimplemented.question' });
  });

  it('engagement: probabilities, alone and with other requests', async () => {
    await using fitted = await trainEngagement();
    const { features, labels } = fitted;
    const { model } = await serve('engagement', fitted, { features, labels });
    expect([model.features, model.labels]).toEqual([features, labels]);
    const matrices = [1, 5, 3, 2, 7, 4].map((rows) =>
      Float32Array.from({ length: rows * features.length }, (_, at) =>
        at % 7 === 3 ? Number.NaN : Math.sin(at + rows),
      ),
    );
    const answers = await Promise.all(matrices.map((matrix) => model.predict(matrix, waiting)));
    for (const [at, matrix] of matrices.entries()) {
      const expected = await fitted.predict(matrix);
      expect(answers[at]).toHaveLength(expected.length);
      expected.forEach((probability, i) => {
        expect(Math.abs(answers[at]![i]! - probability)).toBeLessThan(1e-5);
      });
    }
  });

  it('says of whom and what it does not know that it does not', async () => {
    await using fitted = await train('als', { rank: 8, iterations: 1, threads: 1 });
    const { model, catalog } = await serve('als', fitted, { userIds: ids('user', USERS) });
    const nobody: Asker = { by: 'user', userId: 'nobody' };
    expect(await model.retrieve(nobody, 5, waiting)).toMatchObject({ isKnown: false, items: { length: 0 } });
    expect(await model.score(nobody, Int32Array.of(catalog.find('item-1')), waiting)).toEqual(
      Float32Array.of(Number.NaN),
    );
    expect(await model.retrieve({ by: 'item', item: catalog.find('stranger-1') }, 5, waiting)).toMatchObject({
      isKnown: false,
    });
    expect([model.vectorOfUser('nobody'), model.vectorOfItem(catalog.find('stranger-1'))]).toEqual([
      undefined,
      undefined,
    ]);
    expect(model.spreadOf(nobody)).toBeUndefined();
  });
});
