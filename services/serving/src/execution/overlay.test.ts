import { waiting } from '../../tests/fixtures/a-request';
import { alsGraphsOf, ids, ModelShop, someFactors, userKeyOf } from '../../tests/fixtures/trained-models';
import type { Asker, FactorRow } from '../model-ports';

const RANK = 64;
const USERS = 20;
const PRODUCTION = { stage: 'production', canaryShare: 0 } as const;

let shop: ModelShop;
beforeAll(() => {
  shop = new ModelShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

/** A factorization in production, with a plain copy of its vectors that follows what is laid over it. */
async function setUp(itemCount: number, options: Parameters<ModelShop['host']>[0] = {}) {
  const factors = someFactors({ users: USERS, items: itemCount, rank: RANK });
  const itemIds = ids('item', itemCount);
  const ref = await shop.write({ kind: 'als', graphs: alsGraphsOf(factors), itemIds, userIds: ids('user', USERS) });
  const { host, catalog } = shop.host(options);
  await host.load(ref, PRODUCTION, waiting);
  const model = host.borrow('als', 'anybody')!;
  const rowOf = (table: Float32Array, row: number) => table.slice(row * RANK, (row + 1) * RANK);
  const vectors = new Map<string, Float32Array>(itemIds.map((id, row) => [id, rowOf(factors.itemFactors, row)]));
  const lay = async (items: readonly FactorRow[], users: readonly FactorRow[] = []) => {
    expect(await host.overlay(ref, { items, users })).toBe(true);
    for (const { key, vector } of items) vectors.set(key, vector);
  };
  /** The best items for a vector by plain arithmetic. */
  const best = (vector: Float32Array, count: number, isCosine = false) => {
    const length = (of: Float32Array) => (isCosine ? Math.hypot(...of) : 1);
    const scored = Array.from(vectors, ([id, own]) => {
      const dot = own.reduce((sum, x, c) => sum + x * vector[c]!, 0);
      return { id, score: dot / length(own) / length(vector) };
    });
    return scored.sort((a, b) => b.score - a.score).slice(0, count);
  };
  const expectBest = async (asker: Asker, expected: readonly { readonly id: string; readonly score: number }[]) => {
    const { items, scores } = await model.retrieve(asker, expected.length, waiting);
    expect(Array.from(items, (item) => catalog.idOf(item))).toEqual(expected.map(({ id }) => id));
    const again = await model.score(asker, Int32Array.from(items), waiting);
    expected.forEach(({ score }, at) => {
      expect(Math.abs(scores[at]! - score)).toBeLessThan(1e-5 * Math.max(1, Math.abs(score)));
      expect(Math.abs(again[at]! - score)).toBeLessThan(1e-5 * Math.max(1, Math.abs(score)));
    });
  };
  const user = (row: number) => rowOf(factors.userFactors, row);
  return { host, catalog, model, ref, lay, best, expectBest, user, [Symbol.dispose]: () => model[Symbol.dispose]() };
}

/** A vector that points the same way as another one. */
const along = (vector: Float32Array, factor: number) => vector.map((x) => x * factor);
const asked = (row: number): Asker => ({ by: 'user', userId: `user-${row}` });

describe.each([
  ['in fp32', 600],
  ['in 8 bits', 26_000],
])('factors laid over a version that is scanned %s', (_, itemCount) => {
  it('are retrieved, scored and like others as if they had been trained', async () => {
    using served = await setUp(itemCount);
    const { lay, best, expectBest, user, model, catalog } = served;
    await expectBest(asked(1), best(user(1), 30));
    const [first, second] = best(user(1), 2).map(({ id }) => id);
    // the best two become bad, one that was nowhere good, and two come that the training never had
    await lay([
      { key: first!, vector: along(user(1), -1) },
      { key: second!, vector: along(user(2), 0.5) },
      { key: 'item-17', vector: along(user(1), 2) },
      { key: 'new-a', vector: along(user(1), 3) },
      { key: 'new-b', vector: along(user(2), 1) },
    ]);
    const expected = best(user(1), 30);
    expect(expected.slice(0, 2).map(({ id }) => id)).toEqual(['new-a', 'item-17']);
    await expectBest(asked(1), expected);
    await expectBest({ by: 'vector', vector: user(3) }, best(user(3), 30));
    expect(model.vectorOfItem(catalog.find('new-b'))).toEqual(user(2));
    const like = best(along(user(1), 3), 11, true).filter(({ id }) => id !== 'new-a');
    await expectBest({ by: 'item', item: catalog.find('new-a') }, like.slice(0, 10));
    await lay([{ key: 'new-a', vector: along(user(1), 0.01) }]);
    await expectBest(asked(1), best(user(1), 30));
  });
});

describe('factors laid over a version', () => {
  it('move users, and make users known whom the training did not have', async () => {
    using served = await setUp(300);
    const { lay, best, expectBest, user, model } = served;
    expect((await model.retrieve({ by: 'user', userId: 'newcomer' }, 5, waiting)).isKnown).toBe(false);
    await lay(
      [],
      [
        { key: userKeyOf('newcomer'), vector: user(4) },
        { key: userKeyOf('user-1'), vector: user(5) },
      ],
    );
    await expectBest({ by: 'user', userId: 'newcomer' }, best(user(4), 10));
    await expectBest(asked(1), best(user(5), 10));
    expect(model.vectorOfUser('user-1')).toEqual(user(5));
  });

  it('are there again in a worker that takes the place of one that died', async () => {
    using served = await setUp(300);
    const { lay, best, expectBest, user, host } = served;
    await lay([
      { key: 'new', vector: along(user(1), 5) },
      { key: best(user(1), 1)[0]!.id, vector: user(2) },
    ]);
    const live = host.live('als')!;
    const [worker] = live.workers;
    worker!.close();
    await worker!.ended;
    await live.replaced();
    expect(live.workers[0]!.threadId).not.toBe(worker!.threadId);
    await expectBest(asked(1), best(user(1), 20));
  });

  it('are ignored where they belong to another version', async () => {
    using served = await setUp(300);
    const { host, ref, best, expectBest, user } = served;
    const rows = { users: [], items: [{ key: 'new', vector: along(user(1), 5) }] };
    expect(await host.overlay({ ...ref, digest: 'e'.repeat(64) }, rows)).toBe(false);
    await expectBest(asked(1), best(user(1), 5));
  });

  it.each([
    ['of another rank', new Float32Array(3), /3 numbers instead of 64/],
    ['with numbers that are not finite', new Float32Array(RANK).fill(Number.NaN), /not finite/],
  ])('are refused whole when one is %s', async (_, vector, message) => {
    using served = await setUp(300);
    const { host, ref, best, expectBest, user } = served;
    const items = [
      { key: 'new', vector: along(user(1), 5) },
      { key: 'item-1', vector },
    ];
    await expect(host.overlay(ref, { users: [], items })).rejects.toMatchObject({
      code: 'invalid.factors',
      message: expect.stringMatching(message),
    });
    await expectBest(asked(1), best(user(1), 5));
  });

  it('are refused beyond their limit; of new users the oldest make room', async () => {
    using served = await setUp(300, { overlayLimits: { items: 2, newUsers: 2 } });
    const { host, ref, lay, user, model } = served;
    await lay([
      { key: 'a', vector: user(1) },
      { key: 'b', vector: user(2) },
    ]);
    await lay([{ key: 'a', vector: user(3) }]);
    const more = {
      users: [],
      items: [
        { key: 'b', vector: user(1) },
        { key: 'c', vector: user(1) },
      ],
    };
    await expect(host.overlay(ref, more)).rejects.toMatchObject({
      code: 'exhausted.factors',
      message: expect.stringMatching(/train a new version/),
    });
    const newcomers = ['x', 'y', 'x', 'z'].map((name, at) => ({ key: userKeyOf(name), vector: user(at) }));
    await lay([], newcomers);
    expect(['x', 'y', 'z'].map((name) => model.vectorOfUser(name))).toEqual([user(2), undefined, user(3)]);
  });
});
