import type { Interactions } from '@attune/interactions';
import { trainIals, transposeCsr } from '@attune/kernels';
import { objectiveOf } from '../als/als-objective';
import { alsSettings } from '../als/als-settings';
import { fitLogisticCalibration } from '../calibration/logistic-calibration';
import { makeNegativeSampler } from '../negatives/negative-sampler';
import { preferenceBatches } from '../negatives/preference-batches';
import { preferencesOf, weightOfValues } from '../weights/preference-weights';
import { TABLE_NAMES } from './ncf-net';
import { hiddenWidths, type NcfSettings } from './ncf-settings';
import type { NcfTensors } from './ncf-stages';

const CALIBRATED_ON = 200_000;

/**
 * A factorization that is solved instead of learned: iALS with the defaults of the model `als`, whose dot products x become log-odds
 * a x + b by a logistic curve over positives and sampled negatives (a goes into both tables, b is the bias). A tower begins at an
 * output of zero, so it learns what the factorization leaves over.
 */
export async function startAtAls(request: {
  readonly settings: NcfSettings;
  readonly interactions: Interactions;
  readonly signal?: AbortSignal;
}): Promise<NcfTensors> {
  const { settings, interactions } = request;
  const { userFactors, itemFactors } = await factorize(request);
  const { slope, intercept } = logOdds(settings, interactions, userFactors, itemFactors);
  const scale = Math.sqrt(Math.max(slope, 0) || 1);
  return {
    [TABLE_NAMES.gmfUsers]: userFactors.map((value) => value * scale),
    [TABLE_NAMES.gmfItems]: itemFactors.map((value) => value * scale),
    'gmf.output': new Float32Array(settings.embedding).fill(1),
    'output.bias': Float32Array.of(intercept),
    ...(settings.variant === 'neumf' && { 'mlp.output': new Float32Array(hiddenWidths(settings).at(-1)!) }),
  };
}

async function factorize(request: Parameters<typeof startAtAls>[0]) {
  const { settings, interactions, signal } = request;
  const { embedding: rank, seed, threads } = settings;
  const als = alsSettings.parse({ rank, seed, threads });
  const { itemCount } = interactions;
  const users = preferencesOf(interactions, weightOfValues(interactions, als.weighting));
  const items = transposeCsr(users, itemCount);
  const objective = objectiveOf(als, users, items);
  const { iterations, initStd } = als;
  return trainIals({
    ...objective,
    iterations,
    initStd,
    seed,
    threads,
    users,
    items,
    itemCount,
    closeUsers: true,
    signal,
  });
}

/** The curve from dot products to log-odds among the examples that the net will see. */
function logOdds(
  { negatives, batchSize, seed, embedding }: NcfSettings,
  interactions: Interactions,
  users: Float32Array,
  items: Float32Array,
) {
  const sampler = makeNegativeSampler(interactions);
  const scores: number[] = [];
  const labels: number[] = [];
  const options = { interactions, sampler, negativesPerPositive: negatives, batchSize, seed };
  for (const batch of preferenceBatches(options, 0)) {
    for (const [e, user] of batch.users.entries()) {
      let dot = 0;
      const item = batch.items[e]!;
      for (let k = 0; k < embedding; k++) dot += users[user * embedding + k]! * items[item * embedding + k]!;
      scores.push(dot);
      labels.push(batch.labels[e]!);
    }
    if (scores.length >= CALIBRATED_ON) break;
  }
  return fitLogisticCalibration({ scores, labels });
}
