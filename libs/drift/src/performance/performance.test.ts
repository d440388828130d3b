import { seededNormal, seededRandom } from '../../tests/seeded-random';
import { sketchOf } from '../sketch/distribution-sketch';
import { CalibrationTable } from './calibration-table';
import { type EstimatedPerformance, estimatePerformance } from './estimate-performance';
import { judgeDayDrop } from './judge-day-drop';
import { judgePerformanceDrop, type PerformanceWindow } from './judge-performance-drop';

/** Probabilities around a third, as a model of engagement has them. */
function probabilities(count: number, seed: number): number[] {
  const normal = seededNormal(seed);
  return Array.from({ length: count }, () => 1 / (1 + Math.exp(0.8 - 1.2 * normal())));
}

function tableOf(predicted: readonly number[], seed: number): CalibrationTable {
  const random = seededRandom(seed);
  const table = new CalibrationTable();
  for (const p of predicted) table.add(p, random() < p);
  return table;
}

describe('CalibrationTable', () => {
  it('measures what probabilities were worth', () => {
    const table = new CalibrationTable();
    for (const [p, outcome] of [
      [0.9, true],
      [0.8, false],
      [0.3, false],
      [0.2, true],
      [0.1, false],
    ] as const)
      table.add(p, outcome);
    const found = table.performance();
    expect(found).toMatchObject({ count: 5, positives: 2, observedRate: 0.4, accuracy: 0.6 });
    expect(found.meanPredicted).toBeCloseTo(0.46, 12);
    // of six pairs, 0.9 wins three, and 0.2 one
    expect(found.auc).toBeCloseTo(4 / 6, 12);
    expect(found.logLoss).toBeCloseTo(-Math.log(0.9 * 0.2 * 0.7 * 0.2 * 0.9) / 5, 12);
    expect(found.brier).toBeCloseTo((0.01 + 0.64 + 0.09 + 0.64 + 0.01) / 5, 12);
    expect(found.calibrationError).toBeCloseTo((0.1 + 0.8 + 0.3 + 0.8 + 0.1) / 5, 12);
  });

  it('adds up minute by minute, through bytes', () => {
    const predicted = probabilities(3_000, 1);
    const minutes = [0, 1, 2].map((at) => tableOf(predicted.slice(at * 1_000, (at + 1) * 1_000), 10 + at));
    const merged = CalibrationTable.merged(minutes.map((minute) => CalibrationTable.decode(minute.encode())));
    const again = CalibrationTable.merged([...minutes].reverse());
    expect(merged.performance().auc).toBe(again.performance().auc);
    expect(merged.performance().logLoss).toBeCloseTo(again.performance().logLoss!, 12);
    expect(merged.count).toBe(3_000);
  });

  it('says nothing of nothing, and no area of outcomes of one kind', () => {
    const table = new CalibrationTable();
    expect(table.performance()).toMatchObject({ count: 0, accuracy: null, auc: null, logLoss: null });
    table.add(1, true);
    expect(table.performance()).toMatchObject({ auc: null, accuracy: 1, brier: 0 });
    expect(() => table.add(1.2, true)).toThrow(/no probability/);
    expect(() => CalibrationTable.decode(Uint8Array.from([3]))).toThrow(/version 3/);
  });
});

describe('estimatePerformance', () => {
  it('covers what outcomes then show, for calibrated probabilities', () => {
    const names = ['rate', 'accuracy', 'logLoss', 'brier', 'auc'] as const;
    const seen = {
      rate: 'observedRate',
      accuracy: 'accuracy',
      logLoss: 'logLoss',
      brier: 'brier',
      auc: 'auc',
    } as const;
    const covered = { rate: 0, accuracy: 0, logLoss: 0, brier: 0, auc: 0 };
    const runs = 100;
    for (let run = 0; run < runs; run++) {
      const predicted = probabilities(1_000, 100 + run);
      const estimate = estimatePerformance(sketchOf(predicted)) as EstimatedPerformance;
      const actual = tableOf(predicted, 5_000 + run).performance();
      for (const name of names) {
        const { value, standardError } = estimate[name]!;
        if (Math.abs(actual[seen[name]]! - value) <= 1.96 * standardError) covered[name]++;
      }
    }
    // 95 expected; fewer than 88 would be a chance below 0.2 %. The error of the area is an upper one (Hanley and McNeil)
    for (const name of names) expect(covered[name]).toBeGreaterThanOrEqual(88);
  });

  it('is right to what 50,000 outcomes scatter', () => {
    const predicted = probabilities(50_000, 7);
    const estimate = estimatePerformance(sketchOf(predicted))!;
    const actual = tableOf(predicted, 8).performance();
    expect(Math.abs(estimate.auc!.value - actual.auc!)).toBeLessThan(0.008);
    expect(Math.abs(estimate.accuracy.value - actual.accuracy!)).toBeLessThan(0.008);
    expect(Math.abs(estimate.rate.value - actual.observedRate!)).toBeLessThan(0.008);
  });

  it('says nothing of no predictions, and no area of equal ones', () => {
    expect(estimatePerformance(sketchOf([]))).toBeNull();
    expect(estimatePerformance(sketchOf([0.5, 0.5, 0.5]))).toMatchObject({ auc: null, rate: { value: 0.5 } });
  });
});

