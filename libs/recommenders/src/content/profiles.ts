import { type Interactions, userOffsets } from '@attune/interactions';
import type { Csr } from '@attune/kernels';
import type { ContentSettings } from './content-settings';

const DAY_MS = 86_400_000;

/** How many interactions with the mean of all values a user's own mean is mixed with. */
const USUAL_PRIOR = 5;

/** What values of a data set are usual. */
export interface UsualValues {
  readonly mean: number;
  /** 0 where all values are equal. */
  readonly deviation: number;
}

/** Mean and standard deviation of all values. */
export function usualValues({ value }: Interactions): UsualValues {
  if (value.length === 0) return { mean: 0, deviation: 0 };
  const mean = value.reduce((sum, v) => sum + v, 0) / value.length;
  const variance = value.reduce((sum, v) => sum + (v - mean) ** 2, 0) / value.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/**
 * What each of one person's interactions says of taste. `centered` is 1 + (value - the person's usual value) / deviation: an item
 * that was chosen counts, one that disappointed counts less or against (the idea of Rocchio 1971).
 */
export function tasteWeights(
  values: Float32Array,
  usual: UsualValues,
  weighting: ContentSettings['weighting'],
): Float32Array {
  if (weighting === 'none') return values.map((value) => (value > 0 ? 1 : 0));
  if (weighting === 'value' || usual.deviation === 0) return values.slice();
  const sum = values.reduce((total, value) => total + value, 0);
  const own = (sum + USUAL_PRIOR * usual.mean) / (values.length + USUAL_PRIOR);
  return values.map((value) => 1 + (value - own) / usual.deviation);
}

/** [entries]: every interaction's weight in its user's profile: taste, halved for each half-life before the user's newest. */
export function profileWeights(
  interactions: Interactions,
  usual: UsualValues,
  settings: ContentSettings,
): Float32Array {
  const { userCount, value, timeMs } = interactions;
  const offsets = userOffsets(interactions);
  const weights = new Float32Array(value.length);
  for (let user = 0; user < userCount; user++) {
    const [first, last] = [offsets[user]!, offsets[user + 1]!];
    const newest = timeMs.subarray(first, last).reduce((a, b) => Math.max(b, a), Number.NEGATIVE_INFINITY);
    const taste = tasteWeights(value.subarray(first, last), usual, settings.weighting);
    for (let e = first; e < last; e++) {
      const age = newest - timeMs[e]!;
      // an interaction without a time counts as a new one
      weights[e] = taste[e - first]! * (age > 0 ? 2 ** (-age / (settings.halfLifeDays * DAY_MS)) : 1);
    }
  }
  return weights;
}

/** The direction of the weighted sum of some items' vectors, into `profile` [terms]; zeros where they say nothing. */
export function fillProfile(profile: Float32Array, vectors: Csr, items: Int32Array, weights: Float32Array): void {
  profile.fill(0);
  for (const [e, item] of items.entries()) {
    const weight = weights[e]!;
    for (let at = vectors.offsets[item]!; at < vectors.offsets[item + 1]!; at++) {
      profile[vectors.indices[at]!]! += weight * vectors.values[at]!;
    }
  }
  let square = 0;
  for (const x of profile) square += x * x;
  if (!(square > 0)) return;
  const scale = 1 / Math.sqrt(square);
  for (let term = 0; term < profile.length; term++) profile[term]! *= scale;
}
