import { seededNormal, seededUniform } from '@attune/kernels';
import { calibrate, calibrateAll, fitCalibration } from './calibration';
import { expectedCalibrationError, reliability } from './calibration-error';
import type { LabelledScores } from './labelled-scores';

/** Scores whose true probability is sigmoid(slope * score + intercept). */
function logisticExamples(count: number, slope: number, intercept: number, seed = 7) {
  const [normal, uniform] = [seededNormal(seed), seededUniform(seed + 1)];
  const scores = Float64Array.from({ length: count }, () => 5 + 3 * normal());
  const truth = scores.map((score) => 1 / (1 + Math.exp(-(slope * score + intercept))));
  const labels = truth.map((p) => (uniform() < p ? 1 : 0));
  return { scores, labels, truth };
}

describe('logistic calibration', () => {
  it('finds the curve that made the labels', () => {
    const data = logisticExamples(20_000, 0.8, -5);
    const fitted = fitCalibration('logistic', data);
    if (fitted.kind !== 'logistic') throw new Error('wrong kind');
    // the standard errors of a maximum-likelihood fit here are .009 and .05: four of them
    expect(Math.abs(fitted.slope - 0.8)).toBeLessThan(0.036);
    expect(Math.abs(fitted.intercept + 5)).toBeLessThan(0.2);
  });

  it('is where the gradient of the likelihood of the smoothed targets vanishes', () => {
    const data = { scores: [-1, 0, 1, 2, 3], labels: [0, 0, 1, 0, 1], weights: [1, 2, 1, 0.5, 1] };
    const fitted = fitCalibration('logistic', data);
    const [high, low] = [3 / 4, 1 / 5.5];
    let [slopeGradient, interceptGradient] = [0, 0];
    data.scores.forEach((score, e) => {
      const residual = data.weights[e]! * (calibrate(fitted, score) - (data.labels[e] === 1 ? high : low));
      slopeGradient += residual * score;
      interceptGradient += residual;
    });
    expect(Math.abs(slopeGradient)).toBeLessThan(1e-6);
    expect(Math.abs(interceptGradient)).toBeLessThan(1e-6);
  });

  it('stays finite where scores separate the labels, and where all labels are equal', () => {
    const separable = fitCalibration('logistic', { scores: [1, 2, 3, 4], labels: [0, 0, 1, 1] });
    // the targets are 1/4 and 3/4, so four scores end near them instead of at 0 and 1
    expect(calibrate(separable, 4)).toBeCloseTo(0.8, 1);
    expect(calibrate(separable, 1)).toBeCloseTo(0.2, 1);
    const never = fitCalibration('logistic', { scores: [1, 2, 3, 4], labels: [0, 0, 0, 0] });
    // all targets are 1 / (N + 2)
    expect(calibrate(never, 100)).toBeCloseTo(1 / 6, 6);
  });
});

describe('isotonic calibration', () => {
  it('is the least-squares rising curve: pools neighbours that violate the order', () => {
    const fitted = fitCalibration('isotonic', { scores: [1, 2, 3, 4, 5, 6], labels: [0, 1, 0, 0, 1, 1] });
    expect([1, 2, 3, 4, 5, 6].map((score) => calibrate(fitted, score))).toEqual([0, 1 / 3, 1 / 3, 1 / 3, 1, 1]);
    expect(calibrate(fitted, 4.5)).toBeCloseTo(2 / 3, 12);
    expect([-10, 99].map((score) => calibrate(fitted, score))).toEqual([0, 1]);
  });

  it('gives equal scores one value, whatever the order of the examples', () => {
    const forth = fitCalibration('isotonic', { scores: [1, 2, 2, 2, 3], labels: [0, 1, 0, 0, 1] });
    const back = fitCalibration('isotonic', { scores: [3, 2, 2, 2, 1], labels: [1, 0, 0, 1, 0] });
    expect(calibrate(forth, 2)).toBeCloseTo(1 / 3, 12);
    expect(calibrate(back, 2)).toBeCloseTo(1 / 3, 12);
  });

  it('has no better rising curve: moving any block by a little makes the squared error larger', () => {
    const { scores, labels } = logisticExamples(300, 0.8, -5);
    const fitted = fitCalibration('isotonic', { scores, labels });
    const errorOf = (shift: (p: number) => number) =>
      scores.reduce((sum, score, e) => sum + (shift(calibrate(fitted, score)) - labels[e]!) ** 2, 0);
    const best = errorOf((p) => p);
    for (const level of new Set(calibrateAll(fitted, scores))) {
      for (const by of [-0.01, 0.01]) {
        expect(errorOf((p) => (Math.fround(p) === level ? p + by : p))).toBeGreaterThan(best);
      }
    }
  });
});

describe('expected calibration error', () => {
  it('is the weighted distance of probability and frequency over bins', () => {
    const data: LabelledScores = { scores: [0.1, 0.1, 0.9, 0.9], labels: [0, 1, 1, 1], weights: [1, 1, 1, 3] };
    // two bins: |.1 - .5| with weight 2 of 6, |.9 - 1| with 4 of 6
    expect(expectedCalibrationError(data, { bins: 2 })).toBeCloseTo((0.4 * 2 + 0.1 * 4) / 6, 12);
    expect(reliability(data, { bins: 2 })).toEqual([
      { weight: 2, meanProbability: 0.1, positiveRate: 0.5 },
      { weight: 4, meanProbability: 0.9, positiveRate: 1 },
    ]);
  });

  it.each(['logistic', 'isotonic'] as const)('becomes small by a %s calibration of other examples', (kind) => {
    const [train, test] = [logisticExamples(5_000, 0.8, -5, 1), logisticExamples(20_000, 0.8, -5, 3)];
    const raw = train.scores.map((score) => 1 / (1 + Math.exp(-score)));
    const calibration = fitCalibration(kind, { scores: raw.map((p) => Math.log(p / (1 - p))), labels: train.labels });
    const rawTest = test.scores.map((score) => 1 / (1 + Math.exp(-score)));
    const before = expectedCalibrationError({ scores: rawTest, labels: test.labels });
    const after = expectedCalibrationError({ scores: calibrateAll(calibration, test.scores), labels: test.labels });
    expect(before).toBeGreaterThan(0.2);
    // the noise of 15 bins of 1,333 examples is about .01; 5,000 examples place an isotonic curve to about .02
    expect(after).toBeLessThan(0.025);
  });
});

it('refuses scores that are not numbers, labels that are not 0 or 1, and columns that disagree', () => {
  for (const data of [
    { scores: [Number.NaN], labels: [1] },
    { scores: [1], labels: [0.5] },
    { scores: [1, 2], labels: [1] },
    { scores: [1], labels: [1], weights: [-1] },
  ]) {
    expect(() => fitCalibration('logistic', data)).toThrow(expect.objectContaining({ code: 'invalid.calibration' }));
  }
});
