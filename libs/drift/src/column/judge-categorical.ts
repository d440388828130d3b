import { chiSquare } from '../detectors/chi-square';
import { stabilityOfCounts } from '../detectors/population-stability';
import { type CategoryTable, categoryTable } from './category-table';
import type { CategoricalTests, CategoryChange, ColumnDrift } from './column-drift';
import { DEFAULT_BOUNDS, type DriftBounds } from './drift-bounds';
import { judgeNullRate, type NullPair, nullRateWords, percent } from './judge-null-rate';

const MOST_NAMED = 10;

/** Judges a categorical column by chi-square, PSI, new and vanished categories and the share of missing values. */
export function judgeCategorical(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
  nulls: NullPair,
  bounds: DriftBounds = DEFAULT_BOUNDS,
): ColumnDrift {
  const table = categoryTable(reference, current);
  const { sizes } = table;
  const isEnough = Math.min(sizes.reference, sizes.current) >= bounds.leastCount;
  const tests = {
    psi: isEnough ? judgedPsi(table, bounds) : null,
    chiSquare: isEnough ? judgedChiSquare(table, bounds) : null,
    categories: isEnough ? judgedCategories(reference, current, table, bounds) : null,
    nullRate: judgeNullRate(nulls, bounds),
  };
  const words = wordsOf(tests);
  const verdict = words.length > 0 ? 'drift' : isEnough ? 'no_drift' : 'insufficient_data';
  const few = `${sizes.reference} values in the reference and ${sizes.current} now are too few: it takes ${bounds.leastCount} in each`;
  const calm = 'no test finds a difference that is both certain and large enough to matter';
  return {
    type: 'categorical',
    verdict,
    drifted: verdict === 'drift',
    effectSize: tests.chiSquare === null ? null : { measure: 'cramers_v', value: tests.chiSquare.cramersV },
    tests,
    reason: words.length > 0 ? words.join('; ') : isEnough ? calm : few,
  };
}

function judgedPsi({ reference, current, sizes }: CategoryTable, bounds: DriftBounds): CategoricalTests['psi'] {
  const test = stabilityOfCounts({ reference, current }, sizes);
  return { ...test, bound: bounds.psi, drifted: test.value >= bounds.psi && test.pValue < bounds.significance };
}

function judgedChiSquare({ reference, current }: CategoryTable, bounds: DriftBounds): CategoricalTests['chiSquare'] {
  const test = chiSquare(reference, current);
  const drifted = test.cramersV >= bounds.cramersV && test.pValue < bounds.significance;
  return { ...test, bound: bounds.cramersV, drifted };
}

function judgedCategories(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
  { sizes }: CategoryTable,
  bounds: DriftBounds,
): CategoricalTests['categories'] {
  const change: CategoryChange = {
    newShare: shareOnlyIn(current, reference, sizes.current),
    vanishedShare: shareOnlyIn(reference, current, sizes.reference),
    newCategories: onlyIn(current, reference),
    vanishedCategories: onlyIn(reference, current),
  };
  const isNew = isReal(
    { share: change.newShare, size: sizes.current, other: reference, otherSize: sizes.reference },
    bounds,
  );
  const isGone = isReal(
    { share: change.vanishedShare, size: sizes.reference, other: current, otherSize: sizes.current },
    bounds,
  );
  return { ...change, bound: bounds.categories, drifted: isNew || isGone };
}

/** Values of a sample in categories that the other sample has not. */
interface Unseen {
  readonly share: number;
  readonly size: number;
  readonly other: ReadonlyMap<string, number>;
  readonly otherSize: number;
}

/**
 * Whether more is unseen than chance leaves. A sample misses categories that are rare: about as large a share as its own categories that
 * occurred once (Good 1953), and one that makes up a share s is missed by chance with the probability (1 - s)^n.
 */
function isReal({ share, size, other, otherSize }: Unseen, { categories, significance }: DriftBounds): boolean {
  let once = 0;
  for (const count of other.values()) if (count === 1) once++;
  const expected = once / otherSize;
  const byChance = expected === 0 ? 0 : 2 * expected + 4 * Math.sqrt(expected / size);
  return share >= Math.max(categories, byChance) && (1 - share) ** otherSize < significance;
}

/** The names that only `counts` has, most frequent first. */
function onlyIn(counts: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): readonly string[] {
  const found = [...counts].filter(([name, count]) => count > 0 && (other.get(name) ?? 0) === 0);
  found.sort(([a, times], [b, others]) => others - times || (a < b ? -1 : 1));
  return found.slice(0, MOST_NAMED).map(([name]) => name);
}

function shareOnlyIn(counts: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>, size: number): number {
  let sum = 0;
  for (const [name, count] of counts) if ((other.get(name) ?? 0) === 0) sum += count;
  return sum / size;
}

function wordsOf({ psi, chiSquare: test, categories, nullRate }: CategoricalTests): readonly string[] {
  const named = (names: readonly string[]) =>
    names
      .slice(0, 3)
      .map((name) => `"${name}"`)
      .join(', ');
  return [
    ...(test?.drifted === true
      ? [`the shares of the categories differ by a Cramer's V of ${short(test.cramersV)} (bound ${test.bound})`]
      : []),
    ...(psi?.drifted === true ? [`PSI is ${short(psi.value)} (bound ${psi.bound})`] : []),
    ...(categories?.drifted === true && categories.newShare >= categories.bound
      ? [`${percent(categories.newShare)} of the values are in new categories: ${named(categories.newCategories)}`]
      : []),
    ...(categories?.drifted === true && categories.vanishedShare >= categories.bound
      ? [
          `categories that held ${percent(categories.vanishedShare)} have vanished: ${named(categories.vanishedCategories)}`,
        ]
      : []),
    ...nullRateWords(nullRate),
  ];
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
