import { popularityAmong, recencyOf, scoreByRules, socialProofOf } from './rules';

const column = (...values: number[]) => Float64Array.from(values);
const scores = (...args: Parameters<typeof scoreByRules>) => [...scoreByRules(...args)];

describe('scoreByRules', () => {
  it('is the mean of the terms by their weights', () => {
    const terms = { interest_match: column(1, 0), recency: column(0, 0.5) };
    expect(scores(2, terms, { interest_match: 3, recency: 1 })).toEqual([0.75, 0.125]);
  });

  it('leaves out a rule of which nothing is known, and gives its weight to the others', () => {
    const terms = { interest_match: column(Number.NaN, Number.NaN), recency: column(0.2, 0.4) };
    expect(scores(2, terms, { interest_match: 3, recency: 1, trust: 5 })).toEqual([0.2, 0.4]);
  });

  it('takes an item of which a rule knows nothing for one like the others', () => {
    const terms = { trust: column(Number.NaN, 0.2, 0.8), recency: column(0.5, 0.5, 0.5) };
    expect(scores(3, terms, { trust: 1, recency: 1 })).toEqual([0.5, 0.35, 0.65]);
  });

  it('finds all items alike where nothing at all is known, or no rule counts', () => {
    expect(scores(2, {}, { recency: 1 })).toEqual([0.5, 0.5]);
    expect(scores(2, { recency: column(0, 1) }, {})).toEqual([0.5, 0.5]);
  });

  it('is never outside of 0 and 1', () => {
    const terms = { recency: column(0, 1, 1), trust: column(0, 1, Number.NaN), popularity: column(0, 1, 0) };
    for (const score of scores(3, terms, { recency: 1, trust: 2, popularity: 0.5 })) {
      expect(score >= 0 && score <= 1).toBe(true);
    }
  });
});

it('halves recency every three days, and takes what is dated ahead for new', () => {
  expect([recencyOf(0), recencyOf(3), recencyOf(6), recencyOf(-1)]).toEqual([1, 0.5, 0.25, 1]);
  expect(recencyOf(Number.NaN)).toBeNaN();
});

it('gives social proof less and less for each further person', () => {
  expect([socialProofOf(0), socialProofOf(2), socialProofOf(6)]).toEqual([0, 0.5, 0.75]);
});

it('measures popularity by its logarithm beside the most popular candidate', () => {
  const among = popularityAmong(column(0, 9, 99, Number.NaN, -3));
  expect([...among]).toEqual([0, expect.closeTo(0.5, 12), 1, Number.NaN, 0]);
  expect([...popularityAmong(column(0, 0))]).toEqual([0, 0]);
});
