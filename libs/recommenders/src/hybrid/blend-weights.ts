import { crossEntropy } from '../calibration/cross-entropy';
import { fitLogisticCalibration } from '../calibration/logistic-calibration';
import type { Blend } from './blend';
import type { BlendExamples } from './blend-examples';
import { blendRegression } from './blend-regression';

/** nDCG@k of held-out items within their groups (one relevant item each, so 1 / log2(rank + 1)); equal scores count against them. */
export function groupNdcg(examples: BlendExamples, { factors }: Blend, k = Number.POSITIVE_INFINITY): number {
  const { groupSize, labels } = examples;
  const scores = weightedSums(examples, factors);
  let total = 0;
  for (let first = 0; first < labels.length; first += groupSize) {
    let rank = 1;
    for (let at = first + 1; at < first + groupSize; at++) if (scores[at]! >= scores[first]!) rank++;
    if (rank <= k) total += 1 / Math.log2(rank + 1);
  }
  return (total * groupSize) / labels.length;
}

/** [examples]: the parts' scores times their factors, added up. */
function weightedSums({ features, labels }: BlendExamples, factors: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(labels.length);
  for (const [part, column] of features.entries()) {
    const factor = factors[part]!;
    if (factor !== 0) for (let e = 0; e < sums.length; e++) sums[e]! += factor * column[e]!;
  }
  return sums;
}

/** One part alone, calibrated (Platt 1999). A part that ranks worse than chance says nothing instead of the opposite. */
export function soloBlend(examples: BlendExamples, part: number): Blend {
  const { labels, weights, features } = examples;
  const { slope, intercept } = fitLogisticCalibration({ scores: features[part]!, labels, weights });
  return { factors: features.map((_, other) => (other === part ? Math.max(0, slope) : 0)), intercept };
}

/** The given shares of the calibrated log-odds of the parts: a logarithmic opinion pool (Genest and Zidek 1986). */
export function fixedBlend(examples: BlendExamples, shares: readonly number[]): Blend {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const solos = shares.map((_, part) => soloBlend(examples, part));
  return {
    factors: solos.map(({ factors }, part) => (factors[part]! * shares[part]!) / total),
    intercept: solos.reduce((sum, { intercept }, part) => sum + (intercept * shares[part]!) / total, 0),
  };
}

/**
 * Weights by logistic regression on the scores of all parts together. A part whose weight would be negative is left out and the
 * rest learned again. Where the best part alone, or the given shares, make what was held out more likely, those stand. Held-out and
 * drawn items count alike here: weighted for all items that were not drawn, the many that nobody would choose decide the weights.
 */
export function learnedBlend(examples: BlendExamples, shares: readonly number[]): Blend {
  const equal = withEqualWeights(examples);
  const candidates = [
    blendRegression(equal),
    fixedBlend(equal, shares),
    ...shares.map((_, part) => soloBlend(equal, part)),
  ];
  const losses = candidates.map((blend) => heldOutLoss(examples, blend));
  return recalibrate(examples, candidates[losses.indexOf(Math.min(...losses))]!);
}

/** Influences that a part is tried with beside the others. */
const TRIED = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.25, 1.5, 2];
const ROUNDS = 3;
/** People look at the beginning of a list. */
const RANKED_AT = 10;

/**
 * Weights that rank held-out items best among the drawn ones (nDCG@10), one part after the other: each is tried with several
 * influences beside the best part, until none changes (coordinate ascent; Metzler and Croft, Linear feature-based models for
 * information retrieval, 2007). Where one part ranks best alone, it stands alone.
 */
export function rankedBlend(examples: BlendExamples, shares: readonly number[]): Blend {
  const solos = shares.map((_, part) => soloBlend(examples, part));
  const quality = solos.map((solo) => groupNdcg(examples, solo, RANKED_AT));
  const first = quality.indexOf(Math.max(...quality));
  // an influence of 1 is what the part has by itself
  const units = solos.map(({ factors }, part) => factors[part]!);
  let best: { readonly factors: readonly number[]; readonly ndcg: number } = {
    factors: solos[first]!.factors,
    ndcg: quality[first]!,
  };
  for (let round = 0; round < ROUNDS; round++) {
    const before = best.ndcg;
    for (let part = 0; part < shares.length; part++) {
      if (part === first) continue;
      for (const influence of TRIED) {
        const factors = best.factors.map((factor, other) => (other === part ? influence * units[part]! : factor));
        const ndcg = groupNdcg(examples, { factors, intercept: 0 }, RANKED_AT);
        if (ndcg > best.ndcg) best = { factors, ndcg };
      }
    }
    if (best.ndcg === before) break;
  }
  return recalibrate(examples, { factors: best.factors, intercept: 0 });
}

/** Mean cross-entropy of held-out and drawn items, counted alike, under the blend's order and the best scale for it. */
export function heldOutLoss(examples: BlendExamples, blend: Blend): number {
  const equal = withEqualWeights(examples);
  const { factors, intercept } = recalibrate(equal, blend);
  const scores = weightedSums(equal, factors);
  let loss = 0;
  for (const [e, label] of equal.labels.entries()) {
    loss += crossEntropy(label, scores[e]! + intercept);
  }
  return loss / equal.labels.length;
}

function withEqualWeights(examples: BlendExamples): BlendExamples {
  return { ...examples, weights: new Float32Array(examples.labels.length).fill(1) };
}

/** The same order on the scale of log-odds among all items. */
function recalibrate(examples: BlendExamples, { factors }: Blend): Blend {
  const { labels, weights } = examples;
  const { slope, intercept } = fitLogisticCalibration({ scores: weightedSums(examples, factors), labels, weights });
  return { factors: factors.map((factor) => factor * Math.max(0, slope)), intercept };
}
