import { drawsOf, shareOf } from '../tests/draws';
import { alwaysValidPValue, confidenceSequence, effectiveCount, LEAST_UNITS } from './confidence-sequence';
import { normalTail } from './distributions/normal';
import { mergePairMoments, NO_PAIRS, pairMomentsOf } from './pair-moments';
import { ratioMoments } from './ratio-moments';

const RUNS = 400;

type Draws = ReturnType<typeof drawsOf>;

/** One unit as [x, y]; all three metrics are ratios, of which x is 1 in the first two. */
const METRICS: Readonly<Record<string, (draws: Draws) => readonly [number, number]>> = {
  means: ({ exponential }) => [1, exponential()],
  proportions: ({ bernoulli }) => [1, bernoulli(0.1)],
  ratios: ({ exponential, uniform }) => {
    const rows = 1 + Math.floor(4 * exponential());
    return [rows, Math.floor(rows * uniform())];
  },
};

/** Whether an A/A test of 100 looks at 20 units each was ever told apart from nothing: by the sequence, and by plain peeking. */
function runAa(draws: Draws, draw: (draws: Draws) => readonly [number, number]) {
  let [control, treatment] = [NO_PAIRS, NO_PAIRS];
  const told = { bySequence: false, byPeeking: false };
  const units = () => {
    const drawn = Array.from({ length: 10 }, () => draw(draws));
    return pairMomentsOf(
      drawn.map(([x]) => x),
      drawn.map(([, y]) => y),
    );
  };
  for (let look = 0; look < 100; look++) {
    control = mergePairMoments(control, units());
    treatment = mergePairMoments(treatment, units());
    const [c, t] = [ratioMoments(control), ratioMoments(treatment)];
    const at = {
      difference: t.mean - c.mean,
      standardError: Math.hypot(c.standardError, t.standardError),
      count: effectiveCount(c.count, t.count),
    };
    told.bySequence ||= alwaysValidPValue(at, { tunedFor: 1_000 }) < 0.05;
    told.byPeeking ||= normalTail(Math.abs(at.difference) / at.standardError) < 0.025;
  }
  return told;
}

describe('a confidence sequence', () => {
  it.each(Object.keys(METRICS))('cries wolf at most 5 times of 100 in A/A tests with 100 looks: %s', (name) => {
    const draws = drawsOf(7);
    let peeked = 0;
    const told = shareOf(RUNS, () => {
      const { bySequence, byPeeking } = runAa(draws, METRICS[name]!);
      if (byPeeking) peeked++;
      return bySequence;
    });
    // its rate lies near 0.03; 400 runs of that have a standard error of 0.0085, two and a half of which fit below 0.05
    expect(told).toBeLessThanOrEqual(0.05);
    expect(peeked / RUNS).toBeGreaterThan(0.25);
  });

  it('leaves 0 out exactly when its p value is below alpha', () => {
    for (const alpha of [0.2, 0.05, 0.001]) {
      for (const difference of [1, 2, 2.5, 3, 3.2, 3.5, 4, 5, 6]) {
        const look = { difference, standardError: 1, count: 5_000 };
        const { low, pValue } = confidenceSequence(look, { alpha });
        expect(low > 0).toBe(pValue < alpha);
      }
    }
  });

  it('is tightest, in standard errors, for the units that it is tuned for', () => {
    const reach = (tunedFor: number) =>
      confidenceSequence({ difference: 0, standardError: 1, count: 8_000 }, { tunedFor }).high;
    for (const other of [500, 4_000, 16_000, 100_000]) expect(reach(8_000)).toBeLessThan(reach(other));
  });

  it('says nothing before there are units enough', () => {
    const look = { difference: 9, standardError: 1, count: LEAST_UNITS - 1 };
    const everything = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, pValue: 1, isWarm: false };
    expect(confidenceSequence(look)).toEqual(everything);
    expect(confidenceSequence({ ...look, count: LEAST_UNITS }).isWarm).toBe(true);
  });

  it('counts uneven variants as the even ones that would be as certain', () => {
    expect(effectiveCount(500, 500)).toBe(1_000);
    expect(effectiveCount(100, 900)).toBeCloseTo(360, 9);
    expect(effectiveCount(0, 900)).toBe(0);
  });

  it.each([{ tunedFor: 0 }, { tunedFor: Number.NaN }, { alpha: 0 }, { alpha: 1 }])('refuses %j', (options) => {
    expect(() => confidenceSequence({ difference: 0, standardError: 1, count: 500 }, options)).toThrow(
      /tuned|confidence/,
    );
  });
});