describe('judgePerformanceDrop', () => {
  const HOUR_MS = 3_600_000;
  const at = (hour: number) => new Date(hour * HOUR_MS);

  /** Click rates by hour: a season over the day, days of their own, and more scatter than independent clicks have. */
  function hours(count: number, seed: number, shape: (hour: number) => number = () => 1): PerformanceWindow[] {
    const normal = seededNormal(seed);
    let day = 0;
    return Array.from({ length: count }, (_, hour) => {
      if (hour % 24 === 0) day = 0.004 * normal();
      const rate = (0.2 + 0.05 * Math.sin((2 * Math.PI * hour) / 24) + day) * shape(hour);
      return { at: at(hour), value: rate + 1.5 * Math.sqrt((rate * (1 - rate)) / 2_000) * normal(), count: 2_000 };
    });
  }

  it('finds a drop of three tenths in the first hour', () => {
    const windows = hours(169, 1, (hour) => (hour === 168 ? 0.7 : 1));
    const judged = judgePerformanceDrop(windows.slice(0, 168), windows[168]!);
    expect(judged).toMatchObject({ verdict: 'drop', dropped: true });
    expect(judged.relativeChange!.value).toBeCloseTo(-0.3, 1);
    expect(judged.relativeChange!.high).toBeLessThan(0);
    expect(judged.reason).toMatch(/at these hours before: -\d+\.\d % \(.* with 99\.9 % confidence\)$/);
  });

  it('keeps calm for weeks of seasons, good days and bad ones', () => {
    let alarms = 0;
    for (const seed of [2, 3]) {
      const windows = hours(168 * 2, seed);
      for (let hour = 168; hour < windows.length; hour++) {
        if (judgePerformanceDrop(windows.slice(hour - 168, hour), windows[hour]!).dropped) alarms++;
      }
    }
    // 336 hours at one side of 99.9 %: 0.2 expected
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it('takes the other direction for what should be small', () => {
    const windows = hours(169, 5, (hour) => (hour === 168 ? 1.4 : 1));
    const [history, current] = [windows.slice(0, 168), windows[168]!];
    expect(judgePerformanceDrop(history, current).dropped).toBe(false);
    expect(judgePerformanceDrop(history, current, { higherIsBetter: false }).dropped).toBe(true);
  });

  it('is not certain of few observations, and leaves small drops alone', () => {
    const history = hours(168, 6);
    const few = { at: at(168), value: 0.16, count: 40 };
    expect(judgePerformanceDrop(history, few).verdict).toBe('no_drop');
    const small = { at: at(168), value: 0.195, count: 2_000 };
    expect(judgePerformanceDrop(history, small).verdict).toBe('no_drop');
  });

  it('says so where there is too little', () => {
    const history = hours(168, 7);
    expect(judgePerformanceDrop(history.slice(0, 5), history[6]!).verdict).toBe('insufficient_data');
    expect(judgePerformanceDrop(history, { at: at(168), value: 0.1, count: 3 }).reason).toMatch(
      /3 observations are too few/,
    );
    const zeros = history.map((window) => ({ ...window, value: 0 }));
    expect(judgePerformanceDrop(zeros, history[0]!).verdict).toBe('insufficient_data');
  });
});

describe('judgeDayDrop', () => {
  const HOUR_MS = 3_600_000;
  const END = new Date(8 * 24 * HOUR_MS);

  /** Eight days by hours with about 40 observations each, of which `days` have a level of their own, and `after` the last twelve hours. */
  function hoursOf({ after = 1, ofDays = 0, seed = 1, at = 0.5 }): PerformanceWindow[] {
    const [random, normal] = [seededRandom(seed), seededNormal(seed + 1_000)];
    const levels = Array.from({ length: 8 }, () => at * (1 + ofDays * normal()));
    return Array.from({ length: 8 * 24 }, (_, hour) => {
      const count = 20 + (hour % 24) * 2;
      const level = levels[Math.floor(hour / 24)]! * (hour >= 8 * 24 - 12 ? after : 1);
      const value = Array.from({ length: count }, () => random()).filter((one) => one < level).length / count;
      return { at: new Date(hour * HOUR_MS), value, count };
    });
  }

  it('finds a drop that half a day shows, and when it began', () => {
    const found = judgeDayDrop(hoursOf({ after: 0.6 }), END);
    expect(found).toMatchObject({ verdict: 'drop', dropped: true });
    expect(Math.abs(found.since.getTime() - (END.getTime() - 12 * HOUR_MS))).toBeLessThanOrEqual(2 * HOUR_MS);
  });

  it('finds a rise of what should be low', () => {
    const found = judgeDayDrop(hoursOf({ after: 2, at: 0.3 }), END, { higherIsBetter: false });
    expect(found.dropped).toBe(true);
    expect(Math.abs(found.since.getTime() - (END.getTime() - 12 * HOUR_MS))).toBeLessThanOrEqual(2 * HOUR_MS);
    expect(judgeDayDrop(hoursOf({ after: 2, at: 0.3 }), END).dropped).toBe(false);
  });

  it.each([0, 0.03])('finds nothing in 200 calm worlds whose days scatter by %d', (ofDays) => {
    const found = Array.from({ length: 200 }, (_, seed) => judgeDayDrop(hoursOf({ ofDays, seed }), END).dropped);
    expect(found.filter((dropped) => dropped)).toEqual([]);
  });

  it('says nothing without five days, or of hardly anybody', () => {
    const hours = hoursOf({ after: 0.1 });
    expect(judgeDayDrop(hours.slice(-5 * 24), END)).toMatchObject({ verdict: 'insufficient_data', dropped: false });
    const few = hours.map((hour) => ({ ...hour, count: 3 }));
    expect(judgeDayDrop(few, END).verdict).toBe('insufficient_data');
  });
});
