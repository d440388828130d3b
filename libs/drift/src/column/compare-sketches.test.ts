import { seededNormal } from '../../tests/seeded-random';
import { pairSorted } from '../detectors/paired-counts';
import { CategoryCounts } from '../sketch/category-counts';
import { sketchOf } from '../sketch/distribution-sketch';
import { compareCategories, compareSketches } from './compare-sketches';
import { judgeNumeric } from './judge-numeric';

function normals(count: number, seed: number, shape: (z: number) => number = (z) => z): Float64Array {
  const normal = seededNormal(seed);
  return Float64Array.from({ length: count }, () => shape(normal())).sort();
}

function countsOf(shares: Readonly<Record<string, number>>): CategoryCounts {
  const counts = new CategoryCounts();
  for (const [name, count] of Object.entries(shares)) counts.add(name, count);
  return counts;
}

describe('columns beside each other', () => {
  const reference = normals(5_000, 1, (z) => 10 + z);
  const noNulls = { reference: { nulls: 0, all: 5_000 }, current: { nulls: 0, all: 5_000 } };

  it('sketches say what the values say', () => {
    for (const current of [
      normals(5_000, 2, (z) => 10 + z),
      normals(5_000, 3, (z) => 10.5 + z),
      normals(5_000, 4, (z) => 10 + 2 * z),
    ]) {
      const exact = judgeNumeric(pairSorted(reference, current), noNulls);
      const sketched = compareSketches(sketchOf(reference), sketchOf(current));
      expect(sketched.verdict).toBe(exact.verdict);
      if (exact.type !== 'numeric' || sketched.type !== 'numeric') throw new Error('both are numeric');
      expect(sketched.tests.ks!.statistic).toBeCloseTo(exact.tests.ks!.statistic, 2);
      expect(sketched.tests.wasserstein!.value).toBeCloseTo(exact.tests.wasserstein!.value, 2);
      expect(sketched.tests.psi!.value).toBeCloseTo(exact.tests.psi!.value, 1);
    }
  });

  it('PSI is that of deciles', () => {
    // deciles of 1 to 100 end at 10, 20, ...; the other sample has its values in the first two bins, half and half
    const hundred = Float64Array.from({ length: 100 }, (_, at) => at + 1);
    const twenty = Float64Array.from({ length: 100 }, (_, at) => 1 + (at % 20)).sort();
    const judged = judgeNumeric(pairSorted(hundred, twenty), noNulls);
    if (judged.type !== 'numeric') throw new Error('numeric');
    // (0.5 - 0.1) ln 5 twice, and (0.005 - 0.1) ln 0.05 eight times: half of one value of 100
    expect(judged.tests.psi!.value).toBeCloseTo(0.8 * Math.log(5) + 8 * 0.095 * Math.log(20), 10);
    expect(judged.tests.psi!.bins).toBe(10);
  });

  it('a shift that is certain and too small to matter is none', () => {
    const [one, other] = [normals(50_000, 5), normals(50_000, 6, (z) => z + 0.03)];
    const judged = judgeNumeric(pairSorted(one, other), noNulls);
    if (judged.type !== 'numeric') throw new Error('numeric');
    expect(judged.tests.ks!.pValue).toBeLessThan(0.001);
    expect(judged.verdict).toBe('no_drift');
  });

  it('a difference that is large and may be chance is none', () => {
    const judged = judgeNumeric(
      pairSorted(
        normals(25, 7),
        normals(25, 8, (z) => z + 0.3),
      ),
      noNulls,
    );
    if (judged.type !== 'numeric') throw new Error('numeric');
    expect(judged.tests.ks!.statistic).toBeGreaterThan(0.1);
    expect(judged.verdict).toBe('no_drift');
  });

  it('rarely alarms for samples of one source: 200 pairs of 200 values', () => {
    let alarms = 0;
    for (let at = 0; at < 200; at++) {
      const pair = pairSorted(normals(200, 1_000 + at, Math.exp), normals(200, 2_000 + at, Math.exp));
      if (judgeNumeric(pair, noNulls).drifted) alarms++;
    }
    // three tests at 0.001: three alarms would be a chance below 0.03
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it('categories: shares, new ones, vanished ones, missing values', () => {
    const before = countsOf({ a: 500, b: 300, c: 200 });
    expect(compareCategories(before, countsOf({ a: 510, b: 290, c: 200 })).verdict).toBe('no_drift');
    expect(compareCategories(before, countsOf({ a: 300, b: 500, c: 200 }))).toMatchObject({ drifted: true });
    expect(compareCategories(before, countsOf({ a: 490, b: 295, c: 195, d: 20 }))).toMatchObject({
      tests: { categories: { drifted: true, newCategories: ['d'] } },
    });
    const lost = countsOf({ a: 500, b: 300, c: 200 });
    lost.add(null, 200);
    expect(compareCategories(before, lost)).toMatchObject({
      verdict: 'drift',
      reason: 'missing values went from 0 % to 16.7 %',
    });
    expect(compareCategories(countsOf({ a: 3 }), countsOf({ a: 3 })).verdict).toBe('insufficient_data');
  });

  it('rare categories come and go without being drift', () => {
    const tail = (from: number) => Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`rare ${from + at}`, 1]));
    const judged = compareCategories(countsOf({ often: 800, ...tail(0) }), countsOf({ often: 800, ...tail(150) }));
    expect(judged).toMatchObject({ verdict: 'no_drift', tests: { categories: { newShare: 0.15, drifted: false } } });
  });
});
