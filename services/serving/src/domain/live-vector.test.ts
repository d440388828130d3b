import { openFoldIn, seededNormal, userCovariance } from '@attune/kernels';
import { direction, EMPHASIS, liveVector, type UserPrior } from './live-vector';

const RANK = 8;
const objective = { rank: RANK, regularization: 0.02, alpha0: 0.2, nu: 0 };
const normal = seededNormal(2);
const items = Float32Array.from({ length: 200 * RANK }, () => normal() / 3);
const itemAt = (item: number) => items.subarray(item * RANK, (item + 1) * RANK);
const prior: UserPrior = { rank: RANK, covariance: userCovariance(items, objective), weightOf: (strength) => strength };
const scoreOf = (vector: Float32Array, item: number) => vector.reduce((sum, v, c) => sum + v * itemAt(item)[c]!, 0);
const observed = (item: number, target: 0 | 1 = 1, strength = 1) => ({
  ...{ item: itemAt(item), direction: direction(prior, itemAt(item)), target, strength },
});
const somebody = Float32Array.from({ length: RANK }, () => normal() / 2);

describe('the live vector', () => {
  it('of a user whom the model does not know is what folding in all deeds gives, each weighing more', () => {
    const moved = liveVector(prior, undefined, [observed(3), observed(50, 1, 2), observed(120)]);
    const folded = openFoldIn(items, objective).solve([3, 50, 120], [EMPHASIS, 2 * EMPHASIS, EMPHASIS]);
    for (const [c, value] of moved.entries()) expect(value).toBeCloseTo(folded[c]!, 4);
  });

  it('of a user whom the model knows scores what was liked higher, and is the same in whatever order it was liked', () => {
    const moved = liveVector(prior, somebody, [observed(3), observed(50)]);
    expect(scoreOf(moved, 3)).toBeGreaterThan(scoreOf(somebody, 3));
    expect(scoreOf(moved, 50)).toBeGreaterThan(scoreOf(somebody, 50));
    const turned = liveVector(prior, somebody, [observed(50), observed(3)]);
    for (const [c, value] of moved.entries()) expect(value).toBeCloseTo(turned[c]!, 5);
  });

  it('moves more for what speaks more strongly', () => {
    const [weak, strong] = [0.2, 2].map((strength) => liveVector(prior, somebody, [observed(3, 1, strength)]));
    expect(Math.abs(1 - scoreOf(strong!, 3))).toBeLessThan(Math.abs(1 - scoreOf(weak!, 3)));
  });

  it('hardly moves for what the model predicts already', () => {
    const known = liveVector(prior, undefined, [observed(3, 1, 1_000)]);
    const moved = liveVector(prior, known, [observed(3)]);
    for (const [c, value] of moved.entries()) expect(value).toBeCloseTo(known[c]!, 2);
  });

  it('moves away from what was turned down, and not for what nobody would have shown', () => {
    const item = [...Array(200).keys()].find((one) => scoreOf(somebody, one) > 0.3)!;
    const moved = liveVector(prior, somebody, [observed(item, 0, 2)]);
    expect(scoreOf(moved, item)).toBeLessThan(scoreOf(somebody, item) / 2);
    const unwanted = [...Array(200).keys()].find((one) => scoreOf(somebody, one) < 0)!;
    expect(liveVector(prior, somebody, [observed(unwanted, 0, 2)])).toEqual(somebody);
  });

  it('does not change what it was given', () => {
    const before = Float32Array.from(somebody);
    liveVector(prior, somebody, [observed(3)]);
    expect(somebody).toEqual(before);
  });
});
