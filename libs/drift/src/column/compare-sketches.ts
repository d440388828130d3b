import { pairSketches } from '../detectors/paired-counts';
import type { CategoryCounts } from '../sketch/category-counts';
import type { DistributionSketch } from '../sketch/distribution-sketch';
import type { ColumnDrift } from './column-drift';
import type { DriftBounds } from './drift-bounds';
import { judgeCategorical } from './judge-categorical';
import { judgeNumeric } from './judge-numeric';

/** Judges two numeric streams by their sketches: KS and PSI see differences between buckets, Wasserstein is off by at most their relative width. */
export function compareSketches(
  reference: DistributionSketch,
  current: DistributionSketch,
  bounds?: DriftBounds,
): ColumnDrift {
  const nullsOf = ({ count, totalCount }: DistributionSketch) => ({ nulls: totalCount - count, all: totalCount });
  const nulls = { reference: nullsOf(reference), current: nullsOf(current) };
  return judgeNumeric(pairSketches(reference, current), nulls, bounds);
}

/** Judges two streams of categories; what their counts no longer name is left out. */
export function compareCategories(
  reference: CategoryCounts,
  current: CategoryCounts,
  bounds?: DriftBounds,
): ColumnDrift {
  const nullsOf = ({ count, nullCount }: CategoryCounts) => ({ nulls: nullCount, all: count + nullCount });
  const nulls = { reference: nullsOf(reference), current: nullsOf(current) };
  return judgeCategorical(reference.counts, current.counts, nulls, bounds);
}
