import { userCovariance } from '@attune/kernels';
import type { Manifest } from '@attune/onnx';
import type { UserPrior } from '../domain/live-vector';

/** A prior as it goes from a worker to the event loop: plain data. */
export interface UserPriorFacts {
  readonly rank: number;
  /** [rank x rank] */
  readonly covariance: Float32Array<ArrayBuffer>;
  readonly weighting: string;
  /** The value of an observation that weighs 1. */
  readonly typicalValue: number;
}

/**
 * What a factorization says of users of whom it knows nothing, from its artifact; undefined where the artifact does not say by which
 * objective it was trained. itemFactors: [items x rank]. Takes items x rank^2 steps, so it runs in a worker.
 */
export function userPriorFacts(
  { settings, metrics }: Pick<Manifest, 'settings' | 'metrics'>,
  itemFactors: Float32Array,
  rank: number,
): UserPriorFacts | undefined {
  const { regularization, unobserved_weight: alpha0, typical_value: typicalValue = 1 } = metrics;
  if (!(regularization! > 0 && alpha0! >= 0 && typicalValue > 0)) return undefined;
  const nu = typeof settings.nu === 'number' ? settings.nu : 1;
  const covariance = userCovariance(itemFactors, { rank, regularization: regularization!, alpha0: alpha0!, nu });
  const weighting = typeof settings.weighting === 'string' ? settings.weighting : 'log';
  return { rank, covariance, weighting, typicalValue };
}

/** The prior of such facts; its weights are those of `weightOfValues` of `@attune/recommenders`. */
export function userPriorOf({ rank, covariance, weighting, typicalValue }: UserPriorFacts): UserPrior {
  const weightOf = (strength: number) => {
    if (weighting === 'none') return 1;
    return weighting === 'value' ? strength : Math.log2(1 + strength / typicalValue);
  };
  return { rank, covariance, weightOf };
}
