import { seededRandom } from '@attune/testkit';
import fc from 'fast-check';
import { teamDraft } from './team-draft';

const ranking = fc.uniqueArray(fc.nat(40), { maxLength: 30 });
const drafts = fc.record({ one: ranking, other: ranking, count: fc.integer({ min: 0, max: 40 }), seed: fc.nat() });
const check = (holds: (draft: { one: number[]; other: number[]; count: number; seed: number }) => void) =>
  fc.assert(fc.property(drafts, holds), { seed: 7, numRuns: 500 });

describe('team draft', () => {
  it('has no item twice, and as many as were asked for or as there are', () => {
    check(({ one, other, count, seed }) => {
      const items = teamDraft([one, other], count, seededRandom(seed)).map(({ item }) => item);
      expect(new Set(items).size).toBe(items.length);
      expect(items.length).toBe(Math.min(count, new Set([...one, ...other]).size));
    });
  });

  it('gives each team as many of every prefix as the other, give or take one, while both have items', () => {
    fc.assert(
      fc.property(ranking, fc.nat(), (items, seed) => {
        const picks = teamDraft([items, [...items].reverse()], items.length, seededRandom(seed));
        let ahead = 0;
        for (const { team } of picks) {
          ahead += team === 0 ? 1 : -1;
          expect(Math.abs(ahead)).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('takes for each team its best item that is not taken', () => {
    check(({ one, other, count, seed }) => {
      const taken = new Set<number>();
      for (const { team, item } of teamDraft([one, other], count, seededRandom(seed))) {
        expect((team === 0 ? one : other).find((own) => !taken.has(own))).toBe(item);
        taken.add(item);
      }
    });
  });

  it('tosses a fair coin in each round, and says with which probability each item came to its place', () => {
    const random = seededRandom(11);
    const firsts = Array.from(
      { length: 20_000 },
      () =>
        teamDraft(
          [
            [1, 2],
            [3, 4],
          ],
          2,
          random,
        )[0]!,
    );
    // five standard errors of a share of one half among 20,000
    expect(Math.abs(firsts.filter(({ team }) => team === 0).length / firsts.length - 0.5)).toBeLessThan(0.018);
    expect(
      teamDraft(
        [
          [1, 2],
          [3, 4],
        ],
        4,
        () => 0,
      ).map(({ propensity }) => propensity),
    ).toEqual([0.5, 1, 0.5, 1]);
  });

  it('has propensities that multiply to the probability of the items in their order, over all coins', () => {
    const short = fc.uniqueArray(fc.nat(5), { maxLength: 4 });
    const rounds = 8;
    fc.assert(
      fc.property(short, short, fc.integer({ min: 0, max: 8 }), (one, other, count) => {
        const found = new Map<string, { times: number; said: number[] }>();
        for (let coins = 0; coins < 2 ** rounds; coins++) {
          let round = 0;
          const picks = teamDraft([one, other], count, () => ((coins >> round++) & 1) / 2);
          const slate = picks.map(({ item }) => item).join();
          const { times, said } = found.get(slate) ?? { times: 0, said: [] };
          const product = picks.reduce((all, { propensity }) => all * propensity, 1);
          found.set(slate, { times: times + 1, said: [...said, product] });
        }
        for (const { times, said } of found.values()) expect(new Set(said)).toEqual(new Set([times / 2 ** rounds]));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('credits an item that both rank first to either team alike', () => {
    const random = seededRandom(13);
    const teams = Array.from({ length: 20_000 }, () => teamDraft([[1], [1]], 1, random)[0]!.team);
    // five standard errors of a share of one half among 20,000
    expect(Math.abs(teams.filter((team) => team === 0).length / teams.length - 0.5)).toBeLessThan(0.018);
  });
});
