import { expectedCalibrationError } from '../calibration/calibration-error';
import type { LabelledScores } from '../calibration/labelled-scores';

/**
 * The probability that a positive has a higher score than a negative, ties counting one half: the area under the ROC curve by the
 * rank-sum statistic (Hanley and McNeil 1982). NaN where one kind is missing. Weights are not used.
 */
export function areaUnderRoc({ scores, labels }: LabelledScores): number {
  const order = Uint32Array.from({ length: scores.length }, (_, e) => e).sort((a, b) => scores[a]! - scores[b]!);
  let [positives, rankSum] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let end = start;
    let tiedPositives = 0;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) tiedPositives += labels[order[end++]!]!;
    positives += tiedPositives;
    rankSum += (tiedPositives * (start + 1 + end)) / 2;
    start = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Mean of -log(probability of what happened), in nats, by weight. Probabilities are kept off 0 and 1 by 1e-7. */
export function logLoss({ scores, labels, weights }: LabelledScores): number {
  let [total, loss] = [0, 0];
  for (let e = 0; e < scores.length; e++) {
    const weight = weights?.[e] ?? 1;
    const p = Math.min(1 - 1e-7, Math.max(1e-7, scores[e]!));
    total += weight;
    loss -= weight * Math.log(labels[e] === 1 ? p : 1 - p);
  }
  return loss / total;
}

/** What is said of the probabilities of one label. */
export function binaryMetrics(data: LabelledScores): Record<string, number> {
  return {
    auc: areaUnderRoc(data),
    log_loss: logLoss(data),
    calibration_error: expectedCalibrationError(data, { by: 'mass' }),
  };
}
