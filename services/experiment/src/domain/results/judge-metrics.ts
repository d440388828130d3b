import type { ExperimentDefinition } from '@attune/experiments';
import { adjustPValues } from '@attune/statistics';
import type { MetricSample } from './samples';
import type { Metric } from '../metrics/metric';
import { compareSamples, type SampleOutcome } from './compare-samples';
import type { MetricResult } from './results';
import type { SequenceTerms } from './sequential-lift';

/** A metric with its samples. */
export interface MeasuredMetric {
  readonly metric: Metric;
  readonly samples: readonly MetricSample[];
}

/**
 * Every variant beside the control in every metric and part. P values are corrected over all comparisons of a part: whoever looks at
 * many metrics finds something by chance.
 */
export function judgeMetrics(
  { variants }: Pick<ExperimentDefinition, 'variants'>,
  measured: readonly MeasuredMetric[],
  terms: SequenceTerms,
): MetricResult[] {
  const [control, ...treatments] = variants.map(({ name }) => name);
  // the whole is there before anybody came
  const segments = [...new Set(['', ...measured.flatMap(({ samples }) => samples.map(({ segment }) => segment))])].sort();
  return segments.flatMap((segment) =>
    corrected(
      measured.flatMap(({ metric, samples }) => {
        const sampleOf = (variant: string) =>
          samples.find((sample) => sample.variant === variant && sample.segment === segment) ?? none(variant, segment);
        return treatments.map((variant) => ({
          metric,
          variant,
          segment,
          outcome: compareSamples(metric, sampleOf(control!), sampleOf(variant), terms),
        }));
      }),
    ),
  );
}

type Uncorrected = Omit<MetricResult, 'holmPValue' | 'falseDiscoveryPValue'>;

function corrected(results: readonly Uncorrected[]): MetricResult[] {
  const compared = results.filter(({ outcome }) => outcome.status === 'compared');
  const pValues = compared.map(({ outcome }) => pValueOf(outcome)!);
  const [holm, discovery] = [adjustPValues(pValues, 'holm'), adjustPValues(pValues, 'benjamini_hochberg')];
  return results.map((result) => {
    const at = compared.indexOf(result);
    return { ...result, holmPValue: holm[at], falseDiscoveryPValue: discovery[at] };
  });
}

const pValueOf = (outcome: SampleOutcome) => (outcome.status === 'compared' ? outcome.pValue : undefined);

function none(variant: string, segment: string): MetricSample {
  return { variant, segment, data: { kind: 'none', unitCount: 0, reason: `${variant} has no units yet` } };
}
