import { interestIn, matchOf } from './topic-interest';

const DAY_MS = 24 * 3_600_000;
const [drama, crime, noir] = [1, 2, 3];

it('shares the interest among topics by strength and age, a month counting half', () => {
  const interest = interestIn(
    [
      { topics: [drama], strength: 1, atMs: 0 },
      { topics: [crime, noir], strength: 2, atMs: -30 * DAY_MS },
    ],
    0,
  );
  expect(Object.fromEntries(interest)).toEqual({ [drama]: 0.5, [crime]: 0.25, [noir]: 0.25 });
});

it('adds up the shares of the topics of an item, and names the one with most', () => {
  const interest = new Map([
    [drama, 0.5],
    [crime, 0.3],
  ]);
  expect(matchOf(interest, [crime, noir, drama])).toEqual({ match: 0.8, best: drama });
  expect(matchOf(interest, [noir])).toEqual({ match: 0, best: -1 });
});

it('knows of no interest where nothing was liked', () => {
  expect(interestIn([], 0).size).toBe(0);
  expect(interestIn([{ topics: [], strength: 1, atMs: 0 }], 0).size).toBe(0);
});
