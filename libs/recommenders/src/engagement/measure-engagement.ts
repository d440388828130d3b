import { binaryMetrics, logLoss } from './binary-metrics';
import type { LabelPlan } from './label-plan';
import type { NetRows } from './train-engagement';

/**
 * What is said of each label, as `<label>_<metric>`: examples and positives that it was learned from, its base rate, whether it is
 * answered by the base rate alone; and, where it was learned, AUC, log loss (nats), the log loss of the base rate, and the expected
 * calibration error on the test rows that have the label. What cannot be measured there is left out.
 */
export function measureEngagement(
  plans: readonly LabelPlan[],
  probabilities: Float32Array,
  test: NetRows,
): Record<string, number> {
  const metrics: Record<string, number> = { test_examples: test.rowCount };
  for (const [label, plan] of plans.entries()) {
    const measured = { ...aboutTraining(plan), ...aboutTest(plan, label, plans.length, probabilities, test) };
    for (const [name, value] of Object.entries(measured)) metrics[`${plan.name}_${name}`] = value;
  }
  return metrics;
}

function aboutTraining({ positives, negatives, baseRate, isBaseRate }: LabelPlan): Record<string, number> {
  return {
    training_examples: positives + negatives,
    training_positives: positives,
    base_rate: baseRate,
    is_base_rate: isBaseRate ? 1 : 0,
  };
}

function aboutTest(
  { isBaseRate, baseRate }: LabelPlan,
  label: number,
  count: number,
  probabilities: Float32Array,
  test: NetRows,
): Record<string, number> {
  if (isBaseRate) return {};
  const at = Uint32Array.from({ length: test.rowCount }, (_, row) => row * count + label).filter(
    (e) => test.masks[e]! > 0,
  );
  const labels = Uint8Array.from(at, (e) => test.labels[e]!);
  const weights = Float32Array.from(at, (e) => test.masks[e]!);
  const all = {
    ...binaryMetrics({ scores: Float32Array.from(at, (e) => probabilities[e]!), labels, weights }),
    base_rate_log_loss: logLoss({ scores: new Float32Array(at.length).fill(baseRate), labels, weights }),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)));
}
