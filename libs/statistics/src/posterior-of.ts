import { betaExpectedLoss, betaInterval, probabilityBetaBeats } from './beta-posterior';
import { effectiveCount } from './confidence-sequence';
import { type Beta, betaMean } from './distributions/beta';
import type { Interval } from './estimate-interval';
import {
  type NormalBelief,
  normalExpectedLoss,
  normalInterval,
  normalPosterior,
  probabilityBetter,
} from './normal-posterior';
import type { Proportion } from './proportion-test';

/** The Bayesian view of two variants. Losses are in the metric's unit: what choosing that variant costs on average. */
interface Verdict {
  /** P(treatment is better, that is larger). */
  readonly probabilityBetter: number;
  readonly expectedLossOfTreatment: number;
  readonly expectedLossOfControl: number;
}

/** Shares have a Beta each, with the prior Beta(1, 1); all else a normal of the difference. */
export type Posterior =
  | (Verdict & { readonly kind: 'beta'; readonly control: BetaView; readonly treatment: BetaView })
  | (Verdict & NormalBelief & Interval & { readonly kind: 'normal' });

/** One variant's share. */
export interface BetaView extends Beta, Interval {
  readonly mean: number;
}

/** The posterior of two shares; each prior is uniform, Beta(1, 1). */
export function posteriorOfProportions(control: Proportion, treatment: Proportion, confidence: number): Posterior {
  const view = ({ successes, count }: Proportion): BetaView => {
    const beta = { a: 1 + successes, b: 1 + count - successes };
    return { ...beta, mean: betaMean(beta), ...betaInterval(beta, confidence) };
  };
  const [ofControl, ofTreatment] = [view(control), view(treatment)];
  return {
    kind: 'beta',
    probabilityBetter: probabilityBetaBeats(ofControl, ofTreatment),
    expectedLossOfTreatment: betaExpectedLoss(ofTreatment, ofControl),
    expectedLossOfControl: betaExpectedLoss(ofControl, ofTreatment),
    control: ofControl,
    treatment: ofTreatment,
  };
}

/**
 * The posterior of a difference with a weak prior: around 0, as wide as a single unit's standard deviation (d of 1 is one of its standard
 * deviations away), which is soon outweighed by data.
 */
export function posteriorOfDifference(
  measured: { readonly difference: number; readonly standardError: number },
  counts: { readonly control: number; readonly treatment: number },
  confidence: number,
): Posterior {
  // a difference of two halves of n units each has the standard error 2 s / sqrt(n)
  const unitDeviation = (measured.standardError * Math.sqrt(effectiveCount(counts.control, counts.treatment))) / 2;
  const belief = normalPosterior(measured, { mean: 0, standardDeviation: unitDeviation });
  return {
    kind: 'normal',
    ...belief,
    ...normalInterval(belief, confidence),
    probabilityBetter: probabilityBetter(belief),
    expectedLossOfTreatment: normalExpectedLoss(belief),
    expectedLossOfControl: normalExpectedLoss({ ...belief, mean: -belief.mean }),
  };
}
