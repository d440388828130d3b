import { AppError } from '@attune/errors';
import { fitIsotonicCalibration, type IsotonicCalibration } from './isotonic-calibration';
import type { LabelledScores } from './labelled-scores';
import { fitLogisticCalibration, type LogisticCalibration, sigmoid } from './logistic-calibration';

/** A monotone curve from scores to probabilities; plain data, so it can be stored as JSON. */
export type Calibration = LogisticCalibration | IsotonicCalibration;

/** Learns the curve of one kind from held-out examples: never from those that the scores were trained on. */
export function fitCalibration(kind: Calibration['kind'], data: LabelledScores): Calibration {
  switch (kind) {
    case 'logistic':
      return fitLogisticCalibration(data);
    case 'isotonic':
      return fitIsotonicCalibration(data);
    default:
      throw new AppError('invalid.calibration', `there is no calibration "${kind satisfies never}"`);
  }
}

/** The probability that belongs to a score. */
export function calibrate(calibration: Calibration, score: number): number {
  if (calibration.kind === 'logistic') return sigmoid(calibration.slope * score + calibration.intercept);
  const { knots, values } = calibration;
  const last = knots.length - 1;
  if (!(score > knots[0]!)) return values[0]!;
  if (score >= knots[last]!) return values[last]!;
  // the last knot that is not beyond the score
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (knots[middle]! <= score) low = middle;
    else high = middle;
  }
  const share = (score - knots[low]!) / (knots[high]! - knots[low]!);
  return values[low]! + share * (values[high]! - values[low]!);
}

/** `calibrate` for many scores: a new [n]. */
export function calibrateAll(calibration: Calibration, scores: ArrayLike<number>): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: scores.length }, (_, e) => calibrate(calibration, scores[e]!));
}
