import fc from 'fast-check';
import { calibratePart } from './calibrate-part';

const many = Array.from({ length: 20 }, (_, at) => at);
/** Of 0 to 19. */
const [MEAN, DEVIATION] = [9.5, Math.sqrt(33.25)];
const logistic = (z: number) => 1 / (1 + Math.exp(-z));

describe('calibratePart', () => {
  it('standardizes by the candidates and takes the logistic function', () => {
    const calibrated = calibratePart(many);
    for (const score of many) expect(calibrated[score]).toBeCloseTo(logistic((score - MEAN) / DEVIATION), 12);
  });

  it('goes by the candidates even where the model knows its spread over all items, unless they are few', () => {
    const spread = { mean: -50, deviation: 1 };
    expect(calibratePart(many, spread)).toEqual(calibratePart(many));
    expect([...calibratePart([-50, -49], spread)]).toEqual([0.5, logistic(1)]);
    expect(calibratePart([-50, -49], { mean: -50, deviation: 0 })).toEqual(calibratePart([-50, -49]));
  });

  it('does not depend on the unit of the model', () => {
    const other = calibratePart(many.map((score) => 1e6 * score - 3));
    expect([...other]).toEqual([...calibratePart(many)].map((value) => expect.closeTo(value, 9)));
  });

  it('puts what the model does not know where the tenth of a hundred would be', () => {
    const calibrated = calibratePart([...many, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect([...calibrated.subarray(20)]).toEqual([0, 0, 0].map(() => expect.closeTo(logistic(-1.2816), 12)));
    expect([...calibrated.subarray(0, 20)]).toEqual([...calibratePart(many)]);
  });

  it.each([
    ['one candidate', [7]],
    ['equal candidates', [7, 7, 7]],
  ])('finds %s typical', (_, raw) => {
    expect([...calibratePart(raw)]).toEqual(raw.map(() => 0.5));
  });

  it('takes nothing and gives nothing', () => {
    expect(calibratePart([])).toHaveLength(0);
  });

  it('keeps the order of any scores, equal ones equal, all within 0 and 1', () => {
    const score = fc.oneof(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.constantFrom(0, 1, 1e-300));
    const holds = fc.property(fc.array(score, { minLength: 1, maxLength: 40 }), (raw) => {
      const calibrated = calibratePart(raw);
      raw.forEach((a, i) => {
        expect(calibrated[i]! >= 0 && calibrated[i]! <= 1).toBe(true);
        raw.forEach((b, j) => {
          if (a === b) expect(calibrated[i]).toBe(calibrated[j]);
          if (a > b) expect(calibrated[i]!).toBeGreaterThanOrEqual(calibrated[j]!);
        });
      });
    });
    fc.assert(holds, { seed: 3, numRuns: 300 });
  });
});
