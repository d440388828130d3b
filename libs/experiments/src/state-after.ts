import { AppError } from '@attune/errors';
import type { ExperimentState } from './experiment-definition';

/** What can be done to an experiment. */
export type StateChange = 'start' | 'pause' | 'stop';

const NEXT: Readonly<Record<ExperimentState, Readonly<Partial<Record<StateChange, ExperimentState>>>>> = {
  draft: { start: 'running', stop: 'stopped' },
  running: { pause: 'paused', stop: 'stopped' },
  paused: { start: 'running', stop: 'stopped' },
  stopped: {},
};

/** Where an experiment stands after a change; throws `failed_precondition.state` where the change makes no sense. */
export function stateAfter(state: ExperimentState, change: StateChange): ExperimentState {
  const next = NEXT[state][change];
  if (next !== undefined) return next;
  const possible = Object.keys(NEXT[state]);
  const advice =
    possible.length === 0 ? 'a stopped one stays so; create a new one' : `it can ${possible.join(' or ')} from there`;
  throw new AppError('failed_precondition.state', `an experiment that is ${state} cannot ${change}: ${advice}`);
}
