import type { FieldViolation } from '@attune/errors';
import type { ExperimentDefinition, RampStep } from './experiment-definition';
import { EXPERIMENT_LIMITS } from './experiment-limits';

/** Whether a number is a share: from 0 to 1, NaN is none. */
export function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

/** What is wrong with how many take part: shares outside 0 to 1, steps out of order, a rollout that falls. */
export function trafficViolations({ trafficShare, ramp, kind }: ExperimentDefinition): FieldViolation[] {
  const violations: FieldViolation[] = [];
  if (!isShare(trafficShare)) violations.push({ field: 'traffic_share', description: shareRule(trafficShare) });
  const { rampSteps } = EXPERIMENT_LIMITS;
  if (ramp.length > rampSteps) {
    violations.push({ field: 'ramp', description: `must have at most ${rampSteps} steps, not ${ramp.length}` });
    return violations;
  }
  ramp.forEach((step, index) => {
    violations.push(...stepViolations(step, ramp[index - 1], `ramp[${index}]`));
    if (kind !== 'rollout') return;
    const before = ramp[index - 1]?.trafficShare ?? trafficShare;
    if (step.trafficShare < before) violations.push(fall(index, before));
  });
  return violations;
}

/** What a share must be, as the end of a sentence. */
export function shareRule(value: number): string {
  return `must be from 0 to 1, not ${value}`;
}

function stepViolations(step: RampStep, before: RampStep | undefined, path: string): FieldViolation[] {
  const violations: FieldViolation[] = [];
  if (!Number.isFinite(step.atMs)) violations.push({ field: `${path}.at`, description: 'must be a valid time' });
  else if (before !== undefined && step.atMs <= before.atMs) {
    violations.push({ field: `${path}.at`, description: 'must be after the step before it' });
  }
  if (!isShare(step.trafficShare)) {
    violations.push({ field: `${path}.traffic_share`, description: shareRule(step.trafficShare) });
  }
  return violations;
}

function fall(index: number, before: number): FieldViolation {
  const what = index === 0 ? 'traffic_share, which holds until this step' : 'the step before it';
  return {
    field: `ramp[${index}].traffic_share`,
    description: `must not be below ${before} of ${what}: a rollout only grows`,
  };
}
