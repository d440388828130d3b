import type { FindingKind } from '../finding';

/** How many rounds in a row open and close an alert. */
export interface Hysteresis {
  readonly opensAfter: number;
  readonly closesAfter: number;
}

/**
 * What comes from windows that slide a minute per round changes slowly and is judged with persistence already: few rounds open it.
 * What is over for a moment only is not over: closing takes longer than opening wherever something can go up and down.
 */
const HYSTERESIS = {
  feature_drift: { opensAfter: 2, closesAfter: 15 },
  prediction_drift: { opensAfter: 2, closesAfter: 15 },
  concept_drift: { opensAfter: 3, closesAfter: 15 },
  estimated_performance: { opensAfter: 3, closesAfter: 15 },
  calibration: { opensAfter: 3, closesAfter: 15 },
  training_serving_skew: { opensAfter: 2, closesAfter: 15 },
  null_rate: { opensAfter: 2, closesAfter: 10 },
  volume: { opensAfter: 2, closesAfter: 5 },
  latency: { opensAfter: 3, closesAfter: 10 },
  throughput: { opensAfter: 3, closesAfter: 10 },
  // an audit, an hour of incoming data and a budget are judged as a whole: they do not waver from round to round
  fairness: { opensAfter: 1, closesAfter: 2 },
  budget: { opensAfter: 1, closesAfter: 3 },
  data_quality: { opensAfter: 1, closesAfter: 2 },
} as const satisfies Record<FindingKind, Hysteresis>;

/** The hysteresis of a kind. */
export function hysteresisOf(kind: FindingKind): Hysteresis {
  return HYSTERESIS[kind];
}

/** Every kind of finding. */
export const FINDING_KINDS = Object.keys(HYSTERESIS) as readonly FindingKind[];
