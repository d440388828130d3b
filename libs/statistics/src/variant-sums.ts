import { type Estimate, estimateOfMean, estimateOfProportion } from './estimate';
import { type Moments, momentsOfProportion } from './moments';
import type { PairMoments } from './pair-moments';
import { checkProportion, type Proportion } from './proportion-test';
import { ratioMoments } from './ratio-moments';

/** What a metric may have beside it: per unit x a value from before the experiment, y the metric. */
interface Covaried {
  readonly covariate?: PairMoments;
}

/** A metric of one variant as sums that can be gathered from a stream; all of them are per unit. */
export type VariantSums =
  | ({ readonly kind: 'mean'; readonly moments: Moments } & Covaried)
  | ({ readonly kind: 'proportion' } & Proportion & Covaried)
  /** x is the unit's part of the denominator, y of the numerator. */
  | { readonly kind: 'ratio'; readonly pairs: PairMoments };

/** The value of the metric with its standard error. Throws where a ratio has no denominator, or a share is none. */
export function estimateOf(sums: VariantSums): Estimate {
  switch (sums.kind) {
    case 'mean':
      return estimateOfMean(sums.moments);
    case 'proportion':
      checkProportion('a variant', sums);
      return estimateOfProportion(sums);
    case 'ratio':
      return ratioMoments(sums.pairs);
    default:
      return sums satisfies never;
  }
}

/** Mean and variance of single units; those of a ratio are of its linear part, (y - ratio x) / mean of x (delta method). */
export function unitMomentsOf(sums: VariantSums): Moments {
  switch (sums.kind) {
    case 'mean':
      return sums.moments;
    case 'proportion':
      return momentsOfProportion(sums.successes, sums.count);
    case 'ratio': {
      const { count, mean, standardError } = ratioMoments(sums.pairs);
      return { count, mean, variance: count * standardError ** 2 };
    }
    default:
      return sums satisfies never;
  }
}
