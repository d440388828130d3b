import type { ModelVersion, PredictionFact } from '../facts';
import type { Labelled, LabelSetMaker } from './label-sets';
import type { SeriesBuilder } from './series-builder';
import { type JoinedSlate, outcomeOf } from './slate-outcome';

/** The model that says probabilities of a click, and the only one that is fed features. */
export const ENGAGEMENT_MODEL = 'engagement';
const MS_PER_SECOND = 1_000;
/** Keeps the logarithm of what a model took for impossible finite. */
const LEAST_PROBABILITY = 1e-15;
const ONE_HALF = 0.5;

/** A prediction with what is known of each of its items by now. */
export interface JoinedPrediction extends PredictionFact {
  /** [items]: whether it was clicked; undefined where the user did not see it. */
  readonly clicked: readonly (boolean | undefined)[];
  /** Whether it is the first of its call, which may be about many users. */
  readonly isFirstOfCall: boolean;
}

/** Adds what models said of the items of a slate, and what versions on trial answered. */
export function measureModelsOfSlate(into: SeriesBuilder, slate: JoinedSlate, labels: LabelSetMaker): void {
  const { clicked } = outcomeOf(slate);
  for (const model of slate.models) {
    const { surface, segments } = slate;
    const add = adder(into, { surface, segments, models: [model] }, labels);
    const said = model.name === ENGAGEMENT_MODEL ? slate.probabilities : slate.scores[model.name];
    if (said === undefined) continue;
    for (const value of said) add.value('prediction', value ?? Number.NaN);
    if (model.name !== ENGAGEMENT_MODEL) continue;
    said.forEach((probability, place) => {
      if (probability !== null) add.judged(probability, clicked.has(place));
    });
  }
  for (const { name, version, overlap, latencyMs, hasFailed } of slate.shadows) {
    const add = adder(into, { models: [{ name, version }] }, labels);
    add.value('shadow_failures', Number(hasFailed));
    if (hasFailed) continue;
    add.value('shadow_overlap', overlap);
    add.value('shadow_latency_ms', latencyMs);
  }
}

/** Adds what a model said when it was asked by `Predict`. */
export function measurePrediction(into: SeriesBuilder, prediction: JoinedPrediction, labels: LabelSetMaker): void {
  const add = adder(into, { models: [prediction.model] }, labels);
  for (const score of prediction.scores) add.value('prediction', score);
  if (prediction.areProbabilities) {
    prediction.scores.forEach((score, at) => {
      const clicked = prediction.clicked[at];
      if (clicked !== undefined) add.judged(score, clicked);
    });
  }
  if (!prediction.isFirstOfCall) return;
  add.value('requests', 1);
  add.value('compute_seconds', prediction.latencyMs / MS_PER_SECOND);
  add.value('predict_latency_ms', prediction.latencyMs);
}

function adder(
  into: SeriesBuilder,
  labelled: Labelled & { readonly models: readonly ModelVersion[] },
  labels: LabelSetMaker,
) {
  const sets = labels.of(labelled);
  const stepsOf = (series: string) => sets(series).map((set) => into.at(series, set));
  const value = (series: string, one: number) => {
    for (const step of stepsOf(series)) step.add(one);
  };
  return {
    value,
    /** What was predicted beside what came of it. */
    judged: (probability: number, outcome: boolean) => {
      for (const step of stepsOf('calibration_error')) step.addPair(probability, outcome);
      const likely = outcome ? probability : 1 - probability;
      value('accuracy', Number(probability >= ONE_HALF === outcome));
      value('log_loss', -Math.log(Math.max(likely, LEAST_PROBABILITY)));
      value('predicted_rate', probability);
      value('observed_rate', Number(outcome));
    },
  };
}
