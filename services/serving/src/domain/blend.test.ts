import { blend, weightsFor, weightsOfThere } from './blend';
import { HOME } from './built-in-surfaces';

const candidates = [7, 8, 9].map((item) => ({ item, sourceScores: [] }));

describe('weightsFor', () => {
  it('gives the engagement model its share and the blend of the strategy the rest', () => {
    const weights = weightsFor('hybrid', { ...HOME, engagementShare: 0.5 });
    expect(weights.get('engagement')).toBeCloseTo(0.5, 12);
    expect(weights.get('collaborative')).toBeCloseTo(0.2, 12);
    expect([...weights.values()].reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
  });

  it('never asks the engagement model about the rules', () => {
    expect([...weightsFor('rule_based', HOME)]).toEqual([['rules', 1]]);
  });
});

describe('weightsOfThere', () => {
  const weights = new Map([
    ['collaborative', 0.3],
    ['content', 0.2],
    ['engagement', 0.5],
  ] as const);

  it('gives what is missing to the siblings and leaves the share of engagement', () => {
    const there = weightsOfThere(weights, new Set(['content', 'engagement'] as const));
    expect([...there]).toEqual([
      ['content', 0.5],
      ['engagement', 0.5],
    ]);
  });

  it('lets engagement decide alone when nothing else answers, and nobody when nothing does', () => {
    expect([...weightsOfThere(weights, new Set(['engagement'] as const))]).toEqual([['engagement', 1]]);
    expect(weightsOfThere(weights, new Set()).size).toBe(0);
  });

  it('adds up to 1 without an engagement model', () => {
    const there = weightsOfThere(weights, new Set(['collaborative', 'content'] as const));
    expect([...there.values()].reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
  });
});

describe('blend', () => {
  const column = (part: 'collaborative' | 'content', ...calibrated: number[]) => ({
    part,
    raw: calibrated,
    calibrated,
  });

  it('adds calibrated scores up by their weights, best first', () => {
    const columns = [column('collaborative', 0.1, 0.9, 0.5), column('content', 1, 0, 0.5)];
    const weights = new Map([
      ['collaborative', 0.25],
      ['content', 0.75],
    ] as const);
    const blended = blend(candidates, columns, weights, () => 1);
    expect(blended.map(({ item, score }) => [item, score])).toEqual([
      [7, 0.775],
      [9, 0.5],
      [8, 0.225],
    ]);
    expect(blended[0]!.parts).toEqual([
      { part: 'collaborative', raw: 0.1, calibrated: 0.1, weight: 0.25 },
      { part: 'content', raw: 1, calibrated: 1, weight: 0.75 },
    ]);
  });

  it('believes the engagement model, for the most part, about what another part does not know', () => {
    const unknown = { part: 'collaborative' as const, raw: [Number.NaN, 1, 1], calibrated: [0.2, 0.9, 0.5] };
    const engagement = { part: 'engagement' as const, raw: [0.1, 0.1, Number.NaN], calibrated: [0.8, 0.8, 0.2] };
    const weights = new Map([
      ['collaborative', 0.5],
      ['engagement', 0.5],
    ] as const);
    const [second, first] = [0.75 * 0.8 + 0.25 * 0.2, 0.9];
    const blended = blend(candidates, [unknown, engagement], weights, () => 1);
    expect(blended.map(({ item }) => item)).toEqual([8, 7, 9]);
    expect(blended[1]!.parts[0]).toMatchObject({ raw: undefined, calibrated: expect.closeTo(second, 12) });
    expect(blended[1]!.score).toBeCloseTo(0.5 * second + 0.5 * 0.8, 12);
    expect(blended[0]!.score).toBeCloseTo(0.5 * first + 0.5 * 0.8, 12);
    expect(blend(candidates, [unknown], weights, () => 1).find(({ item }) => item === 7)!.score).toBeCloseTo(0.1, 12);
  });

  it('multiplies by the boost of an operator', () => {
    const blended = blend(candidates, [column('content', 0.5, 0.4, 0.3)], new Map([['content', 1]] as const), (item) =>
      item === 9 ? 2 : 1,
    );
    expect(blended.map(({ item, boost }) => [item, boost])).toEqual([
      [9, 2],
      [7, 1],
      [8, 1],
    ]);
  });

  it('keeps the order of the candidates between equal scores', () => {
    const blended = blend(candidates, [column('content', 0.5, 0.5, 0.5)], new Map([['content', 1]] as const), () => 1);
    expect(blended.map(({ item }) => item)).toEqual([7, 8, 9]);
  });

  it('says that a part does not know an item, and takes what stands in for it', () => {
    const columns = [{ part: 'content' as const, raw: [Number.NaN, 1, 1], calibrated: [0.1, 0.6, 0.5] }];
    const [, , last] = blend(candidates, columns, new Map([['content', 1]] as const), () => 1);
    expect(last).toMatchObject({ item: 7, parts: [{ raw: undefined, calibrated: 0.1 }] });
  });
});
