import { isAppError } from '@attune/errors';
import { type Estimate, estimateOf } from '@attune/statistics';
import type { MetricSample } from './samples';
import type { Metric } from '../metrics/metric';
import { sumsOf } from './compare-samples';

/** The value of a metric in one sample with its standard error; undefined where there is none, as of a ratio without a denominator. */
export function valueOfSample(metric: Metric, sample: MetricSample): Estimate | undefined {
  switch (sample.data.kind) {
    case 'none':
      return undefined;
    case 'estimate':
      return sample.data.estimate;
    case 'pairs':
      try {
        return estimateOf(sumsOf(metric, sample));
      } catch (error) {
        if (isAppError(error, 'failed_precondition') || isAppError(error, 'invalid.sample')) return undefined;
        throw error;
      }
    default:
      return sample.data satisfies never;
  }
}
