import { isDeepStrictEqual } from 'node:util';
import type { FieldViolation } from '@attune/errors';
import { type ExperimentDefinition, saltOf } from './experiment-definition';

/** What must stay while an experiment collects: by each of these a change would mix two experiments into one. */
const FIXED: readonly (readonly [string, (definition: ExperimentDefinition) => unknown])[] = [
  ['kind', ({ kind }) => kind],
  ['variants', ({ variants }) => variants.map(({ name, weight, parameters }) => [name, weight, { ...parameters }])],
  ['salt', saltOf],
  ['targeting', ({ targeting }) => ({ ...targeting })],
  ['layer', ({ layer }) => layer],
  ['layer_start', ({ layerStart }) => layerStart],
  ['holdout_share', ({ holdoutShare }) => holdoutShare],
  ['primary_metric', ({ primaryMetric }) => primaryMetric],
  ['started_at', ({ startedAtMs }) => startedAtMs],
];

/**
 * What a change of an experiment would touch and must not. A draft may change in all but its id. Running and paused,
 * these stay: kind, variants, salt, targeting, layer, place in it, holdout, primary metric; traffic, ramp, times,
 * guardrails and secondary metrics may change. A stopped one stays as it is. States change by `stateAfter`, and `after`
 * must pass `checkDefinition` too.
 */
export function checkChange(before: ExperimentDefinition, after: ExperimentDefinition): FieldViolation[] {
  const violations: FieldViolation[] = [];
  if (before.experimentId !== after.experimentId) {
    violations.push({ field: 'experiment_id', description: 'must stay: another id is another experiment' });
  }
  switch (before.state) {
    case 'draft':
      return violations;
    case 'running':
    case 'paused':
      return [...violations, ...fixedViolations(before, after)];
    case 'stopped':
      return [...violations, { field: 'state', description: 'a stopped experiment does not change; create a new one' }];
    default:
      return before.state satisfies never;
  }
}

function fixedViolations(before: ExperimentDefinition, after: ExperimentDefinition): FieldViolation[] {
  const description = `must not change while the experiment is ${before.state}: stop it and create a new one`;
  return FIXED.filter(([, read]) => !isDeepStrictEqual(read(before), read(after))).map(([field]) => ({
    field,
    description,
  }));
}
