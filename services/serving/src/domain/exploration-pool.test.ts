import { explorationPool } from './exploration-pool';

/** 10 ... 19 are below the slate; `fresh` proposed the odd ones, `content` 10 and 11, `social` none. */
const below = Array.from({ length: 10 }, (_, at) => 10 + at);
const proposedBy = (source: string, candidate: number) =>
  source === 'fresh' ? candidate % 2 === 1 : source === 'content' && candidate <= 11;
const ground = { below, size: 4, places: 2, proposedBy };
const arms = (arm: string, probabilities: Readonly<Record<string, number>>) => ({
  arm,
  probabilities: new Map(Object.entries(probabilities)),
});

describe('the pool of places left to chance', () => {
  it('is the best below the slate where no policy chose', () => {
    const { candidates, propensityOf } = explorationPool(ground, undefined);
    expect([candidates, propensityOf(10)]).toEqual([[10, 11, 12, 13], 0.25]);
  });

  it('is the best below the slate that the chosen source proposed', () => {
    expect(explorationPool(ground, arms('fresh', { fresh: 1 })).candidates).toEqual([11, 13, 15, 17]);
  });

  it('sums the propensity of an item over the arms that could have given it', () => {
    const { propensityOf } = explorationPool(ground, arms('fresh', { runners_up: 0.5, fresh: 0.3, content: 0.2 }));
    expect(propensityOf(11)).toBeCloseTo(0.5 / 4 + 0.3 / 4 + 0.2 / 2, 12);
    expect(propensityOf(17)).toBeCloseTo(0.3 / 4, 12);
    const all = below.reduce((sum, candidate) => sum + propensityOf(candidate), 0);
    expect(all).toBeCloseTo(1, 12);
  });

  it.each(['social', 'content'])(
    'is the runners-up where %s has too few for the places, also in the propensity',
    (arm) => {
      const { candidates, propensityOf } = explorationPool(
        { ...ground, places: 3 },
        arms(arm, { [arm]: 0.4, fresh: 0.6 }),
      );
      expect(candidates).toEqual([10, 11, 12, 13]);
      expect(propensityOf(10)).toBeCloseTo(0.4 / 4, 12);
      expect(propensityOf(11)).toBeCloseTo(0.4 / 4 + 0.6 / 4, 12);
    },
  );
});
