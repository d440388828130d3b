import { CategoryCounts } from '../sketch/category-counts';
import { DistributionSketch } from '../sketch/distribution-sketch';
import { categoricalScores } from './categorical-scores';
import { DriftJudge } from './drift-judge';
import { numericScores } from './numeric-scores';

/** How wide windows are. */
export interface JudgeOptions {
  /** 5 to 60; 15 unless named. A day must be a multiple of it. */
  readonly windowMinutes?: number;
}

/** Judges windows of a numeric feature. It keeps them, at 12 bytes per bucket: some 5 MB for windows of 15 minutes. */
export function numericJudge({ windowMinutes = 15 }: JudgeOptions = {}): DriftJudge<DistributionSketch> {
  const merged = (windows: readonly DistributionSketch[]) => DistributionSketch.merged(windows);
  const codec = { encode: (values: DistributionSketch) => values.encode(), decode: DistributionSketch.decode };
  return new DriftJudge(
    { merged, scores: numericScores, stored: (values) => values.compact(), ...codec },
    { windowMinutes },
  );
}

/** Judges windows of a categorical feature. */
export function categoricalJudge({ windowMinutes = 15 }: JudgeOptions = {}): DriftJudge<CategoryCounts> {
  const merged = (windows: readonly CategoryCounts[]) => CategoryCounts.merged(windows);
  const codec = { encode: (values: CategoryCounts) => values.encode(), decode: CategoryCounts.decode };
  return new DriftJudge({ merged, scores: categoricalScores, stored: (values) => values, ...codec }, { windowMinutes });
}
