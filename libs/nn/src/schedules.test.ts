import { checkSchedule, learningRateAt, type Schedule } from './schedules';

const ratesOf = (schedule: Schedule, steps: readonly number[]) => steps.map((step) => learningRateAt(schedule, step));

describe('a schedule of learning rates', () => {
  it('stays, where it is constant', () => {
    expect(ratesOf({ kind: 'constant', learningRate: 0.1 }, [0, 1, 1_000])).toEqual([0.1, 0.1, 0.1]);
  });

  it('falls by a factor every so many steps', () => {
    const schedule = { kind: 'step', learningRate: 8, every: 3, factor: 0.5 } as const;
    expect(ratesOf(schedule, [0, 2, 3, 5, 6, 9])).toEqual([8, 8, 4, 4, 2, 1]);
  });

  it('rises in a line and falls by half a cosine', () => {
    const schedule = { kind: 'cosine', learningRate: 1, warmUp: 3, total: 11, floor: 0.2 } as const;
    const rates = ratesOf(schedule, [0, 1, 2, 3, 5, 7, 9, 11, 99]);
    // 0.2 + 0.8 (1 + cos(pi x)) / 2 at x = 0, 1/4, 1/2, 3/4, 1
    const expected = [0.25, 0.5, 0.75, 1, 0.6 + 0.4 * Math.SQRT1_2, 0.6, 0.6 - 0.4 * Math.SQRT1_2, 0.2, 0.2];
    rates.forEach((rate, at) => {
      expect(rate).toBeCloseTo(expected[at]!, 12);
    });
  });

  it.each<Schedule>([
    { kind: 'constant', learningRate: 0 },
    { kind: 'step', learningRate: 1, every: 0, factor: 0.5 },
    { kind: 'step', learningRate: 1, every: 1, factor: 2 },
    { kind: 'cosine', learningRate: 1, warmUp: 5, total: 5 },
    { kind: 'cosine', learningRate: 1, warmUp: 0, total: 5, floor: 2 },
  ])('is refused where it makes no sense: %p', (schedule) => {
    expect(() => checkSchedule(schedule)).toThrow(expect.objectContaining({ code: 'invalid.settings' }));
  });
});
