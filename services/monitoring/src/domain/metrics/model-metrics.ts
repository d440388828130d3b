import type { Metric } from './metric';
import { withQuantiles } from './slate-metrics';

const MODEL = ['model', 'version'];
const CUTS = [MODEL, [...MODEL, 'surface'], [...MODEL, 'segment']];
const JUDGED = { unit: '1', cuts: CUTS, leastCount: 500, awaitsOutcomes: true, width: 60 } as const;
const SAID = { unit: '1', cuts: CUTS, leastCount: 500, awaitsOutcomes: false, width: 60 } as const;
const MEAN = { kind: 'mean' } as const;
const TABLE = 'calibration_error';

/** How what a model said of an item fits what users did with it. Items count that users have seen. */
const AGAINST_OUTCOMES: readonly Metric[] = [
  {
    ...{ ...JUDGED, name: TABLE, series: TABLE, value: { kind: TABLE }, moreIsBetter: false },
    description:
      'How far predicted probabilities of a click are from how often there was one, on average over ranges of probability.',
  },
  {
    ...{ ...JUDGED, name: 'auc', series: TABLE, value: { kind: 'auc' }, moreIsBetter: true },
    description: 'The probability that an item which was clicked had a higher prediction than one which was not.',
  },
  {
    ...{ ...JUDGED, name: 'accuracy', series: 'accuracy', value: MEAN, moreIsBetter: true },
    description: 'The share of predictions on the right side of one half.',
  },
  {
    ...{ ...JUDGED, name: 'log_loss', series: 'log_loss', value: MEAN, moreIsBetter: false, unit: 'nat' },
    description: 'The mean of -ln of the probability that was given to what happened.',
  },
  {
    ...{ ...JUDGED, name: 'predicted_rate', series: 'predicted_rate', value: MEAN },
    description: 'The mean predicted probability of a click, of the predictions that observed_rate is of.',
    awaitsOutcomes: true,
  },
  {
    ...{ ...JUDGED, name: 'observed_rate', series: 'observed_rate', value: MEAN, moreIsBetter: true },
    description: 'How often the predicted items were clicked.',
  },
];

const PREDICTION: Omit<Metric, 'name' | 'value' | 'description'> = { ...SAID, series: 'prediction' };

/** How what a model said is distributed: probabilities of a click where it says such, else its own scores. */
const DISTRIBUTION: readonly Metric[] = [
  {
    ...PREDICTION,
    name: 'prediction',
    value: MEAN,
    description: 'What the model said of an item, on average: a probability or its own score.',
  },
  {
    ...PREDICTION,
    name: 'prediction_spread',
    value: { kind: 'spread' },
    description: 'The standard deviation of what the model said.',
  },
  {
    ...PREDICTION,
    name: 'prediction_skew',
    value: { kind: 'skew' },
    description: 'The skewness of what the model said.',
  },
  {
    ...{ ...PREDICTION, name: 'prediction_outliers', value: { kind: 'outliers' } },
    description: 'The share of what the model said that is further than three standard deviations from its mean.',
  },
];

const OF_MODEL = { cuts: [MODEL], awaitsOutcomes: false, width: 60 } as const;

/** What models cost, and what versions on trial answered beside those that serve. */
const COST: readonly Metric[] = [
  {
    ...{ ...OF_MODEL, name: 'requests', series: 'requests', unit: '{request}', value: { kind: 'sum' }, leastCount: 1 },
    ...{
      cuts: [[], MODEL],
      description: 'Calls of Recommend and Predict that were answered with a model, or by serving at all.',
    },
  },
  {
    ...{
      ...OF_MODEL,
      name: 'compute_seconds',
      series: 'compute_seconds',
      unit: 's',
      value: { kind: 'sum' },
      leastCount: 1,
    },
    ...{
      cuts: [[], MODEL],
      description: 'The time that these calls took in serving; of a slate each of its models has the whole of it.',
    },
  },
  ...withQuantiles({
    ...{
      ...OF_MODEL,
      name: 'predict_latency_ms',
      series: 'predict_latency_ms',
      unit: 'ms',
      value: MEAN,
      leastCount: 100,
    },
    ...{ cuts: [[], MODEL], description: 'How long serving took for a call of Predict, on average.' },
  }),
  ...withQuantiles({
    ...{
      ...OF_MODEL,
      name: 'shadow_latency_ms',
      series: 'shadow_latency_ms',
      unit: 'ms',
      value: MEAN,
      leastCount: 100,
    },
    description: 'How long a version on trial took for its answer, on average.',
  }),
  {
    ...{ ...OF_MODEL, name: 'shadow_overlap', series: 'shadow_overlap', unit: '1', value: MEAN, leastCount: 100 },
    description: 'The share of the best items of a version on trial that are among the best of the one that serves.',
  },
  {
    ...{ ...OF_MODEL, name: 'shadow_failures', series: 'shadow_failures', unit: '1', value: MEAN, leastCount: 100 },
    ...{ description: 'The share of requests that a version on trial failed.', moreIsBetter: false },
  },
];

/** What is measured of models. */
export const MODEL_METRICS: readonly Metric[] = [...AGAINST_OUTCOMES, ...DISTRIBUTION, ...COST];
