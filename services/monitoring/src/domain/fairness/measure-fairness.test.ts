import { seededRandom } from '@attune/testkit';
import { isUnfair, verdictOf } from './audit';
import { ratioToWhole } from './cluster-ratio';
import { type GroupSums, measureAuthorGroups, measureUserGroups } from './measure-fairness';

/** Users of a group, each with some slates of which a share is engaged with. */
function users(
  group: string,
  {
    count,
    engagedShare = 0.3,
    fullShare = 0.95,
    seed = 1,
  }: { count: number; engagedShare?: number; fullShare?: number; seed?: number },
): GroupSums[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, number) => {
    const slates = 1 + Math.floor(random() * 19);
    // users differ among themselves: slates of one user are not independent
    const taste = engagedShare * (0.5 + random());
    const drawn = (share: number) => Array.from({ length: slates }, () => random()).filter((one) => one < share).length;
    const engaged = drawn(taste);
    return {
      ...{ userKey: `${group}-${number}`, group, slates, fullSlates: drawn(fullShare), shownItems: 10 * slates },
      ...{
        exposure: 4.54 * slates,
        engaged,
        engagedWeight: engaged * (0.4 + 0.3 * random()),
        engagedExposure: engaged * 0.6,
      },
    };
  });
}

describe('groups of users', () => {
  it('that get worse slates are found, with an interval that leaves out what is fair', () => {
    const rows = [...users('DE', { count: 400 }), ...users('FR', { count: 200, engagedShare: 0.12, seed: 2 })];
    const measures = measureUserGroups(rows);
    const found = measures.filter(isUnfair);
    expect(found.map(({ group, measure }) => `${group} ${measure}`)).toEqual(['FR exposure_fairness']);
    expect(found[0]!.value).toBeGreaterThan(0.3);
    expect(found[0]!.high).toBeLessThan(0.7);
    expect(verdictOf(measures)).toMatch(/exposure_fairness of FR is 0\.\d+ times that of the whole/);
  });

  it('that are often given the fallback are found by demographic parity', () => {
    const rows = [...users('DE', { count: 400 }), ...users('FR', { count: 200, fullShare: 0.4, seed: 2 })];
    expect(
      measureUserGroups(rows)
        .filter(isUnfair)
        .map(({ group, measure }) => `${group} ${measure}`),
    ).toEqual(['FR demographic_parity']);
  });

  it('that get nothing at all are found, and not taken for unknown', () => {
    const none = users('FR', { count: 30, seed: 2 }).map((user) => ({ ...user, fullSlates: 0 }));
    const found = measureUserGroups([...users('DE', { count: 400 }), ...none]).filter(isUnfair);
    expect(found).toMatchObject([{ group: 'FR', measure: 'demographic_parity', value: 0, low: 0 }]);
    expect(found[0]!.high).toBeLessThan(0.2);
    // two of twenty users might be nobody by chance
    const few = Array.from({ length: 20 }, (_, at) => ({ num: 0, den: at < 2 ? 1 : 0, wholeNum: 1, wholeDen: 1 }));
    expect(ratioToWhole(few)).toEqual({ value: 0, low: 0, high: expect.closeTo(1.5, 9) });
  });

  it('that are treated alike are not called unfair', () => {
    const rows = ['DE', 'FR', 'IT'].flatMap((group, at) => users(group, { count: 300, seed: at + 1 }));
    const measures = measureUserGroups(rows);
    expect(measures).toHaveLength(9);
    expect(measures.filter(isUnfair)).toEqual([]);
    expect(verdictOf(measures)).toMatch(/^no group is certainly treated other/);
  });

  it('that are small have a problem instead of a number', () => {
    const rows = [...users('DE', { count: 300 }), ...users('LU', { count: 5, engagedShare: 0 })];
    const small = measureUserGroups(rows).filter(({ group }) => group === 'LU');
    expect(small.map(({ value, problem }) => [value, problem])).toEqual(
      Array(3).fill([
        Number.NaN,
        expect.stringMatching(/^insufficient data: \d+ slates of 5 users; it takes 100 of 20$/),
      ]),
    );
    expect(verdictOf(small)).toMatch(/^insufficient data/);
  });

  it('of whom nothing is known count to the whole alone', () => {
    const rows = [...users('DE', { count: 300 }), ...users('', { count: 300, seed: 2 })];
    expect(new Set(measureUserGroups(rows).map(({ group }) => group))).toEqual(new Set(['DE']));
  });
});

describe('groups of authors', () => {
  /** Rows of users who see items of both groups; exposure of `new` by its share, engagement by merit. */
  const rows = (share: number): GroupSums[] =>
    Array.from({ length: 200 }, (_, number) => number).flatMap((number) => {
      const userKey = `u${number}`;
      const row = (group: string, shown: number, engaged: number): GroupSums => ({
        ...{ userKey, group, slates: 10, fullSlates: 10, shownItems: shown, exposure: shown * 0.45 },
        ...{ engaged, engagedWeight: engaged * 0.5, engagedExposure: engaged * 0.5 },
      });
      return [
        row('new', Math.round(100 * share), 5 + (number % 3)),
        row('established', 100 - Math.round(100 * share), 15 + (number % 5)),
      ];
    });

  it('that get less exposure than their engagement merits are found (Singh and Joachims)', () => {
    const measures = measureAuthorGroups(
      rows(0.1),
      new Map([
        ['new', 100],
        ['established', 900],
      ]),
    );
    const named = measures.filter(isUnfair).map(({ group, measure }) => `${group} ${measure}`);
    expect(named).toContain('new exposure_fairness');
    const found = measures.find(({ group, measure }) => group === 'new' && measure === 'exposure_fairness')!;
    // a tenth of the exposure for 6 of 23 engagements
    expect(found.value).toBeCloseTo(0.1 / (5.995 / 22.995), 1);
  });

  it('are compared with their share of the catalogue for demographic parity', () => {
    const measures = measureAuthorGroups(
      rows(0.25),
      new Map([
        ['new', 500],
        ['established', 500],
      ]),
    );
    const parity = measures.find(({ group, measure }) => group === 'new' && measure === 'demographic_parity')!;
    expect(parity.value).toBeCloseTo(0.5, 6);
  });
});

describe('the interval of a ratio', () => {
  it('covers the truth in 95 % of 400 seeded runs, though slates of a user hang together', () => {
    let covered = 0;
    for (let run = 0; run < 400; run++) {
      const rows = [
        ...users('A', { count: 150, engagedShare: 0.3, seed: 1_000 + run }),
        ...users('B', { count: 150, engagedShare: 0.2, seed: 5_000 + run }),
      ];
      const sums = rows.map(({ group, engaged, slates }) => {
        const own = group === 'B' ? 1 : 0;
        return { num: own * engaged, den: own * slates, wholeNum: engaged, wholeDen: slates };
      });
      const { low, high } = ratioToWhole(sums)!;
      const truth = 0.2 / 0.25;
      if (low <= truth && truth <= high) covered++;
    }
    // 95 % of 400 with three standard errors of 1.1 %
    expect(covered / 400).toBeGreaterThan(0.917);
    expect(covered / 400).toBeLessThan(0.983);
  });
});
