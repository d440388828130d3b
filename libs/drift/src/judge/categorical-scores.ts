import { categoryTable } from '../column/category-table';
import { DEFAULT_BOUNDS } from '../column/drift-bounds';
import { chiSquare } from '../detectors/chi-square';
import type { CategoryCounts } from '../sketch/category-counts';
import { chiSquareCritical } from './chi-square-critical';
import { nullRateScore } from './null-rate-score';
import { CHANCE, CHANCE_ERRORS, type Score } from './score';

const LEAST_VALUES = 20;
/** A new category with a smaller share is not told. */
const LEAST_NEW_SHARE = 0.01;

/** How far a categorical window is from its reference. */
export function categoricalScores(reference: CategoryCounts, current: CategoryCounts): readonly Score[] {
  const [before, now] = [reference.count, current.count];
  const nulls = nullRateScore(
    { nulls: reference.nullCount, all: before + reference.nullCount },
    { nulls: current.nullCount, all: now + current.nullCount },
  );
  if (Math.min(before, now) < LEAST_VALUES) return [nulls];
  const table = categoryTable(reference.counts, current.counts);
  const test = chiSquare(table.reference, table.current);
  const all = table.sizes.reference + table.sizes.current;
  // V of samples of other sizes is brought to that of equal ones, so that a small window's V can be as large
  const perRow = 4 * (1 / table.sizes.reference + 1 / table.sizes.current) ** -1;
  const { degreesOfFreedom } = test;
  return [
    {
      name: 'cramers_v',
      value: Math.sqrt(test.statistic / perRow),
      chance: degreesOfFreedom < 1 ? 0 : Math.sqrt(chiSquareCritical(CHANCE, degreesOfFreedom) / perRow),
      chanceSquare: degreesOfFreedom / perRow,
      gate: all === 0 ? 0 : DEFAULT_BOUNDS.cramersV,
    },
    newCategoriesScore(reference, current),
    nulls,
  ];
}

/** The share of values in categories that the reference does not have; about as large by chance as its share of categories that occur once. */
function newCategoriesScore(reference: CategoryCounts, current: CategoryCounts): Score {
  let [fresh, once] = [0, 0];
  for (const [name, count] of current.counts) if (!reference.counts.has(name)) fresh += count;
  for (const count of reference.counts.values()) if (count === 1) once++;
  const mean = ((once + 1) * current.count) / reference.count;
  return {
    name: 'new_categories',
    value: fresh / current.count,
    chance: (mean + CHANCE_ERRORS * Math.sqrt(mean) + 6) / current.count,
    chanceSquare: (mean + mean ** 2) / current.count ** 2,
    gate: LEAST_NEW_SHARE,
  };
}
