/** What a challenger may not do, in figures. docs/learning.md says why each is as it is. */
export const BOUNDS = {
  /** Of the champion's metric, a loss of so much at the best guess is not tolerated, shown or not. */
  worstLoss: 0.1,
  /** In a part of the users, a loss beyond chance counts from this share on. */
  segmentLoss: 0.1,
  /** Smaller parts say nothing. */
  segmentLeastUsers: 20,
  /** All parts together are wrongly said to be worse so often. */
  segmentAlpha: 0.02,
  /** Times as long as the champion for an answer, per item. */
  latencyRatio: 2,
  /** Times as many bytes as the champion, per row of its tables. */
  sizeRatio: 2,
  /** Of the champion's catalogue coverage, at least so much. */
  coverageShare: 0.5,
  /** Of the users and items of its data set, a version knows at least so many. */
  knownShare: 0.99,
  /** Of the items that people met lately. */
  recentShare: 0.95,
  /** A stored number that is larger has no place in a model. */
  largestWeight: 1e12,
  /** A feature that tells a label apart by itself so well is the label. */
  leakAuc: 0.97,
  /** How much nearer to what it remembers an answer may be than the champion's was, from 0 to 1. */
  memoryShare: 0.45,
  /** Above this, a model does not remember single pairs, and cannot give itself away. */
  forgetful: 0.8,
  /** By how much the calibration error may grow. */
  calibrationLoss: 0.02,
  /** By how much a stored graph may differ from what its training measured, of the measured. */
  reproducedWithin: 0.005,
} as const;
