import { parseSplit } from './split-spec';

describe('a split rule', () => {
  it('gives the rest to the test where one share is named', () => {
    expect(parseSplit('time:0.8').shares).toEqual([0.8, 1 - 0.8]);
  });

  it('knows which splits are drawn by lot', () => {
    expect(parseSplit('random:0.8,0.1,0.1')).toEqual({ kind: 'random', shares: [0.8, 0.1, 0.1], isSeeded: true });
    expect(parseSplit('leave-last-out').isSeeded).toBe(false);
  });

  it.each(['random', 'random:1', 'random:0.5,x', 'later:0.8', 'leave-last-out:0.8'])('refuses "%s"', (text) => {
    expect(() => parseSplit(text)).toThrow(/is not one of random/);
  });
});
