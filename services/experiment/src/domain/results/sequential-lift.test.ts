import { confidenceSequence, effectiveCount } from '@attune/statistics';
import { seededRandom } from '@attune/testkit';
import { metricNamed } from '../metrics/metric-catalogue';
import { compareSamples } from './compare-samples';
import { judgeGuardrail } from './judge-guardrail';
import type { MetricSample } from './samples';
import { sequentialLift } from './sequential-lift';

const terms = { alpha: 0.05, tunedFor: 1_000 };
const estimate = (mean: number, standardError: number, count = 500) => ({ mean, standardError, count });

describe('the always-valid interval of a lift', () => {
  it('leaves 0 out exactly when the sequence of the difference does, and a tolerated loss when the guardrail is breached', () => {
    const random = seededRandom(7);
    for (let time = 0; time < 2_000; time++) {
      const control = estimate(1 + random(), 0.02 + 0.1 * random());
      const treatment = estimate(1 + random(), 0.02 + 0.1 * random());
      const found = sequentialLift(control, treatment, terms);
      const sequence = confidenceSequence(
        {
          difference: treatment.mean - control.mean,
          standardError: Math.hypot(control.standardError, treatment.standardError),
          count: effectiveCount(control.count, treatment.count),
        },
        terms,
      );
      expect(found!.low > 0).toBe(sequence.low > 0);
      expect(found!.high < 0).toBe(sequence.high < 0);
      const outcome = { status: 'compared', control, treatment, judged: { control, treatment } } as never;
      const result = { metric: metricNamed('click_rate'), variant: 't', segment: '', outcome } as never;
      expect(judgeGuardrail(result, 0.1, terms).verdict === 'breached').toBe(found!.high < -0.1);
    }
  });

  it('has no ends where the control is not told from 0, or units are too few', () => {
    expect(sequentialLift(estimate(0.1, 0.1), estimate(0.3, 0.1), terms)).toBeUndefined();
    expect(sequentialLift(estimate(1, 0.01, 40), estimate(2, 0.01, 40), terms)).toBeUndefined();
  });
});

describe('peeking at an experiment whose units come back again and again', () => {
  it('raises a false alarm in at most 5 % of experiments without an effect', () => {
    const random = seededRandom(11);
    const metric = metricNamed('click_rate');
    const [runs, looks, users] = [200, 20, 300];
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      // each user has a rate of their own, and two slates between any two looks
      const rates = Float64Array.from({ length: users }, () => 0.1 + 0.3 * random());
      const [slates, clicks] = [new Float64Array(users), new Float64Array(users)];
      for (let look = 0; look < looks; look++) {
        for (let user = 0; user < users; user++) {
          slates[user]! += 2;
          clicks[user]! += Number(random() < rates[user]!) + Number(random() < rates[user]!);
        }
        const outcome = compareSamples(metric, sampleOf(slates, clicks, 0), sampleOf(slates, clicks, 1), terms);
        if (outcome.status === 'compared' && (outcome.sequential.low > 0 || outcome.sequential.high < 0)) {
          alarms++;
          break;
        }
      }
    }
    // a rate of 5 % shows more than 18 alarms in 200 runs with a chance below 1 %
    expect(alarms).toBeLessThanOrEqual(18);
  });
});

/** The moments of every second user. */
function sampleOf(slates: Float64Array, clicks: Float64Array, parity: number): MetricSample {
  const mine = [...slates.keys()].filter((user) => user % 2 === parity);
  const [x, y] = [mine.map((user) => slates[user]!), mine.map((user) => clicks[user]!)];
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const product = (a: number[], b: number[], ma: number, mb: number) =>
    a.reduce((sum, value, at) => sum + (value - ma) * (b[at]! - mb), 0) / (a.length - 1);
  const pairs = {
    ...{ count: mine.length, meanX, meanY },
    varianceX: product(x, x, meanX, meanX),
    varianceY: product(y, y, meanY, meanY),
    covariance: product(x, y, meanX, meanY),
  };
  return { variant: String(parity), segment: '', data: { kind: 'pairs', pairs } };
}
