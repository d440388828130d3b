export type {
  CategoricalTests,
  CategoryChange,
  ColumnDrift,
  DriftVerdict,
  Judged,
  NumericTests,
} from './column/column-drift';
export { compareCategories, compareSketches } from './column/compare-sketches';
export { DEFAULT_BOUNDS, type DriftBounds } from './column/drift-bounds';
export { judgeCategorical } from './column/judge-categorical';
export { judgeNullRate, type NullPair } from './column/judge-null-rate';
export { judgeNumeric } from './column/judge-numeric';
export { type PairedCounts, pairSorted } from './detectors/paired-counts';
export type { DriftJudge } from './judge/drift-judge';
export { categoricalJudge, type JudgeOptions, numericJudge } from './judge/judges';
export type { WrittenWindow } from './judge/stored-window';
export type { JudgedScore, WindowJudgement, WindowVerdict } from './judge/window-judgement';
export { type BinaryPerformance, CalibrationTable } from './performance/calibration-table';
export {
  type EstimatedPerformance,
  type ExpectedMeasure,
  estimatePerformance,
} from './performance/estimate-performance';
export { type DayJudgement, judgeDayDrop } from './performance/judge-day-drop';
export {
  type DropOptions,
  judgePerformanceDrop,
  type PerformanceJudgement,
  type PerformanceWindow,
} from './performance/judge-performance-drop';
export { CategoryCounts } from './sketch/category-counts';
export { DistributionSketch, sketchOf } from './sketch/distribution-sketch';
export { judgeNumericSkew } from './skew/judge-numeric-skew';
export { judgeWordSkew } from './skew/judge-word-skew';
export {
  SKEW_BOUNDS,
  type SkewBounds,
  type SkewJudgement,
  type SkewTest,
  type SkewVerdict,
} from './skew/skew-judgement';
