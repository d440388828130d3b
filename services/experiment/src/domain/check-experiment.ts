import { AppError, type FieldViolation } from '@attune/errors';
import { checkDefinition, type ExperimentDefinition } from '@attune/experiments';
import { parameterProblems } from './check-parameters';
import type { Experiment, Rollout } from './experiment';
import { findMetric, unknownMetric } from './metrics/metric-catalogue';

const MOST_HYPOTHESIS = 2_000;
const MOST_STEPS = 20;
const MOST_STEP_SECONDS = 90 * 86_400;

/** Throws one `invalid.experiment` with everything that is wrong with an experiment, by itself and beside the `others`. */
export function requireSound(experiment: Experiment, others: readonly Experiment[]): void {
  refuse([
    ...checkDefinition(
      experiment.definition,
      others.map(({ definition }) => definition),
    ),
    ...metricViolations(experiment.definition),
    ...experiment.definition.variants.flatMap(({ parameters }, at) =>
      parameterProblems(parameters, `variants[${at}].parameters`),
    ),
    ...hypothesisViolations(experiment.hypothesis),
    ...rolloutViolations(experiment),
  ]);
}

/** Throws one `invalid.experiment` where there is any violation. */
export function refuse(violations: readonly FieldViolation[]): void {
  const [first] = violations;
  if (first === undefined) return;
  const more = violations.length === 1 ? '' : ` (and ${violations.length - 1} more)`;
  throw new AppError('invalid.experiment', `${first.field} ${first.description}${more}`, { violations });
}

function metricViolations(definition: ExperimentDefinition): FieldViolation[] {
  const named = [
    ['primary_metric', definition.primaryMetric] as const,
    ...definition.secondaryMetrics.map((name, at) => [`secondary_metrics[${at}]`, name] as const),
    ...definition.guardrails.map(({ metric }, at) => [`guardrails[${at}].metric`, metric] as const),
  ];
  return named
    .filter(([, name]) => findMetric(name) === undefined)
    .map(([field, name]) => ({ field, description: `${JSON.stringify(name.slice(0, 100))} ${unknownMetric()}` }));
}

function hypothesisViolations(hypothesis: string): FieldViolation[] {
  if (hypothesis.length > MOST_HYPOTHESIS) {
    return [{ field: 'hypothesis', description: `must have at most ${MOST_HYPOTHESIS} characters` }];
  }
  // a NUL cannot be stored, nor can a lone surrogate
  const isStorable = hypothesis.isWellFormed() && !hypothesis.includes('\0');
  return isStorable ? [] : [{ field: 'hypothesis', description: 'must be well-formed Unicode without NUL' }];
}

function rolloutViolations({ definition, rollout, stopsByItself }: Experiment): FieldViolation[] {
  const isRollout = definition.kind === 'rollout';
  if (!isRollout) return rollout === undefined ? [] : [{ field: 'rollout', description: 'is for rollouts only' }];
  if (rollout === undefined) {
    return [{ field: 'rollout', description: 'is missing: a rollout needs its steps' }];
  }
  return [
    ...stepViolations(rollout),
    ...paceViolations(rollout),
    ...(definition.ramp.length > 0
      ? [{ field: 'ramp', description: 'must be empty: the share of a rollout follows rollout.steps' }]
      : []),
    ...(definition.guardrails.length === 0
      ? [{ field: 'guardrails', description: 'must not be empty: a rollout goes on while they hold' }]
      : []),
    ...(stopsByItself
      ? [{ field: 'stops_by_itself', description: 'must be false: a rollout ends by its steps and guardrails' }]
      : []),
  ];
}

function stepViolations({ steps }: Rollout): FieldViolation[] {
  const field = 'rollout.steps';
  if (steps.length === 0 || steps.length > MOST_STEPS) {
    return [{ field, description: `must be 1 to ${MOST_STEPS}, not ${steps.length}` }];
  }
  const isAscending = steps.every((step, at) => step > (steps[at - 1] ?? 0) && step <= 1);
  return isAscending ? [] : [{ field, description: 'must rise, each above 0 and at most 1' }];
}

function paceViolations({ minStepSeconds, minUnits, model, modelVersion }: Rollout): FieldViolation[] {
  const violations: FieldViolation[] = [];
  if (!(minStepSeconds >= 0 && minStepSeconds <= MOST_STEP_SECONDS)) {
    const description = `must be from 0 to ${MOST_STEP_SECONDS} seconds`;
    violations.push({ field: 'rollout.min_step_seconds', description });
  }
  if (!Number.isSafeInteger(minUnits) || minUnits < 0) {
    violations.push({ field: 'rollout.min_units', description: 'must be a whole number from 0' });
  }
  if ((model === '') !== (modelVersion === 0)) {
    violations.push({
      field: 'rollout.model_version',
      description: 'and rollout.model go together: name both or none',
    });
  }
  return violations;
}
