import { confidenceSequence, effectiveCount } from '@attune/statistics';
import type { GuardrailResult, MetricResult } from './results';
import type { SequenceTerms } from './sequential-lift';

/**
 * Judges a metric that must not get worse by more than a share of the control. `breached` where the whole always-valid interval is
 * beyond the tolerated loss, `holds` where the whole of it is on this side, else `undecided`. It is the sequence of
 * treatment - (1 - tolerated) control (1 + tolerated where less is better), which has an answer also where the control is 0.
 */
export function judgeGuardrail(
  { metric, variant, outcome }: MetricResult,
  toleratedRelativeLoss: number,
  terms: SequenceTerms,
): GuardrailResult {
  const known = { metric, variant, toleratedRelativeLoss };
  if (outcome.status !== 'compared') return { ...known, lift: undefined, interval: undefined, verdict: 'undecided' };
  const { control, treatment } = outcome.judged;
  const sign = metric.higherIsBetter ? 1 : -1;
  const bound = 1 - sign * toleratedRelativeLoss;
  const look = {
    difference: sign * (treatment.mean - bound * control.mean),
    standardError: Math.hypot(treatment.standardError, bound * control.standardError),
    count: effectiveCount(control.count, treatment.count),
  };
  const { low, high } = confidenceSequence(look, terms);
  const verdict = high < 0 ? 'breached' : low >= 0 ? 'holds' : 'undecided';
  return { ...known, lift: outcome.lift?.value, interval: outcome.sequentialLift, verdict };
}
