import type { ExperimentState } from './experiment-definition';
import { type StateChange, stateAfter } from './state-after';

describe('stateAfter', () => {
  it.each<[ExperimentState, StateChange, ExperimentState]>([
    ['draft', 'start', 'running'],
    ['draft', 'stop', 'stopped'],
    ['running', 'pause', 'paused'],
    ['running', 'stop', 'stopped'],
    ['paused', 'start', 'running'],
    ['paused', 'stop', 'stopped'],
  ])('leads from %s by %s to %s', (state, change, next) => {
    expect(stateAfter(state, change)).toBe(next);
  });

  it.each<[ExperimentState, StateChange]>([
    ['draft', 'pause'],
    ['running', 'start'],
    ['paused', 'pause'],
    ['stopped', 'start'],
    ['stopped', 'pause'],
    ['stopped', 'stop'],
  ])('refuses, while %s, to %s', (state, change) => {
    expect(() => stateAfter(state, change)).toThrow(expect.objectContaining({ code: 'failed_precondition.state' }));
  });

  it('says what can be done instead', () => {
    expect(() => stateAfter('draft', 'pause')).toThrow('it can start or stop from there');
    expect(() => stateAfter('stopped', 'start')).toThrow('create a new one');
  });
});
