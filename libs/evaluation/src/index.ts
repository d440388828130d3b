export { type BootstrapOptions, bootstrapEstimates, comparePaired, type PairedComparison } from './bootstrap';
export type { Estimate } from './estimate';
export { evaluate } from './evaluate';
export {
  type EvaluateRequest,
  type Evaluation,
  type EvaluationCounts,
  type MainMetric,
  mainMetric,
  type OtherItems,
  PROTOCOLS,
  type Protocol,
  type Segment,
} from './evaluation';
export type { ItemTraits } from './item-similarity';
export type { Observation, ObservationTable } from './observations';
export type { Scorer } from './scorer';
