import { type Choices, diversify } from './diversify';
import { noveltyOf } from './novelty';

const NOBODY = { authors: [], categories: [] };
const WEIGHTS = { likeness: 0.3, author: 0.7, category: 0.3, novelty: 0 };

const choicesOf = (
  rows: readonly (readonly [score: number, author: number, category: number, novelty?: number])[],
): Choices => ({
  scores: Float64Array.from(rows, ([score]) => score),
  authors: Int32Array.from(rows, ([, author]) => author),
  categories: Int32Array.from(rows, ([, , category]) => category),
  novelty: Float64Array.from(rows, ([, , , novelty = 0]) => novelty),
});

const order = (...args: Parameters<typeof diversify>) => [...diversify(...args)];

describe('diversify', () => {
  const choices = choicesOf([
    [1, 1, 1],
    [0.99, 1, 1],
    [0.98, 2, 1],
    [0.9, 3, 2],
    [0, 4, 3],
  ]);

  it('keeps the order of the scores where likeness costs nothing', () => {
    expect(order(choices, 5, { ...WEIGHTS, likeness: 0 }, NOBODY)).toEqual([0, 1, 2, 3, 4]);
  });

  it('takes the best first, and then what is almost as good but unlike it', () => {
    expect(order(choices, 3, WEIGHTS, NOBODY)).toEqual([0, 3, 2]);
  });

  it('takes the equation at its word', () => {
    // second place, by hand, with l = .3: (1 - l) relevance - l (1 - (1 - a)^m (1 - c)^n)
    const worth = [0.7 * 0.99 - 0.3 * (1 - 0.3 * 0.7), 0.7 * 0.98 - 0.3 * (1 - 0.7), 0.7 * 0.9, 0];
    expect(order(choices, 2, WEIGHTS, NOBODY)[1]).toBe(1 + worth.indexOf(Math.max(...worth)));
  });

  it('charges more for the third of a kind than for the second', () => {
    const rows = choicesOf([
      [1, 1, 1],
      [0.99, 1, 1],
      [0.98, 1, 1],
      [0.45, 2, 2],
      [0, 3, 3],
    ]);
    // With .45: the second of author 1 is worth .55 x .99 - .45 x .5 = .32 beside .55 x .45 = .25, the third .55 x .98 - .45 x .75 = .20.
    const weights = { likeness: 0.3, author: 0.5, category: 0, novelty: 0 };
    expect(order(rows, 4, weights, NOBODY)).toEqual([0, 1, 2, 3]);
    expect(order(rows, 4, { ...weights, likeness: 0.45 }, NOBODY)).toEqual([0, 1, 3, 2]);
  });

  it('counts what is in the slate already', () => {
    expect(order(choices, 1, { ...WEIGHTS, likeness: 0.5 }, { authors: [1], categories: [1] })).toEqual([3]);
  });

  it('treats items whose author and category are unknown as unlike each other', () => {
    const unknown = choicesOf([1, 0.9, 0.8].map((score) => [score, -1, -1] as const));
    expect(order(unknown, 3, { ...WEIGHTS, likeness: 1 - 1e-9 }, NOBODY)).toEqual([0, 1, 2]);
  });

  it('takes equal items in their order', () => {
    expect(
      order(
        choicesOf([
          [1, -1, -1],
          [1, -1, -1],
          [1, -1, -1],
        ]),
        3,
        WEIGHTS,
        NOBODY,
      ),
    ).toEqual([0, 1, 2]);
  });

  it('does not depend on the scale of the scores', () => {
    const scaled = { ...choices, scores: choices.scores.map((score) => 5 + 100 * score) };
    expect(order(scaled, 5, WEIGHTS, NOBODY)).toEqual(order(choices, 5, WEIGHTS, NOBODY));
  });

  it('prefers what few people know as far as it is told to', () => {
    const rows = choicesOf([
      [1, -1, -1, 0],
      [0.9, -1, -1, 1],
      [0, -1, -1, 0],
    ]);
    expect(order(rows, 3, { ...WEIGHTS, novelty: 0.05 }, NOBODY)).toEqual([0, 1, 2]);
    expect(order(rows, 3, { ...WEIGHTS, novelty: 0.2 }, NOBODY)).toEqual([1, 0, 2]);
  });

  it('puts items whose scores are no numbers last, and loses none', () => {
    const broken = { ...choices, scores: Float64Array.of(Number.NaN, 0.5, Number.POSITIVE_INFINITY, 0.7, 0) };
    expect(order(broken, 5, { ...WEIGHTS, likeness: 0 }, NOBODY)).toEqual([3, 1, 4, 0, 2]);
  });

  it('gives what there is where more is asked for', () => {
    expect(order(choices, 9, WEIGHTS, NOBODY)).toHaveLength(5);
    expect(order(choicesOf([]), 9, WEIGHTS, NOBODY)).toEqual([]);
  });
});

describe('noveltyOf', () => {
  it('is 0 for the best known, 1 for what nobody knows, and falls with the logarithm between', () => {
    const novelty = noveltyOf([999, 0, Number.NaN, Math.sqrt(1000) - 1]);
    expect([...novelty.subarray(0, 3)]).toEqual([0, 1, 1]);
    expect(novelty[3]).toBeCloseTo(0.5, 12);
  });

  it('decides nothing where nothing is known of any item', () => {
    expect([...noveltyOf([Number.NaN, Number.NaN])]).toEqual([0, 0]);
  });
});
