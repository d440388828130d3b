import { confidenceSequence, type Estimate, effectiveCount, type SequenceOptions } from '@attune/statistics';

/** An interval of the relative lift that holds at every look. */
export interface LiftInterval {
  readonly low: number;
  readonly high: number;
}

/** How sequences of this service are made. `alpha`: the chance of ever missing the truth. */
export type SequenceTerms = Required<SequenceOptions>;

/**
 * The always-valid interval of (treatment - control) / |control|, or undefined where there are too few units or the control is not told
 * from 0. Fieller's interval (Fieller 1954) with the reach of the confidence sequence in place of a t quantile: it contains 0 exactly
 * when the sequence of the difference does, and any other lift exactly when the sequence of treatment - (1 + lift) control does.
 */
export function sequentialLift(
  control: Estimate,
  treatment: Estimate,
  terms: SequenceTerms,
): LiftInterval | undefined {
  const standardError = Math.hypot(control.standardError, treatment.standardError);
  const count = effectiveCount(control.count, treatment.count);
  const sequence = confidenceSequence({ difference: 0, standardError, count }, terms);
  if (!sequence.isWarm) return undefined;
  const reach = sequence.high / standardError;
  const [squareC, squareT] = [(reach * control.standardError) ** 2, (reach * treatment.standardError) ** 2];
  const lead = control.mean ** 2 - squareC;
  if (!(lead > 0)) return undefined;
  const product = control.mean * treatment.mean;
  const root = Math.sqrt(Math.max(0, product ** 2 - lead * (treatment.mean ** 2 - squareT)));
  const ends = [(product - root) / lead, (product + root) / lead].map((ratio) => (ratio - 1) * Math.sign(control.mean));
  return { low: Math.min(...ends), high: Math.max(...ends) };
}
