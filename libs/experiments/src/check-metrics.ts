import type { FieldViolation } from '@attune/errors';
import type { ExperimentDefinition } from './experiment-definition';
import { EXPERIMENT_LIMITS } from './experiment-limits';
import { textProblem } from './usable-text';

/** What is wrong with how metrics are named and with what guardrails bear. */
export function metricViolations(definition: ExperimentDefinition): FieldViolation[] {
  const { primaryMetric, secondaryMetrics, guardrails } = definition;
  return [
    ...nameViolation('primary_metric', primaryMetric),
    ...listViolations(
      'secondary_metrics',
      secondaryMetrics,
      EXPERIMENT_LIMITS.secondaryMetrics,
      (i) => `secondary_metrics[${i}]`,
    ),
    ...secondaryMetrics.flatMap((metric, index) =>
      metric === primaryMetric && metric !== ''
        ? [{ field: `secondary_metrics[${index}]`, description: 'must not be the primary metric' }]
        : [],
    ),
    ...listViolations(
      'guardrails',
      guardrails.map(({ metric }) => metric),
      EXPERIMENT_LIMITS.guardrails,
      (i) => `guardrails[${i}].metric`,
    ),
    ...guardrails.flatMap(({ toleratedRelativeLoss: loss }, index) => {
      if (loss >= 0 && loss < 1) return [];
      const field = `guardrails[${index}].tolerated_relative_loss`;
      return [{ field, description: `must be from 0 to below 1 (0.02 for 2 %), not ${loss}` }];
    }),
  ];
}

function listViolations(
  list: string,
  metrics: readonly string[],
  most: number,
  fieldAt: (index: number) => string,
): FieldViolation[] {
  if (metrics.length > most) {
    return [{ field: list, description: `must have at most ${most} entries, not ${metrics.length}` }];
  }
  return metrics.flatMap((metric, index) =>
    metrics.indexOf(metric) < index
      ? [{ field: fieldAt(index), description: 'must be there only once' }]
      : nameViolation(fieldAt(index), metric),
  );
}

function nameViolation(field: string, metric: string): FieldViolation[] {
  const description = textProblem(metric, 1, EXPERIMENT_LIMITS.nameLength);
  return description === undefined ? [] : [{ field, description }];
}
