import type { ExperimentDefinition } from './experiment-definition';

type Traffic = Pick<ExperimentDefinition, 'trafficShare' | 'ramp'>;

/**
 * The share of the eligible units that takes part at a time: that of the last step of the ramp that has come, if any
 * has.
 */
export function trafficShareAt({ trafficShare, ramp }: Traffic, atMs: number): number {
  let share = trafficShare;
  for (const step of ramp) {
    if (step.atMs > atMs) break;
    share = step.trafficShare;
  }
  return share;
}

/** The largest share that an experiment ever has by its ramp: what it needs as `reservedShare`. */
export function largestTrafficShare({ trafficShare, ramp }: Traffic): number {
  return ramp.reduce((largest, step) => Math.max(largest, step.trafficShare), trafficShare);
}
