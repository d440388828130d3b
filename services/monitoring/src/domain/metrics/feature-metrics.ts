import type { Metric } from './metric';

const FEATURE: Omit<Metric, 'name' | 'value' | 'description'> = {
  ...{ series: 'feature', unit: '1', leastCount: 500, awaitsOutcomes: false, width: 300 },
  cuts: [['feature'], ['model', 'version', 'feature']],
};

/** What features were like when items were ranked by them: those of the items in slates, and of the users who got them. */
export const FEATURE_METRICS: readonly Metric[] = [
  { ...FEATURE, name: 'feature', value: { kind: 'mean' }, description: 'The value of a feature, on average.' },
  {
    ...FEATURE,
    name: 'feature_spread',
    value: { kind: 'spread' },
    description: 'The standard deviation of a feature.',
  },
  { ...FEATURE, name: 'feature_skew', value: { kind: 'skew' }, description: 'The skewness of a feature.' },
  {
    ...{ ...FEATURE, name: 'feature_nulls', value: { kind: 'nulls' }, moreIsBetter: false },
    description: 'The share of values of a feature that were missing.',
  },
  {
    ...{ ...FEATURE, name: 'feature_p50', value: { kind: 'quantile', probability: 0.5 } },
    description: 'The median of a feature.',
  },
  {
    ...{ ...FEATURE, name: 'feature_words', series: 'feature_words', value: { kind: 'sum' }, unit: '{slate}' },
    ...{
      cuts: [['feature', 'word']],
      description:
        'Of the slates that were looked at (at most 500 in five minutes), those for users whose feature was this word.',
    },
  },
];
