import { AppError } from '@attune/errors';
import { momentsOf, pairMomentsOf, type VariantSums } from '@attune/statistics';
import type { ExperimentFile } from './read-experiment-file';
import { CROSSED } from './unit-table';

/** What the rows of one unit come to: their mean, their sum, or a part of the ratio of all values to all rows. */
export type PerUnit = 'mean' | 'sum' | 'ratio';

/** What a metric is taken for. */
export type MetricChoice = 'auto' | 'mean' | 'proportion';

/** The units of all variants, as the tests need them. */
export interface Samples {
  readonly kind: VariantSums['kind'];
  /** By variant, in the order of the file. */
  readonly sums: readonly VariantSums[];
  readonly unitCounts: readonly number[];
  /** Units that were seen in several variants, and are in none now. */
  readonly crossedCount: number;
  /** Units with more than one row. */
  readonly repeatedCount: number;
  /** Units that lack the covariate; with one of them there is no CUPED. */
  readonly uncoveredCount: number;
}

/** The columns of one variant's units. */
interface UnitColumns {
  readonly values: Float64Array;
  readonly covariates: Float64Array;
  readonly rows: Float64Array;
  count: number;
}

/** One value per unit, and what they add up to. Throws `invalid.metric` where a proportion is asked for of values that are none. */
export function variantSamples(
  file: ExperimentFile,
  { metric, perUnit }: { readonly metric: MetricChoice; readonly perUnit: PerUnit },
): Samples {
  const { columns, ...counts } = columnsByVariant(file, perUnit);
  const isBinary = file.isBinary && columns.every((of) => of.values.every((value) => value === 0 || value === 1));
  if (metric === 'proportion' && perUnit === 'ratio') {
    throw new AppError('invalid.metric', 'a ratio of rows is no proportion of units; leave --metric or --per-unit out');
  }
  if (metric === 'proportion' && !isBinary) {
    throw new AppError(
      'invalid.metric',
      'the values of units are not all 0 or 1, so that they are no proportion; use --metric mean, or --per-unit ratio for rows of 0 and 1',
    );
  }
  const kind = perUnit === 'ratio' ? 'ratio' : isBinary && metric !== 'mean' ? 'proportion' : 'mean';
  const isCovered = file.hasCovariate && counts.uncoveredCount === 0;
  const sums = columns.map((of) => sumsOf(of, kind, isCovered));
  return { kind, sums, unitCounts: columns.map(({ count }) => count), ...counts };
}

function columnsByVariant({ variants, table, hasCovariate }: ExperimentFile, perUnit: PerUnit) {
  const sizes = variants.map(() => 0);
  let [crossedCount, repeatedCount, uncoveredCount] = [0, 0, 0];
  table.forEach((variant, rows, _, covariate) => {
    if (rows > 1) repeatedCount++;
    if (variant === CROSSED) crossedCount++;
    else {
      sizes[variant]!++;
      if (hasCovariate && Number.isNaN(covariate)) uncoveredCount++;
    }
  });
  const columns = sizes.map(emptyColumns);
  table.forEach((variant, rows, value, covariate) => {
    if (variant === CROSSED) return;
    const of = columns[variant]!;
    const at = of.count++;
    of.values[at] = perUnit === 'mean' ? value / rows : value;
    of.covariates[at] = covariate / rows;
    of.rows[at] = rows;
  });
  return { columns, crossedCount, repeatedCount, uncoveredCount };
}

function emptyColumns(size: number): UnitColumns {
  return { values: new Float64Array(size), covariates: new Float64Array(size), rows: new Float64Array(size), count: 0 };
}

function sumsOf(
  { values, covariates, rows, count }: UnitColumns,
  kind: Samples['kind'],
  isCovered: boolean,
): VariantSums {
  const covariate = isCovered ? pairMomentsOf(covariates, values) : undefined;
  switch (kind) {
    case 'mean':
      return { kind, moments: momentsOf(values), covariate };
    case 'proportion':
      return { kind, successes: values.reduce((sum, value) => sum + value, 0), count, covariate };
    case 'ratio':
      return { kind, pairs: pairMomentsOf(rows, values) };
    default:
      return kind satisfies never;
  }
}
