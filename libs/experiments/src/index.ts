export { type AssignmentOutcome, assign, type OutsideReason } from './assign';
export { type Assignment, assignAll } from './assign-all';
export { bucketOf } from './bucket-of';
export { checkChange } from './check-change';
export { checkDefinition } from './check-definition';
export type {
  ExperimentDefinition,
  ExperimentGuardrail,
  ExperimentKind,
  ExperimentState,
  ExperimentUnit,
  ExperimentVariant,
  RampStep,
} from './experiment-definition';
export { EXPERIMENT_LIMITS } from './experiment-limits';
export { placeInLayer } from './place-in-layer';
export { type StateChange, stateAfter } from './state-after';
export { largestTrafficShare, trafficShareAt } from './traffic-share';
