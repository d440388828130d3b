import type { Alert } from '../alerts/alert';
import { findMetric } from '../metrics/metric-catalogue';
import { type HealthMeasure, judgeHealth } from './health';
import { normalRange } from './normal-range';

const measure = (name: string, value: number | undefined, normal?: { low: number; high: number }): HealthMeasure => ({
  ...{ metric: findMetric(name)!, segment: '', value, count: 1_000, normal },
});
const alert = (severity: Alert['severity'], summary: string) => ({ severity, summary }) as Alert;

describe('what is normal', () => {
  it('is not said with fewer than 6 hours', () => {
    expect(normalRange([1, 2, 3, 4, 5])).toBeUndefined();
  });

  it('is the median and three robust standard deviations around it', () => {
    const range = normalRange([9, 10, 10, 11, 11, 12, 8])!;
    expect(range.low).toBeCloseTo(10 - 3 * 1.4826, 12);
    expect(range.high).toBeCloseTo(10 + 3 * 1.4826, 12);
  });

  it('is not widened by one hour that was out of the ordinary', () => {
    const calm = [9, 10, 10, 11, 11, 12, 8, 10, 9];
    expect(normalRange([...calm, 1_000])!.high).toBeLessThan(20);
  });
});

describe('the health of a model', () => {
  it.each([
    ['healthy', 'everything is where it normally is', [measure('click_rate', 0.2, { low: 0.1, high: 0.3 })], []],
    ['healthy', 'more is better, so too much is no harm', [measure('click_rate', 0.9, { low: 0.1, high: 0.3 })], []],
    ['degraded', 'too little of what should be much', [measure('click_rate', 0.01, { low: 0.1, high: 0.3 })], []],
    ['degraded', 'too much of what should be little', [measure('hide_rate', 0.9, { low: 0, high: 0.1 })], []],
    ['degraded', 'either way of what has no better side', [measure('prediction', 5, { low: 0, high: 1 })], []],
    ['unknown', 'nothing was seen', [measure('click_rate', undefined)], []],
    ['degraded', 'a ticket is open', [measure('click_rate', 0.2)], [alert('ticket', 'clicks fell')]],
    [
      'unhealthy',
      'a page is open',
      [measure('click_rate', 0.2)],
      [alert('ticket', 'x'), alert('page', 'clicks are gone')],
    ],
  ] as const)('is %s where %s', (state, _, measures, alerts) => {
    expect(judgeHealth('als', measures, alerts).state).toBe(state);
  });

  it('names what is out of the ordinary', () => {
    const { verdict } = judgeHealth('als', [measure('mrr', 0.1, { low: 0.2, high: 0.3 })], []);
    expect(verdict).toBe('als has no alert, and out of the ordinary are mrr');
  });
});
