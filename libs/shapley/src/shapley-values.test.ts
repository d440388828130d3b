import { aClassifier, aGame } from '../tests/games';
import { shapleyValues } from './shapley-values';

const sumOf = (values: Iterable<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);

describe('shapleyValues', () => {
  it.each([
    ['exact', 9],
    ['sampled', 24],
  ])('adds up to the worth of everybody when %s', async (method, players) => {
    const found = await shapleyValues(aClassifier(players));
    expect(found.method).toBe(method);
    expect(Math.abs(found.base + sumOf(found.values) - found.total)).toBeLessThan(1e-12);
  });

  it('lies within two standard errors of the exact values as often as a normal error would', async () => {
    const game = aClassifier(10);
    const exact = await shapleyValues(game);
    let [within, far, all] = [0, 0, 0];
    for (let seed = 1; seed <= 60; seed++) {
      const sampled = await shapleyValues(game, { exactUpTo: 0, pairs: 64, seed });
      for (const [player, value] of sampled.values.entries()) {
        const off = Math.abs(value - exact.values[player]!) / sampled.standardErrors[player]!;
        all++;
        if (off <= 1.96) within++;
        if (off > 4) far++;
      }
    }
    // 600 values: 95 % stated; 63 degrees of freedom make it 94.6 %, and by chance alone it moves by 0.9 points
    expect(within / all).toBeGreaterThan(0.92);
    expect(within / all).toBeLessThan(0.98);
    expect(far).toBe(0);
  });

  it('has errors that shrink with the root of the pairs', async () => {
    const largest = async (pairs: number) =>
      Math.max(...(await shapleyValues(aClassifier(20), { pairs, seed: 3 })).standardErrors);
    expect((await largest(50)) / (await largest(800))).toBeCloseTo(4, 0);
  });

  it('has no error where nobody depends on anybody, because each order pays alike', async () => {
    const game = aGame(20, (members) => members.reduce((sum, member, player) => sum + member * (player - 7), 5));
    const { values, standardErrors, base } = await shapleyValues(game, { pairs: 2 });
    expect(base).toBe(5);
    expect(Array.from(values)).toEqual(Array.from({ length: 20 }, (_, player) => player - 7));
    expect(Math.max(...standardErrors)).toBe(0);
  });

  it('has no error either where an order pays late players what its reverse pays them for coming early', async () => {
    // v(S) = |S|^2: an order pays its k-th player 2k - 1, and its reverse the rest of 2n
    const game = aGame(16, (members) => sumOf(members) ** 2);
    const { values, standardErrors } = await shapleyValues(game, { pairs: 8 });
    for (const value of values) expect(value).toBeCloseTo(16, 10);
    expect(Math.max(...standardErrors)).toBeLessThan(1e-12);
  });

  it('pays equals equally and nobody for nothing', async () => {
    const game = aGame(4, ([a, b, c]) => (a! & b!) + 2 * c!);
    expect(Array.from((await shapleyValues(game)).values)).toEqual([0.5, 0.5, 2, 0]);
  });

  it('is the same for the same seed and another for another', async () => {
    const values = async (seed: number) => (await shapleyValues(aClassifier(15), { seed })).values;
    expect(await values(5)).toEqual(await values(5));
    expect(await values(5)).not.toEqual(await values(6));
  });

  it('asks in batches, as many coalitions as it says', async () => {
    const exact = aClassifier(8);
    await shapleyValues(exact, { batch: 100 });
    expect(exact.batches).toEqual([100, 100, 56]);
    const sampled = aClassifier(14);
    const { evaluations } = await shapleyValues(sampled, { pairs: 10 });
    expect(evaluations).toBe(2 + 20 * 13);
    expect(sumOf(sampled.batches)).toBe(evaluations);
  });

  it('stops between batches when it is cancelled', async () => {
    const abort = new AbortController();
    const game = aGame(10, () => {
      abort.abort(new Error('enough'));
      return 0;
    });
    await expect(shapleyValues(game, { batch: 16, signal: abort.signal })).rejects.toThrow('enough');
    expect(game.batches).toEqual([16]);
  });

  it('says the worth of nobody where there are no players', async () => {
    const found = await shapleyValues(aGame(0, () => 3));
    expect(found).toMatchObject({ method: 'exact', base: 3, total: 3, evaluations: 1 });
  });

  it('refuses options that cannot be, by their names', async () => {
    const wrong = shapleyValues(aClassifier(3), { exactUpTo: 40, pairs: 1, batch: 0.5 });
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid.shapley_options',
      violations: [{ field: 'exactUpTo' }, { field: 'pairs' }, { field: 'batch' }],
    });
  });
});
