import { BoundedLabels } from './bounded-labels';
import { cutFor } from './cut-for';
import { mergeSteps } from './merge-steps';
import { findMetric, METRICS } from './metric-catalogue';
import { StepBuilder } from './step-builder';
import { valueOfSteps } from './value-of-steps';

describe('the catalogue', () => {
  it('gives every metric a name of its own, and all metrics of a series the same cuts and width', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
    for (const metric of METRICS) {
      const siblings = METRICS.filter(({ series }) => series === metric.series);
      expect(siblings.map(({ cuts, width }) => ({ cuts, width }))).toEqual(
        siblings.map(() => ({ cuts: metric.cuts, width: metric.width })),
      );
      expect(findMetric(metric.series)).toBeDefined();
    }
  });

  it('answers a question by the first set of labels that has all of its names', () => {
    expect(cutFor('click_rate', [])).toEqual([]);
    expect(cutFor('click_rate', ['model'])).toEqual(['model', 'version']);
    expect(cutFor('click_rate', ['surface', 'model'])).toEqual(['model', 'version', 'surface']);
    expect(cutFor('click_rate', ['strategy', 'model'])).toBeUndefined();
    expect(cutFor('nothing', [])).toBeUndefined();
  });
});

describe('labels', () => {
  it('have a bounded number of values, and what comes later is other', () => {
    const labels = new BoundedLabels([['surface', 'home']], { surface: 2 });
    expect(['home', 'a', 'b', 'a'].map((value) => labels.valueOf('surface', value))).toEqual([
      'home',
      'a',
      'other',
      'a',
    ]);
    expect(labels.seen).toEqual([
      ['surface', 'home'],
      ['surface', 'a'],
    ]);
  });
});

describe('steps', () => {
  const stepOf = (series: string, values: readonly number[], at = 0) => {
    const builder = new StepBuilder(series);
    for (const value of values) builder.add(value);
    return { at: new Date(at), ...builder.finish()! };
  };

  it('have the same value together as one step of all their observations', () => {
    const [a, b] = [stepOf('recommend_latency_ms', [1, 5, 9]), stepOf('recommend_latency_ms', [2, 30], 60_000)];
    const whole = mergeSteps('recommend_latency_ms', new Date(0), [a, b]);
    expect(whole).toMatchObject({ count: 5, sum: 47, min: 1, max: 30 });
    for (const name of ['recommend_latency_ms', 'recommend_latency_p50_ms', 'recommend_latency_p99_ms']) {
      const metric = findMetric(name)!;
      expect(valueOfSteps(metric, [whole])).toEqual(valueOfSteps(metric, [a, b]));
    }
    expect(valueOfSteps(findMetric('recommend_latency_p50_ms')!, [whole]).value).toBeCloseTo(5, 2);
  });

  it('tell spread, skew, outliers and what is missing', () => {
    const values = [...Array.from({ length: 99 }, (_, at) => (at % 10) - 4.5), 1_000];
    const step = stepOf('prediction', values);
    const mean = values.reduce((sum, one) => sum + one, 0) / 100;
    const spread = Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 99);
    expect(valueOfSteps(findMetric('prediction_spread')!, [step]).value).toBeCloseTo(spread, 6);
    expect(valueOfSteps(findMetric('prediction_skew')!, [step]).value).toBeGreaterThan(5);
    expect(valueOfSteps(findMetric('prediction_outliers')!, [step]).value).toBeCloseTo(0.01, 6);
    expect(valueOfSteps(findMetric('feature_nulls')!, [stepOf('feature', [1, Number.NaN])])).toEqual({
      value: 0.5,
      count: 2,
    });
  });

  it('add up predictions and outcomes of hours to those of a day', () => {
    const builderOf = (pairs: readonly (readonly [number, boolean])[]) => {
      const builder = new StepBuilder('calibration_error');
      for (const [probability, outcome] of pairs) builder.addPair(probability, outcome);
      return { at: new Date(0), ...builder.finish()! };
    };
    const [a, b] = [
      builderOf([
        [0.25, true],
        [0.25, false],
      ]),
      builderOf([
        [0.75, true],
        [0.25, false],
      ]),
    ];
    const metric = findMetric('calibration_error')!;
    // a bin of three with one that happened, 0.25 predicted; a bin of one that happened, 0.75 predicted
    expect(valueOfSteps(metric, [a, b]).value).toBeCloseTo((0.25 + 0.25) / 4, 12);
    expect(valueOfSteps(findMetric('auc')!, [mergeSteps('calibration_error', new Date(0), [a, b])]).value).toBe(0.75);
  });

  it('are none where nothing was seen, and have no value where nothing can have one', () => {
    expect(new StepBuilder('click_rate').finish()).toBeUndefined();
    expect(valueOfSteps(findMetric('click_rate')!, [])).toEqual({ value: undefined, count: 0 });
  });
});
