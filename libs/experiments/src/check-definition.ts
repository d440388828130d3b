import type { FieldViolation } from '@attune/errors';
import { layerViolations } from './check-layer';
import { metricViolations } from './check-metrics';
import { trafficViolations } from './check-traffic';
import { variantViolations } from './check-variants';
import type { ExperimentDefinition } from './experiment-definition';
import { EXPERIMENT_LIMITS } from './experiment-limits';
import { isName, NAME_RULE, textProblem } from './usable-text';

/**
 * Everything that is wrong with a definition, by itself and beside the `others` of the fleet (itself among them does
 * not matter). Fields are named as in the contract, from the experiment on: `variants[1].weight`. Whether the metrics
 * exist is for the caller to check, who knows them.
 */
export function checkDefinition(
  definition: ExperimentDefinition,
  others: readonly ExperimentDefinition[],
): FieldViolation[] {
  return [
    ...identityViolations(definition),
    ...variantViolations(definition),
    ...targetingViolations(definition),
    ...timeViolations(definition),
    ...trafficViolations(definition),
    ...layerViolations(definition, others),
    ...metricViolations(definition),
  ];
}

function identityViolations({ experimentId, layer, salt, version }: ExperimentDefinition): FieldViolation[] {
  const violations: FieldViolation[] = [];
  if (!isName(experimentId)) violations.push({ field: 'experiment_id', description: NAME_RULE });
  if (layer !== '' && !isName(layer)) violations.push({ field: 'layer', description: `${NAME_RULE}, or be empty` });
  if (salt !== undefined && salt !== '' && !isName(salt)) {
    violations.push({ field: 'salt', description: `${NAME_RULE}, or be empty for the experiment's id` });
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    violations.push({ field: 'version', description: 'must be a whole number from 1 on' });
  }
  return violations;
}

function targetingViolations({ targeting }: ExperimentDefinition): FieldViolation[] {
  const { targetingEntries, nameLength, targetingLength } = EXPERIMENT_LIMITS;
  const entries = Object.entries(targeting);
  if (entries.length > targetingEntries) {
    return [
      { field: 'targeting', description: `must have at most ${targetingEntries} entries, not ${entries.length}` },
    ];
  }
  return entries.flatMap(([name, value], index) => {
    const nameProblem = textProblem(name, 1, nameLength);
    if (nameProblem !== undefined) return [{ field: 'targeting', description: `name ${index + 1} ${nameProblem}` }];
    const problem = textProblem(value, 0, targetingLength);
    return problem === undefined ? [] : [{ field: `targeting.${name}`, description: problem }];
  });
}

function timeViolations({ startsAtMs, endsAtMs, startedAtMs }: ExperimentDefinition): FieldViolation[] {
  const violations: FieldViolation[] = [];
  for (const [field, time] of Object.entries({ starts_at: startsAtMs, ends_at: endsAtMs, started_at: startedAtMs })) {
    if (time !== undefined && !Number.isFinite(time)) violations.push({ field, description: 'must be a valid time' });
  }
  if (startsAtMs !== undefined && endsAtMs !== undefined && endsAtMs <= startsAtMs) {
    violations.push({ field: 'ends_at', description: 'must be after starts_at' });
  }
  return violations;
}
