import { runningPeriods } from './experiment';

const at = (change: 'started' | 'paused' | 'stopped' | 'rolled_back', ms: number) => ({
  change,
  changedAt: new Date(ms),
});

describe('when an experiment ran', () => {
  it('is all of the time between a start and its end, without pauses', () => {
    const moves = [at('started', 10), at('paused', 20), at('started', 30), at('stopped', 40)];
    expect(runningPeriods(moves, 100)).toEqual([
      { fromMs: 10, toMs: 20 },
      { fromMs: 30, toMs: 40 },
    ]);
  });

  it('is open until now, or until its end that has passed', () => {
    expect(runningPeriods([at('started', 10)], 100)).toEqual([{ fromMs: 10, toMs: 100 }]);
    expect(runningPeriods([at('started', 10)], 100, 50)).toEqual([{ fromMs: 10, toMs: 50 }]);
  });

  it('is empty for a draft, and for one that was stopped as such', () => {
    expect(runningPeriods([], 100)).toEqual([]);
    expect(runningPeriods([at('stopped', 5)], 100)).toEqual([]);
  });
});
